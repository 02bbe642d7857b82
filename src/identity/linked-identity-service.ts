import { sql } from "kysely";
import { asSystem } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { type Database, isUniqueViolation } from "#src/platform/database.js";
import { DomainError, notFound } from "#src/platform/errors.js";
import { newId, parseId } from "#src/platform/ids.js";
import { placeOf, type Vault } from "#src/platform/vault.js";
import type { Caller, Origin } from "./caller.js";
import { LinkedIdentity } from "./linked-identity.js";
import type { LinkOAuthInput, OAuthStart, StartOAuthInput } from "./oauth-inputs.js";
import type { OAuthJourneys } from "./oauth-journeys.js";
import type { OAuthProvider, ProvenIdentity } from "./oauth-provider.js";
import type { RecentSignIn } from "./recent-sign-in.js";
import { requireOtherWayIn } from "./ways-in.js";

/** Most identities of one user. */
export const mostIdentities = 50;

/** A user's identities at issuers. */
export class LinkedIdentityService {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly journeys: OAuthJourneys,
    private readonly recent: RecentSignIn,
  ) {}

  async list({ userId }: Caller): Promise<LinkedIdentity[]> {
    const rows = await this.database.rows(sql<Record<"createdAt" | "lastUsedAt", string>>`
      select id, provider, email, created_at as "createdAt", last_used_at as "lastUsedAt"
      from linked_identity where user_id = ${userId} order by id limit ${mostIdentities}`);
    return rows.map((row) =>
      Object.assign(new LinkedIdentity(), row, {
        createdAt: new Date(row.createdAt),
        lastUsedAt: new Date(row.lastUsedAt),
      }),
    );
  }

  async start(caller: Caller, input: StartOAuthInput, origin: Origin): Promise<OAuthStart> {
    await this.recent.require(caller);
    return this.journeys.start(input, origin, caller);
  }

  /** Ends a journey that the same user began to link: nobody can be made to link what somebody else brought. */
  async complete(caller: Caller, input: LinkOAuthInput, origin: Origin): Promise<LinkedIdentity> {
    await this.recent.require(caller);
    const { attemptId, provider, redeem } = await this.journeys.claim(input, origin, caller.userId);
    const proven = await redeem();
    try {
      return await this.database.write(asSystem(caller), async (change) => {
        await change.sql(sql`select id from "user" where id = ${caller.userId} for update`);
        const [counted] = await change.sql(
          sql<{ count: string }>`select count(*) from linked_identity where user_id = ${caller.userId}`,
        );
        if (Number(counted?.count) >= mostIdentities)
          throw new DomainError("CONFLICT", `You have ${mostIdentities} linked identities: unlink one first.`);
        await this.journeys.end(change, attemptId);
        return this.link(change, caller.userId, provider, proven);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError("CONFLICT", `This identity at ${provider.label} is linked to an account already.`);
    }
  }

  async unlink(caller: Caller, id: string): Promise<LinkedIdentity> {
    await this.recent.require(caller);
    const identityId = parseId(id, "linked_identity");
    const identity = (await this.list(caller)).find((own) => own.id === identityId);
    if (identity === undefined) throw notFound("linked identity", id);
    await this.database.write(asSystem(caller), async (change) => {
      const names = this.journeys.providers.map(({ name }) => name);
      await requireOtherWayIn(change, caller.userId, identityId, names);
      await change.sql(sql`delete from linked_identity where id = ${identityId} and user_id = ${caller.userId}`);
      const { provider } = identity;
      const states = { before: { linkedIdentityId: identityId, provider } };
      change.record("user.unlinked_identity", { id: caller.userId }, { provider }, states);
    });
    return identity;
  }

  /** Links in the caller's transaction. A unique violation says that somebody has it. */
  async link(change: Change, userId: string, { name }: OAuthProvider, proven: ProvenIdentity): Promise<LinkedIdentity> {
    const id = newId("linked_identity");
    const { issuer, subject, email } = proven;
    const identity = change.create(LinkedIdentity, {
      id,
      userId,
      provider: name,
      issuer,
      subject,
      email: email ?? null,
      ...(await this.#tokens(change, id, proven)),
      createdAt: change.now,
      lastUsedAt: change.now,
    });
    const states = { after: { linkedIdentityId: id, provider: name } };
    change.record("user.linked_identity", { id: userId }, { provider: name }, states);
    return identity;
  }

  /** The issuer's newest tokens and address, in place of the last ones. */
  async renew(change: Change, id: string, proven: ProvenIdentity): Promise<void> {
    const { accessToken, refreshToken, accessTokenExpiresAt } = await this.#tokens(change, id, proven);
    await change.sql(sql`
      update linked_identity set email = ${proven.email ?? null}, last_used_at = ${change.now},
        access_token = ${accessToken}, access_token_expires_at = ${accessTokenExpiresAt},
        refresh_token = coalesce(${refreshToken}, refresh_token)
      where id = ${id}`);
  }

  async #tokens(change: Change, id: string, { accessToken, refreshToken, expiresIn }: ProvenIdentity) {
    const row = Object.assign(new LinkedIdentity(), { id });
    return {
      accessToken: await this.vault.seal(accessToken, placeOf(row, "accessToken")),
      refreshToken:
        refreshToken === undefined ? null : await this.vault.seal(refreshToken, placeOf(row, "refreshToken")),
      accessTokenExpiresAt: expiresIn === undefined ? null : new Date(change.now.getTime() + expiresIn * 1000),
    };
  }
}
