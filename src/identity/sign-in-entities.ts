import { GuessCount } from "./guesses.js";
import { LinkedIdentity } from "./linked-identity.js";
import { OauthAttempt } from "./oauth-attempt.js";
import { Passkey, PasskeyChallenge } from "./passkey.js";
import { RecoveryCode, Totp } from "./totp.js";

/** Sign-ins that have begun, and guesses: gone at their `expiresAt`. */
export const expiringSignIns = [OauthAttempt, PasskeyChallenge, GuessCount];

/** The tables of the ways in beside the password. */
export const signInEntities = [LinkedIdentity, Totp, RecoveryCode, Passkey, ...expiringSignIns];
