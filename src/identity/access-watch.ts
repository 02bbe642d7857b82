import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { DomainError, unauthenticated } from "#src/platform/errors.js";
import type { Logger } from "#src/platform/logger.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import type { Caller } from "./caller.js";
import { memberTopic, type Role } from "./membership.js";
import { isOperatorPermission, permissionsOf, scopedPermissions } from "./permissions.js";
import { sessionIdleMs } from "./tokens.js";

/** Pause between two looks at all that is watched, in milliseconds: with the look itself well below a second. */
const lookMs = 600;

interface Grant {
  readonly credentialId: string;
  readonly workspaceId: string;
}

interface Watched extends Grant {
  readonly watchers: Set<Watcher>;
  readonly unsubscribe: () => void;
}

interface Watcher {
  readonly caller: Caller;
  readonly onLoss: (reason: DomainError) => void;
}

interface Standing extends Grant {
  role: Role | null;
  isOperator: boolean | null;
  /** Of a session that is not revoked, and whose user is active. */
  refreshedAt: string | null;
  /** Of an API key that is not revoked, and whose maker is active. */
  version: number | null;
  scopes: string[] | null;
  expiresAt: string | null;
  overlapEndsAt: string | null;
}

/**
 * Tells connections that outlive their first request when their credential has ended or a permission was taken away. One
 * statement looks after all of them; the bus only makes it sooner.
 */
export class AccessWatch {
  readonly #watched = new Map<string, Watched>();
  #looking = false;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Calls `onLoss` at most once, with UNAUTHENTICATED or FORBIDDEN. Returns how to stop watching. */
  watch(caller: Caller, onLoss: (reason: DomainError) => void): () => void {
    const grant = { credentialId: caller.credential.id, workspaceId: caller.workspaceId };
    const watched = this.#watched.get(keyOf(grant)) ?? this.#open(grant, caller);
    const watcher = { caller, onLoss };
    watched.watchers.add(watcher);
    return () => this.#drop(watched, watcher);
  }

  #open(grant: Grant, { credential, userId }: Caller): Watched {
    const check = () => void this.#check([grant]);
    const stops = [credential.topic, memberTopic(userId)].map((topic) => this.bus.subscribe(topic, check));
    const unsubscribe = () => {
      for (const stop of stops) stop();
    };
    const watched = { ...grant, watchers: new Set<Watcher>(), unsubscribe };
    this.#watched.set(keyOf(grant), watched);
    // Not in the scope of the operation that happened to be the first one.
    if (!this.#looking) void runInScope(newScope("access watch"), () => this.#look());
    return watched;
  }

  #drop(watched: Watched, watcher: Watcher): void {
    watched.watchers.delete(watcher);
    if (watched.watchers.size > 0 || this.#watched.get(keyOf(watched)) !== watched) return;
    this.#watched.delete(keyOf(watched));
    watched.unsubscribe();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    while (this.#watched.size > 0) {
      await sleep(lookMs, undefined, { ref: false });
      await this.#check([...this.#watched.values()]);
    }
    this.#looking = false;
  }

  async #check(grants: readonly Grant[]): Promise<void> {
    if (grants.length === 0) return;
    try {
      for (const standing of await this.#standings(grants)) this.#judge(standing);
    } catch (error) {
      // While the database is away nothing can be streamed either; the next look decides.
      this.logger.warn({ err: error }, "the credentials of open connections could not be checked");
    }
  }

  #standings(grants: readonly Grant[]): Promise<Standing[]> {
    return this.database.rows(sql<Standing>`
      select g.credential_id as "credentialId", g.workspace_id as "workspaceId", m.role, u.is_operator as "isOperator",
        s.refreshed_at as "refreshedAt", k.version, k.scopes, k.expires_at as "expiresAt",
        k.overlap_ends_at as "overlapEndsAt"
      from unnest(${grants.map(({ credentialId }) => credentialId)}::text[], ${grants.map(({ workspaceId }) => workspaceId)}::text[])
        as g (credential_id, workspace_id)
      left join session s on s.id = g.credential_id and s.revoked_at is null
      left join api_key k on k.id = g.credential_id and k.revoked_at is null
      left join "user" u on u.id = coalesce(s.user_id, k.created_by_id) and u.is_active
      left join membership m on m.user_id = u.id and m.workspace_id = g.workspace_id`);
  }

  #judge(standing: Standing): void {
    const watched = this.#watched.get(keyOf(standing));
    for (const watcher of watched?.watchers ?? []) {
      const reason = lossOf(watcher.caller, standing, this.clock.now());
      if (reason === undefined) continue;
      this.#drop(watched as Watched, watcher);
      watcher.onLoss(reason);
    }
  }
}

const keyOf = ({ credentialId, workspaceId }: Grant) => `${credentialId} ${workspaceId}`;

/** What a caller has lost since their connection was opened; nothing when all is as it was, or more. */
const lossOf = ({ credential, permissions }: Caller, standing: Standing, now: Date): DomainError | undefined => {
  if (credential.kind === "API_KEY" && !isKeyAlive(credential, standing, now))
    return unauthenticated("The API key has ended, was rotated or was revoked.");
  if (credential.kind === "SESSION" && !isSessionAlive(standing, now))
    return unauthenticated("The session has ended: sign in again.");
  return lostPermission(permissions, standing);
};

const isSessionAlive = ({ refreshedAt, isOperator }: Standing, now: Date): boolean =>
  // Nothing is known of whether they run the installation where the user is not active.
  refreshedAt !== null && isOperator !== null && now.getTime() - new Date(refreshedAt).getTime() <= sessionIdleMs;

const isKeyAlive = (credential: Caller["credential"], standing: Standing, now: Date): boolean => {
  const { version, isOperator, expiresAt, overlapEndsAt } = standing;
  if (version === null || isOperator === null || (expiresAt !== null && new Date(expiresAt) <= now)) return false;
  if (credential.version === version) return true;
  return credential.version === version - 1 && overlapEndsAt !== null && new Date(overlapEndsAt) > now;
};

const lostPermission = (held: ReadonlySet<string>, { role, isOperator, scopes }: Standing): DomainError | undefined => {
  if (role === null) return new DomainError("FORBIDDEN", "You are not a member of this workspace any more.");
  const left =
    scopes === null ? permissionsOf(role, isOperator === true) : scopedPermissions(role, isOperator === true, scopes);
  const lost = [...held].find((permission) => !left.has(permission));
  if (lost === undefined) return undefined;
  if (isOperatorPermission(lost)) return new DomainError("FORBIDDEN", "You are not an operator any more.");
  return new DomainError("FORBIDDEN", `Your role in this workspace is ${role} now and lacks the permission ${lost}.`);
};
