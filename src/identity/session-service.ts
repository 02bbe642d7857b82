import { sql } from "kysely";
import { type Actor, asSystem, noWorkspace } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { notFound, unauthenticated } from "#src/platform/errors.js";
import { newId, parseId } from "#src/platform/ids.js";
import type { Limits } from "#src/platform/limits.js";
import type { Logger } from "#src/platform/logger.js";
import { detached } from "#src/platform/span.js";
import type { Caller, KnownCaller, Origin } from "./caller.js";
import type { Role } from "./membership.js";
import { permissionsOf } from "./permissions.js";
import { RefreshToken, Session, sessionTopic } from "./session.js";
import { networkName } from "./sign-in-limits.js";
import type { SignInMethod } from "./sign-in-method.js";
import { TokenPair } from "./token-pair.js";
import { type AccessClaims, sessionIdleMs, type Tokens } from "./tokens.js";
import { User } from "./user.js";

/** How long the token before the last one still gives the last pair: parallel refreshes and lost answers, in milliseconds. */
const graceMs = 10_000;

/** More refreshes one after the other than anybody makes in the grace period. */
const maxSteps = 1_000;

/** The last use of a session is noted so often at the most, in milliseconds. */
const noteUseMs = 5 * 60_000;

/** Most sessions that a list shows. */
const mostListed = 100;

type SessionTime = "createdAt" | "refreshedAt" | "lastUsedAt" | "authenticatedAt" | "expiresAt";
type SessionRow = Record<"id" | "userAgent" | SessionTime, string>;

interface Member {
  workspaceId: string;
  role: Role;
  isOperator: boolean;
  refreshedAt: string;
  lastUsedAt: string;
  expiresAt: string;
}

interface Held {
  sessionId: string;
  userId: string;
  refreshedAt: string;
  expiresAt: string;
  revokedAt: string | null;
  isActive: boolean;
  tokenId: string;
  rotatedAt: string | null;
  workspaceId: string | null;
}

/** Sessions: opened by a sign-in, kept alive by refreshes, checked at every request. */
export class SessionService {
  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly clock: Clock,
    private readonly limits: Pick<Limits, "pseudonym">,
    private readonly logger: Logger,
    /** Life of a session that is never idle, in milliseconds. */
    private readonly lifeMs: number,
  ) {}

  /** Opens a session in the caller's transaction. */
  async open(change: Change, user: User, origin: Origin, method: SignInMethod): Promise<TokenPair> {
    const { now } = change;
    const userAgent = origin.userAgent?.slice(0, 255) ?? null;
    const expiresAt = new Date(now.getTime() + this.lifeMs);
    const network = networkName(this.limits, origin.address);
    const times = { createdAt: now, refreshedAt: now, lastUsedAt: now, authenticatedAt: now, expiresAt };
    const session = change.create(Session, { userId: user.id, userAgent, network, method, ...times });
    const refreshToken = this.tokens.newRefresh();
    change.create(RefreshToken, { sessionId: session.id, hash: this.tokens.hash(refreshToken), createdAt: now });
    change.audit("session.opened", session);
    return this.#pair(user, session.id, refreshToken, now);
  }

  /**
   * Exchanges a refresh token for the next pair. Within the grace period all who hold the same token get the same pair;
   * later the token must have been copied, and the whole session ends (RFC 9700, section 4.14.2). The pair is the newest
   * one of the session: whoever is behind by two within the grace period must not be taken for a thief later.
   */
  async refresh(refreshToken: string, origin: Origin): Promise<TokenPair> {
    const outcome = await this.database.write(nobody(origin.requestId), async (change) => {
      const [held] = await change.sql(sql<Held>`
        select s.id as "sessionId", s.user_id as "userId", s.refreshed_at as "refreshedAt", s.revoked_at as "revokedAt",
          s.expires_at as "expiresAt", u.is_active as "isActive", t.id as "tokenId", t.rotated_at as "rotatedAt",
          (select m.workspace_id from membership m where m.user_id = u.id order by m.id limit 1) as "workspaceId"
        from refresh_token t join session s on s.id = t.session_id join "user" u on u.id = s.user_id
        where t.hash = ${this.tokens.hash(refreshToken)} for update of s, t`);
      if (held === undefined || held.revokedAt !== null || !held.isActive || !this.#lives(held)) return undefined;
      const account = { userId: held.userId, workspaceId: held.workspaceId ?? noWorkspace };
      change.actAs({ ...account, credential: { kind: "SESSION", id: held.sessionId } });
      const next = this.tokens.nextRefresh(refreshToken);
      const { now } = change;
      if (held.rotatedAt === null) {
        await change.sql(sql`update refresh_token set rotated_at = ${now} where id = ${held.tokenId}`);
        await change.sql(
          sql`update session set refreshed_at = ${now}, last_used_at = ${now} where id = ${held.sessionId}`,
        );
        change.create(RefreshToken, { sessionId: held.sessionId, hash: this.tokens.hash(next), createdAt: now });
        const states = { before: { refreshedAt: new Date(held.refreshedAt) }, after: { refreshedAt: now } };
        change.audit("session.refreshed", { id: held.sessionId }, states);
        return { ...held, next, at: now };
      }
      const rotatedAt = new Date(held.rotatedAt);
      if (now.getTime() - rotatedAt.getTime() <= graceMs)
        return { ...held, ...(await this.#newest(change, held.sessionId, next)) };
      this.logger.warn(
        { userId: held.userId, sessionId: held.sessionId },
        "a refresh token came back after its time, so it was copied: its session is ended",
      );
      await this.#end(change, held.sessionId, "session.revoked");
      return { stolenFrom: account };
    });
    if (outcome === undefined || "stolenFrom" in outcome) {
      const denial = outcome && { account: outcome.stolenFrom };
      throw unauthenticated("This refresh token is not valid any more: sign in again.", denial);
    }
    const user = await this.user(outcome.userId);
    return this.#pair(user, outcome.sessionId, outcome.next, outcome.at);
  }

  /** The one token of a session that is not rotated, found by going on from an older one. The session is locked. */
  async #newest(change: Change, sessionId: string, from: string): Promise<{ next: string; at: Date }> {
    const [newest] = await change.sql(sql<{ hash: string; createdAt: string }>`
      select hash, created_at as "createdAt" from refresh_token where session_id = ${sessionId} and rotated_at is null`);
    let next = from;
    for (let step = 0; step < maxSteps && this.tokens.hash(next) !== newest?.hash; step += 1)
      next = this.tokens.nextRefresh(next);
    return { next, at: new Date(newest?.createdAt ?? change.now) };
  }

  /** Who acts in a session, in this workspace or the first one; nothing when any of that is not valid now. */
  async findCaller(claims: AccessClaims, workspaceId: string | undefined): Promise<KnownCaller | undefined> {
    const member = await this.database.row(sql<Member>`
      select m.workspace_id as "workspaceId", m.role, u.is_operator as "isOperator", s.refreshed_at as "refreshedAt",
        s.last_used_at as "lastUsedAt", s.expires_at as "expiresAt"
      from session s join "user" u on u.id = s.user_id join membership m on m.user_id = u.id
      where s.id = ${claims.sessionId} and s.user_id = ${claims.userId} and s.revoked_at is null and u.is_active
        and (${workspaceId ?? null}::text is null or m.workspace_id = ${workspaceId ?? null})
      order by m.id limit 1`);
    if (member === undefined || !this.#lives(member)) return undefined;
    this.#noteUse(claims.sessionId, member.lastUsedAt);
    return {
      userId: claims.userId,
      credential: { kind: "SESSION", id: claims.sessionId, version: 0, topic: sessionTopic(claims.sessionId) },
      workspaceId: member.workspaceId,
      role: member.role,
      isOperator: member.isOperator,
      permissions: permissionsOf(member.role, member.isOperator),
    };
  }

  /** The caller's sessions that are still alive, the last used first. */
  async list(caller: Caller): Promise<Session[]> {
    const now = this.clock.now();
    const rows = await this.database.rows(sql<SessionRow>`
      select id, user_id as "userId", user_agent as "userAgent", method, created_at as "createdAt",
        refreshed_at as "refreshedAt", last_used_at as "lastUsedAt", authenticated_at as "authenticatedAt",
        expires_at as "expiresAt"
      from session where user_id = ${caller.userId} and revoked_at is null and expires_at > ${now}
        and refreshed_at > ${new Date(now.getTime() - sessionIdleMs)}
      order by last_used_at desc, id desc limit ${mostListed}`);
    return rows.map((row) =>
      Object.assign(new Session(), row, {
        createdAt: new Date(row.createdAt),
        refreshedAt: new Date(row.refreshedAt),
        lastUsedAt: new Date(row.lastUsedAt),
        authenticatedAt: new Date(row.authenticatedAt),
        expiresAt: new Date(row.expiresAt),
      }),
    );
  }

  signOut(caller: Caller): Promise<Session> {
    return this.revoke(caller, caller.credential.id, "user.signed_out");
  }

  async revoke(caller: Caller, id: string, action = "session.revoked"): Promise<Session> {
    const sessionId = parseId(id, "session");
    const session = (await this.list(caller)).find((own) => own.id === sessionId);
    if (session === undefined) throw notFound("session", id);
    await this.database.write(caller, (change) => this.#end(change, sessionId, action));
    return session;
  }

  /** Ends the caller's sessions, all of them or all but the one that asks. Returns those that were alive. */
  async revokeAll(caller: Caller, { exceptOwn }: { exceptOwn: boolean }): Promise<Session[]> {
    const sessions = await this.list(caller);
    const kept = exceptOwn ? caller.credential.id : undefined;
    await this.database.write(caller, (change) => this.endAll(change, caller.userId, kept));
    return sessions.filter(({ id }) => id !== kept);
  }

  async user(id: string): Promise<User> {
    const row = await this.database.row(sql<Record<string, unknown> & { createdAt: string }>`
      select id, email, username, display_name as "displayName", bio, locale, time_zone as "timeZone", preferences,
        is_active as "isActive", is_verified as "isVerified", is_operator as "isOperator", created_at as "createdAt"
      from "user" where id = ${id}`);
    if (row === undefined) throw notFound("user", id);
    return Object.assign(new User(), row, { createdAt: new Date(row.createdAt) });
  }

  /** Ends all sessions of a user, or all but one: their requests fail and their sockets close within a second. */
  async endAll(change: Change, userId: string, except?: string): Promise<void> {
    const ended = await change.sql(sql<{ id: string }>`update session set revoked_at = ${change.now}
      where user_id = ${userId} and revoked_at is null and id is distinct from ${except ?? null}::text returning id`);
    for (const { id } of ended) this.#tell(change, id, "session.revoked");
  }

  async #end(change: Change, sessionId: string, action: string): Promise<void> {
    await change.sql(sql`update session set revoked_at = ${change.now} where id = ${sessionId} and revoked_at is null`);
    this.#tell(change, sessionId, action);
  }

  #tell(change: Change, sessionId: string, action: string): void {
    change.audit(action, { id: sessionId }, { before: { revokedAt: null }, after: { revokedAt: change.now } });
    change.wake(sessionTopic(sessionId));
  }

  #lives({ refreshedAt, expiresAt }: { refreshedAt: string; expiresAt: string }): boolean {
    const now = this.clock.now().getTime();
    return now - new Date(refreshedAt).getTime() <= sessionIdleMs && now < new Date(expiresAt).getTime();
  }

  /** Written seldom, so that a session costs no write for each request; not waited for, and lost without harm. */
  #noteUse(sessionId: string, lastUsedAt: string): void {
    const now = this.clock.now();
    if (now.getTime() - new Date(lastUsedAt).getTime() < noteUseMs) return;
    const note = sql`update session set last_used_at = ${now} where id = ${sessionId} and last_used_at < ${now}`;
    detached(() => this.database.upkeep(note)).catch((error: unknown) =>
      this.logger.debug({ err: error }, "the last use of a session could not be noted"),
    );
  }

  async #pair(user: User, sessionId: string, refreshToken: string, at: Date): Promise<TokenPair> {
    // A dry run rotates nothing, so its tokens must open nothing: else it would be a way around the theft check.
    const isVoid = this.database.isRehearsing;
    const access = await this.tokens.signAccess(
      { userId: user.id, sessionId: isVoid ? newId("session") : sessionId },
      at,
    );
    return Object.assign(new TokenPair(), {
      accessToken: access.token,
      accessTokenExpiresAt: access.expiresAt,
      refreshToken: isVoid ? this.tokens.newRefresh() : refreshToken,
      failedSignIns: 0,
      user,
    });
  }
}

/** Before anybody has signed in there is nobody to act: the new account acts for itself. */
export const selfActor = (requestId: string): Actor => ({
  userId: newId("user"),
  workspaceId: newId("workspace"),
  permissions: new Set(),
  requestId,
  isSystem: true,
});

/** The actor of what happens before it is known who acts, and of what belongs to no workspace. */
export const nobody = (requestId: string): Actor =>
  asSystem({ userId: "", workspaceId: "", permissions: new Set(), requestId });
