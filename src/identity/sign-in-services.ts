import type { Clock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import type { Database } from "#src/platform/database.js";
import type { Keys } from "#src/platform/keys.js";
import type { Logger } from "#src/platform/logger.js";
import type { PublicAddress } from "#src/platform/public-address.js";
import type { Vault } from "#src/platform/vault.js";
import { AccountService } from "./account-service.js";
import { configuredOAuthProviders } from "./configured-oauth-providers.js";
import { Guesses } from "./guesses.js";
import { LinkedIdentityService } from "./linked-identity-service.js";
import { OAuthJourneys } from "./oauth-journeys.js";
import { OAuthService } from "./oauth-service.js";
import { PasskeyService } from "./passkey-service.js";
import { PasswordService } from "./password-service.js";
import { Reauthentication } from "./reauthentication.js";
import { RecoveryCodes } from "./recovery-codes.js";
import { SecondFactorService } from "./second-factor-service.js";
import type { SessionService } from "./session-service.js";

interface Deps {
  readonly config: Config;
  readonly database: Database;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly vault: Vault;
  readonly sessions: SessionService;
  readonly address: PublicAddress;
}

/** The ways in, tied together. */
export interface SignInServices {
  readonly accounts: AccountService;
  readonly oauth: OAuthService;
  readonly linkedIdentities: LinkedIdentityService;
  readonly secondFactors: SecondFactorService;
  readonly passwords: PasswordService;
  readonly passkeys: PasskeyService;
}

/** A part of the composition root: all that opens a session. */
export const createSignInServices = async (deps: Deps): Promise<SignInServices> => {
  const { config, database, keys, clock, logger, vault, sessions, address } = deps;
  const { clients, redirectUris } = config.oauth;
  const guesses = new Guesses(database, clock);
  const reauthentication = new Reauthentication(database, clock);
  const recoveryCodes = new RecoveryCodes(keys);
  const factorDeps = { database, vault, clock, guesses, recoveryCodes, reauthentication };
  const secondFactors = new SecondFactorService(factorDeps);
  const accounts = new AccountService(database, sessions, secondFactors);
  const providers = await configuredOAuthProviders(clients, clock);
  const journeys = new OAuthJourneys({ database, keys, clock, logger, providers, redirectUris });
  const linkedIdentities = new LinkedIdentityService(database, vault, journeys, reauthentication);
  const names = providers.map(({ name }) => name);
  return {
    accounts,
    oauth: new OAuthService({ database, journeys, accounts, identities: linkedIdentities, secondFactors, sessions }),
    linkedIdentities,
    secondFactors,
    passwords: new PasswordService(database, sessions, secondFactors, reauthentication, guesses),
    passkeys: new PasskeyService(database, sessions, reauthentication, address, names),
  };
};
