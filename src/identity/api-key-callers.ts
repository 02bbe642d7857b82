import { hash, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import { detached } from "#src/platform/span.js";
import { keyTopic } from "./api-key.js";
import type { ParsedApiKey } from "./api-key-text.js";
import type { KnownCaller } from "./caller.js";
import type { Role } from "./membership.js";
import { isOperatorPermission, scopedPermissions } from "./permissions.js";

/** The last use of a key is written down at most so often, in milliseconds. */
const useMs = 60_000;

interface Found {
  id: string;
  prefix: string;
  workspaceId: string;
  userId: string;
  secretHash: string;
  previousHash: string | null;
  overlapEndsAt: string | null;
  version: number;
  scopes: string[];
  expiresAt: string | null;
  lastUsedAt: string | null;
  role: Role;
  isOperator: boolean;
}

export const hashSecret = (secret: string): string => hash("sha256", secret, "base64url");

/** Nobody's. A key that does not exist is compared with it, so that finding none takes as long. */
const hashOfNothing = hashSecret("");

/** Finds who acts with an API key. */
export class ApiKeyCallers {
  readonly #writing = new Set<Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Nothing when there is no such key, its secret is another one, or it has ended in whatever way. */
  async find({ prefix, secret }: ParsedApiKey): Promise<KnownCaller | undefined> {
    const key = await this.database.row(sql<Found>`
      select k.id, k.prefix, k.workspace_id as "workspaceId", u.id as "userId", k.secret_hash as "secretHash",
        k.previous_hash as "previousHash", k.overlap_ends_at as "overlapEndsAt", k.version, k.scopes,
        k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt", m.role, u.is_operator as "isOperator"
      from api_key k join "user" u on u.id = k.created_by_id and u.is_active
        join membership m on m.user_id = u.id and m.workspace_id = k.workspace_id
      where k.prefix = ${prefix} and k.revoked_at is null`);
    const given = hashSecret(secret);
    const isCurrent = equal(given, key?.secretHash);
    const isPrevious = equal(given, key?.previousHash);
    const now = this.clock.now();
    if (key === undefined || hasPassed(key.expiresAt, now)) return undefined;
    if (!isCurrent && (!isPrevious || key.overlapEndsAt === null || hasPassed(key.overlapEndsAt, now)))
      return undefined;
    const caller = callerOf(key, isCurrent ? key.version : key.version - 1);
    this.#noteUse(key, caller, now);
    return caller;
  }

  /** Waits for what is still being written. */
  async close(): Promise<void> {
    await Promise.all(this.#writing);
  }

  #noteUse({ id, lastUsedAt }: Found, caller: KnownCaller, now: Date): void {
    const before = new Date(now.getTime() - useMs);
    if (lastUsedAt !== null && new Date(lastUsedAt) > before) return;
    // Not awaited, and on nobody's behalf: no request is slower for it, and none fails with it.
    const written = detached(() =>
      this.database
        .write({ ...caller, requestId: "last use of an API key" }, (change) =>
          change.sql(sql`update api_key set last_used_at = ${now}
            where id = ${id} and (last_used_at is null or last_used_at <= ${before})`),
        )
        .then(
          () => {},
          (error: unknown) => this.logger.warn({ err: error }, "the last use of an API key was not written down"),
        )
        .finally(() => this.#writing.delete(written)),
    );
    this.#writing.add(written);
  }
}

const callerOf = (key: Found, version: number): KnownCaller => {
  const permissions = scopedPermissions(key.role, key.isOperator, key.scopes);
  return {
    userId: key.userId,
    workspaceId: key.workspaceId,
    credential: { kind: "API_KEY", id: key.id, version, topic: keyTopic(key.prefix) },
    role: key.role,
    // An operator's key that may nothing of the installation's is like any other key.
    isOperator: [...permissions].some(isOperatorPermission),
    permissions,
  };
};

const equal = (given: string, stored: string | null | undefined): boolean => {
  const matches = timingSafeEqual(Buffer.from(given), Buffer.from(stored ?? hashOfNothing));
  return matches && stored != null;
};

const hasPassed = (time: string | null, now: Date): boolean => time !== null && new Date(time) <= now;
