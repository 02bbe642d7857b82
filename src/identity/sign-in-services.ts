import type { Clock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import type { Database } from "#src/platform/database.js";
import type { Keys } from "#src/platform/keys.js";
import { limitPolicies } from "#src/platform/limit-policy.js";
import type { Limits } from "#src/platform/limits.js";
import type { Logger } from "#src/platform/logger.js";
import type { PublicAddress } from "#src/platform/public-address.js";
import type { Vault } from "#src/platform/vault.js";
import { AccountService } from "./account-service.js";
import { AddressService } from "./address-service.js";
import { configuredOAuthProviders } from "./configured-oauth-providers.js";
import { Guesses } from "./guesses.js";
import { LinkedIdentityService } from "./linked-identity-service.js";
import type { MailService } from "./mail-service.js";
import { OAuthJourneys } from "./oauth-journeys.js";
import { OAuthService } from "./oauth-service.js";
import { PasskeyService } from "./passkey-service.js";
import { PasswordService } from "./password-service.js";
import { ProfileService } from "./profile-service.js";
import { ReauthenticationService } from "./reauthentication-service.js";
import { RecentSignIn } from "./recent-sign-in.js";
import { RecoveryCodes } from "./recovery-codes.js";
import { SecondFactorService } from "./second-factor-service.js";
import type { SessionService } from "./session-service.js";
import { SignInLimits } from "./sign-in-limits.js";
import { SingleUseTokens } from "./single-use-tokens.js";
import { UserService } from "./user-service.js";

interface Deps {
  readonly config: Config;
  readonly database: Database;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly vault: Vault;
  readonly sessions: SessionService;
  readonly mails: MailService;
  readonly address: PublicAddress;
  readonly limits: Limits;
}

/** Accounts and the ways into them, tied together. */
export interface SignInServices {
  readonly accounts: AccountService;
  readonly addresses: AddressService;
  readonly passwords: PasswordService;
  readonly profiles: ProfileService;
  readonly users: UserService;
  readonly reauthentication: ReauthenticationService;
  readonly secondFactors: SecondFactorService;
  readonly passkeys: PasskeyService;
  readonly oauth: OAuthService;
  readonly linkedIdentities: LinkedIdentityService;
}

/** A part of the composition root: all that opens a session. */
export const createSignInServices = async (deps: Deps): Promise<SignInServices> => {
  const { config, database, keys, clock, logger, vault, sessions, mails, address, limits } = deps;
  const signInLimits = new SignInLimits(limits, config.limits.signIn);
  const { mailbox } = limitPolicies(config.limits);
  const countMail = async (email: string) => limits.take(mailbox, email);
  const { clients, redirectUris } = config.oauth;
  const guesses = new Guesses(database, clock);
  const recent = new RecentSignIn(database, clock);
  const recoveryCodes = new RecoveryCodes(keys);
  const secondFactors = new SecondFactorService({ database, vault, clock, guesses, recoveryCodes, recent });
  const tokens = new SingleUseTokens(database, vault, clock);
  const accountDeps = { database, clock, sessions, mails, address, tokens };
  const addresses = new AddressService(accountDeps);
  const accounts = new AccountService({ database, sessions, addresses, secondFactors, attempts: signInLimits });
  const providers = await configuredOAuthProviders(clients, clock);
  const journeys = new OAuthJourneys({ database, keys, clock, logger, providers, redirectUris });
  const linkedIdentities = new LinkedIdentityService(database, vault, journeys, recent);
  const names = providers.map(({ name }) => name);
  return {
    accounts,
    addresses,
    passwords: new PasswordService({ ...accountDeps, recent, guesses, countMail }),
    profiles: new ProfileService(database, sessions),
    users: new UserService(database, sessions, mails),
    reauthentication: new ReauthenticationService(database, sessions, secondFactors, guesses),
    secondFactors,
    passkeys: new PasskeyService(database, sessions, recent, address, names),
    oauth: new OAuthService({ database, journeys, accounts, identities: linkedIdentities, secondFactors, sessions }),
    linkedIdentities,
  };
};
