import { isEmail } from "class-validator";
import { sql } from "kysely";
import { asSystem } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { type Database, isUniqueViolation } from "#src/platform/database.js";
import { DomainError, unauthenticated } from "#src/platform/errors.js";
import type { AccountService } from "./account-service.js";
import { normalEmail } from "./address-service.js";
import type { Origin } from "./caller.js";
import { withFreeUsername } from "./free-username.js";
import type { LinkedIdentityService } from "./linked-identity-service.js";
import { type CompleteOAuthInput, OAuthIssuer, type OAuthStart, type StartOAuthInput } from "./oauth-inputs.js";
import type { OAuthJourneys, Returned } from "./oauth-journeys.js";
import type { OAuthProvider, ProvenIdentity } from "./oauth-provider.js";
import type { SecondFactorService } from "./second-factor-service.js";
import { type SessionService, selfActor } from "./session-service.js";
import { SignInMethod } from "./sign-in-method.js";
import type { TokenPair } from "./token-pair.js";

interface Found {
  identityId: string;
  userId: string;
  workspaceId: string;
  isActive: boolean;
}

interface Deps {
  readonly database: Database;
  readonly journeys: OAuthJourneys;
  readonly accounts: AccountService;
  readonly identities: LinkedIdentityService;
  readonly secondFactors: SecondFactorService;
  readonly sessions: SessionService;
}

/** Signing in by an issuer: the same person every time, whatever becomes of their address. */
export class OAuthService {
  constructor(private readonly deps: Deps) {}

  issuers(): OAuthIssuer[] {
    return this.deps.journeys.providers.map(({ name, label }) => Object.assign(new OAuthIssuer(), { name, label }));
  }

  start(input: StartOAuthInput, origin: Origin): Promise<OAuthStart> {
    return this.deps.journeys.start(input, origin, null);
  }

  async complete(input: CompleteOAuthInput, origin: Origin): Promise<TokenPair> {
    const returned = await this.deps.journeys.claim(input, origin, null);
    if (returned.identityId !== null) {
      const known = await this.#find(sql`i.id = ${returned.identityId}`);
      if (known === undefined) throw unauthenticated("This identity is not linked any more. Start again.");
      return this.#enter(returned, known, undefined, input, origin);
    }
    const proven = await returned.redeem();
    const known = await this.#findProven(proven);
    if (known !== undefined) return this.#enter(returned, known, proven, input, origin);
    try {
      return await this.#enterNew(returned, proven, origin);
    } catch (error) {
      // Somebody who came back twice at once is there now; or has the address, which is told below.
      if (!isUniqueViolation(error)) throw error;
      const found = await this.#findProven(proven);
      if (found === undefined) throw addressTaken(returned.provider);
      return this.#enter(returned, found, proven, input, origin);
    }
  }

  #findProven({ issuer, subject }: ProvenIdentity): Promise<Found | undefined> {
    return this.#find(sql`i.issuer = ${issuer} and i.subject = ${subject}`);
  }

  #find(condition: ReturnType<typeof sql>): Promise<Found | undefined> {
    return this.deps.database.row(sql<Found>`
      select i.id as "identityId", u.id as "userId", m.workspace_id as "workspaceId", u.is_active as "isActive"
      from linked_identity i join "user" u on u.id = i.user_id join membership m on m.user_id = u.id
      where ${condition} order by m.id limit 1`);
  }

  /** By an identity that is linked. The second factor is asked here too: the issuer's account may be the stolen one. */
  async #enter(
    { attemptId, provider }: Returned,
    { identityId, userId, workspaceId, isActive }: Found,
    proven: ProvenIdentity | undefined,
    { code }: CompleteOAuthInput,
    origin: Origin,
  ): Promise<TokenPair> {
    if (!isActive) throw unauthenticated("This account was deactivated.");
    const user = await this.deps.sessions.user(userId);
    const actor = { ...asSystem(selfActor(origin.requestId)), userId, workspaceId };
    if (proven !== undefined) {
      // Of its own: what the issuer said stays true when the second factor is still missing, or wrong.
      await this.deps.database.write(actor, async (change) => {
        await this.deps.identities.renew(change, identityId, proven);
        if (await this.deps.secondFactors.isOn(change, userId))
          await this.deps.journeys.wait(change, attemptId, identityId);
      });
    }
    return this.deps.database.write(actor, async (change) => {
      await this.deps.secondFactors.pass(change, userId, code);
      if (!(await this.deps.journeys.end(change, attemptId)))
        throw unauthenticated("This sign-in has ended. Start again.");
      return this.#open(change, user, provider, origin);
    });
  }

  /** By an identity that nobody has: it is linked to whom the address belongs, if that is certain, or to a new account. */
  async #enterNew({ attemptId, provider }: Returned, proven: ProvenIdentity, origin: Origin): Promise<TokenPair> {
    const email = proven.email === undefined ? undefined : normalEmail(proven.email);
    if (email === undefined || email.length > 255 || !isEmail(email)) {
      throw new DomainError(
        "CONFLICT",
        `${provider.label} tells no e-mail address of yours: sign up with a password, then link it with \`linkOAuth\`.`,
      );
    }
    const owner = await this.#ownerOf(email);
    if (owner !== undefined && !(proven.emailVerified && owner.isVerified && owner.isActive && !owner.hasSecondFactor))
      throw addressTaken(provider);
    const self = asSystem(selfActor(origin.requestId));
    const actor = owner === undefined ? self : { ...self, userId: owner.userId, workspaceId: owner.workspaceId };
    const known = owner === undefined ? undefined : await this.deps.sessions.user(owner.userId);
    const username = (proven.name?.trim() || (email.split("@")[0] ?? email)).slice(0, 90);
    return withFreeUsername(username, false, (free) =>
      this.deps.database.write(actor, async (change) => {
        const account = { email, username: free, passwordHash: null, isVerified: proven.emailVerified };
        const user = known ?? (await this.deps.accounts.create(change, account));
        await this.deps.identities.link(change, user.id, provider, proven);
        await this.deps.journeys.end(change, attemptId);
        return this.#open(change, user, provider, origin);
      }),
    );
  }

  #ownerOf(email: string) {
    return this.deps.database.row(sql<
      Record<"isVerified" | "isActive" | "hasSecondFactor", boolean> & Omit<Found, "isActive">
    >`
      select u.id as "userId", m.workspace_id as "workspaceId", u.is_verified as "isVerified", u.is_active as "isActive",
        exists (select 1 from totp t where t.user_id = u.id and t.confirmed_at is not null) as "hasSecondFactor"
      from "user" u join membership m on m.user_id = u.id where u.email = ${email} order by m.id limit 1`);
  }

  #open(change: Change, user: Parameters<SessionService["open"]>[1], { name }: OAuthProvider, origin: Origin) {
    change.record("user.signed_in", user, { method: SignInMethod.OAUTH, provider: name });
    return this.deps.sessions.open(change, user, origin, SignInMethod.OAUTH);
  }
}

const addressTaken = ({ label, name }: OAuthProvider) =>
  new DomainError(
    "CONFLICT",
    `There is an account with the e-mail address that ${label} tells. If it is yours, sign in to it and link ${name} with \`linkOAuth\`.`,
  );
