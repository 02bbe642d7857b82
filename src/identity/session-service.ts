import { sql } from "kysely";
import { LRUCache } from "lru-cache";
import type { Actor } from "#src/platform/actor.js";
import type { Bus } from "#src/platform/bus.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { notFound, unauthenticated } from "#src/platform/errors.js";
import { isId, newId, parseId } from "#src/platform/ids.js";
import type { Caller, Origin } from "./caller.js";
import type { Role } from "./membership.js";
import { permissionsOf } from "./permissions.js";
import { RefreshToken, Session, sessionTopic } from "./session.js";
import { TokenPair } from "./token-pair.js";
import { type AccessClaims, sessionIdleMs, type Tokens } from "./tokens.js";
import { User } from "./user.js";

/** How long the token before the last one still gives the last pair: parallel refreshes and lost answers, in milliseconds. */
const graceMs = 10_000;

/** How long a caller is believed without looking again, in milliseconds: the most by which the end of a session, or of a
 * membership, can take effect late when the word of it gets lost. */
const believedMs = 1_000;

interface Believed {
  readonly caller: Omit<Caller, "requestId">;
  readonly at: number;
  readonly forget: () => void;
}

interface Held {
  sessionId: string;
  userId: string;
  refreshedAt: string;
  revokedAt: string | null;
  isActive: boolean;
  tokenId: string;
  rotatedAt: string | null;
}

/** Sessions: opened by a sign-in, kept alive by refreshes, checked at every request. */
export class SessionService {
  readonly #believed = new LRUCache<string, Believed>({ max: 10_000, dispose: ({ forget }) => forget() });

  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly clock: Clock,
    private readonly bus: Bus,
  ) {}

  /** Opens a session in the caller's transaction. */
  async open(change: Change, user: User, origin: Origin): Promise<TokenPair> {
    const { now } = change;
    const userAgent = origin.userAgent?.slice(0, 255) ?? null;
    const session = change.create(Session, { userId: user.id, userAgent, createdAt: now, refreshedAt: now });
    const refreshToken = this.tokens.newRefresh();
    change.create(RefreshToken, { sessionId: session.id, hash: this.tokens.hash(refreshToken), createdAt: now });
    return this.#pair(user, session.id, refreshToken, now);
  }

  /**
   * Exchanges a refresh token for the next pair. Within the grace period all who hold the same token get the same pair;
   * later the token must have been copied, and the whole session ends (RFC 9700, section 4.14.2).
   */
  async refresh(refreshToken: string, origin: Origin): Promise<TokenPair> {
    const actor: Actor = { ...selfActor(origin.requestId), workspaceId: "", userId: "" };
    const outcome = await this.database.write(actor, async (change) => {
      const [held] = await change.sql(sql<Held>`
        select s.id as "sessionId", s.user_id as "userId", s.refreshed_at as "refreshedAt", s.revoked_at as "revokedAt",
          u.is_active as "isActive", t.id as "tokenId", t.rotated_at as "rotatedAt"
        from refresh_token t join session s on s.id = t.session_id join "user" u on u.id = s.user_id
        where t.hash = ${this.tokens.hash(refreshToken)} for update of s, t`);
      if (held === undefined || held.revokedAt !== null || !held.isActive || this.#idle(held.refreshedAt))
        return undefined;
      const next = this.tokens.nextRefresh(refreshToken);
      const { now } = change;
      if (held.rotatedAt === null) {
        await change.sql(sql`update refresh_token set rotated_at = ${now} where id = ${held.tokenId}`);
        await change.sql(sql`update session set refreshed_at = ${now} where id = ${held.sessionId}`);
        change.create(RefreshToken, { sessionId: held.sessionId, hash: this.tokens.hash(next), createdAt: now });
        return { ...held, next, at: now };
      }
      const rotatedAt = new Date(held.rotatedAt);
      if (now.getTime() - rotatedAt.getTime() <= graceMs) return { ...held, next, at: rotatedAt };
      await this.#end(change, held.sessionId);
      return undefined;
    });
    if (outcome === undefined) throw unauthenticated("This refresh token is not valid any more: sign in again.");
    const user = await this.user(outcome.userId);
    return this.#pair(user, outcome.sessionId, outcome.next, outcome.at);
  }

  /**
   * Who sends a request with this access token, in the workspace that it names or its first one. Nothing when the token,
   * its session, the user or the membership is not valid now.
   */
  async authenticate(
    accessToken: string,
    workspaceId: string | undefined,
    requestId: string,
  ): Promise<Caller | undefined> {
    const claims = await this.tokens.verifyAccess(accessToken);
    if (claims === undefined) return undefined;
    const key = `${claims.sessionId} ${workspaceId ?? ""}`;
    const at = this.clock.now().getTime();
    const believed = this.#believed.get(key);
    if (believed !== undefined && Math.abs(at - believed.at) < believedMs) return { ...believed.caller, requestId };
    if (workspaceId !== undefined && !isId(workspaceId, "workspace")) return undefined;
    // Heard before the session is read: word of its end that comes meanwhile is not missed.
    let ended = false;
    const unsubscribe = this.bus.subscribe(sessionTopic(claims.sessionId), () => {
      ended = true;
      this.#believed.delete(key);
    });
    const caller = await this.#findCaller(claims, workspaceId).catch((error) => {
      unsubscribe();
      throw error;
    });
    if (caller === undefined || ended) unsubscribe();
    else this.#believed.set(key, { caller, at, forget: unsubscribe });
    return caller && { ...caller, requestId };
  }

  async #findCaller(
    claims: AccessClaims,
    workspaceId: string | undefined,
  ): Promise<Omit<Caller, "requestId"> | undefined> {
    const member = await this.database.row(sql<{ workspaceId: string; role: Role; refreshedAt: string }>`
      select m.workspace_id as "workspaceId", m.role, s.refreshed_at as "refreshedAt"
      from session s join "user" u on u.id = s.user_id join membership m on m.user_id = u.id
      where s.id = ${claims.sessionId} and s.user_id = ${claims.userId} and s.revoked_at is null and u.is_active
        and (${workspaceId ?? null}::text is null or m.workspace_id = ${workspaceId ?? null})
      order by m.id limit 1`);
    if (member === undefined || this.#idle(member.refreshedAt)) return undefined;
    return {
      userId: claims.userId,
      sessionId: claims.sessionId,
      workspaceId: member.workspaceId,
      role: member.role,
      permissions: permissionsOf(member.role),
    };
  }

  /** The caller's sessions that are still alive, the last used first. */
  async list(caller: Caller): Promise<Session[]> {
    const rows = await this.database.rows(sql<Record<"id" | "userAgent" | "createdAt" | "refreshedAt", string>>`
      select id, user_id as "userId", user_agent as "userAgent", created_at as "createdAt", refreshed_at as "refreshedAt"
      from session where user_id = ${caller.userId} and revoked_at is null
        and refreshed_at > ${new Date(this.clock.now().getTime() - sessionIdleMs)}
      order by refreshed_at desc limit 100`);
    return rows.map((row) =>
      Object.assign(new Session(), row, { createdAt: new Date(row.createdAt), refreshedAt: new Date(row.refreshedAt) }),
    );
  }

  async revoke(caller: Caller, id: string): Promise<Session> {
    const sessionId = parseId(id, "session");
    const session = (await this.list(caller)).find((own) => own.id === sessionId);
    if (session === undefined) throw notFound("session", id);
    await this.database.write(caller, (change) => this.#end(change, sessionId));
    return session;
  }

  async user(id: string): Promise<User> {
    const row = await this.database.row(sql<Record<string, unknown> & { createdAt: string }>`
      select id, email, username, is_active as "isActive", is_verified as "isVerified", created_at as "createdAt"
      from "user" where id = ${id}`);
    if (row === undefined) throw notFound("user", id);
    return Object.assign(new User(), row, { createdAt: new Date(row.createdAt) });
  }

  async #end(change: Change, sessionId: string): Promise<void> {
    await change.sql(sql`update session set revoked_at = ${change.now} where id = ${sessionId} and revoked_at is null`);
    change.wake(sessionTopic(sessionId));
  }

  #idle(refreshedAt: string): boolean {
    return this.clock.now().getTime() - new Date(refreshedAt).getTime() > sessionIdleMs;
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
