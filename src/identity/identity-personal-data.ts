import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { PersonalData } from "#src/platform/personal-data.js";
import { AccessGrant } from "./access-grant.js";
import { ApiKey } from "./api-key.js";
import { DataExport } from "./data-export.js";
import { GuessCount } from "./guesses.js";
import { Invitation } from "./invitation.js";
import { LinkedIdentity } from "./linked-identity.js";
import { Mail } from "./mail.js";
import { Membership } from "./membership.js";
import { OauthAttempt } from "./oauth-attempt.js";
import { Passkey, PasskeyChallenge } from "./passkey.js";
import { hashPassword } from "./passwords.js";
import { Session } from "./session.js";
import { SingleUseToken } from "./single-use-token.js";
import { RecoveryCode, Totp } from "./totp.js";
import { User } from "./user.js";

/** The row stays, because what the person made in shared workspaces names it, and says nothing of them any more. */
const anonymise = async (change: Change, userId: string) =>
  change.sql(sql`update "user" set email = id || '@erased.invalid', username = 'former member ' || right(id, 12),
    display_name = null, bio = null, locale = default, time_zone = default, preferences = default,
    password_hash = ${await hashPassword(randomBytes(32).toString("hex"))}, is_active = false, is_verified = false,
    is_operator = false, erased_at = ${change.now} where id = ${userId}`);

/** Those that the person sent, and those that were mailed to them. */
const forgetInvitations = (change: Change, userId: string) =>
  change.sql(sql`delete from invitation where invited_by_id = ${userId}
    or email = (select email from "user" where id = ${userId})`);

/** What accounts hold of people. The user comes last: all else is found by it. */
export const identityPersonalData: readonly PersonalData[] = [
  {
    entity: AccessGrant,
    by: ["userId", "grantedById"],
    // What others may do with things that stay, they may do still.
    erase: (change, userId) => change.sql(sql`delete from access_grant where user_id = ${userId}`),
  },
  { entity: Membership, by: ["userId"], erase: "delete" },
  { entity: Invitation, by: ["invitedById"], omit: ["tokenHash"], erase: forgetInvitations },
  { entity: Session, by: ["userId"], erase: "delete" },
  { entity: LinkedIdentity, by: ["userId"], omit: ["accessToken", "refreshToken"], erase: "delete" },
  { entity: OauthAttempt, by: ["linkingUserId"], omit: ["stateHash", "bindingHash"], erase: "delete" },
  { entity: Passkey, by: ["userId"], omit: ["publicKey"], erase: "delete" },
  { entity: PasskeyChallenge, by: ["userId"], omit: ["hash"], erase: "delete" },
  { entity: Totp, by: ["userId"], omit: ["secret"], erase: "delete" },
  { entity: RecoveryCode, by: ["userId"], omit: ["hash"], erase: "delete" },
  { entity: GuessCount, by: ["userId"], erase: "delete" },
  { entity: ApiKey, by: ["createdById"], omit: ["secretHash", "previousHash"], erase: "delete" },
  { entity: SingleUseToken, by: ["userId"], omit: ["hash"], erase: "delete" },
  { entity: Mail, by: ["userId"], omit: ["text"], erase: "delete" },
  { entity: DataExport, by: ["userId"], omit: ["content"], erase: "delete" },
  { entity: User, by: ["id"], omit: ["passwordHash"], erase: anonymise },
];
