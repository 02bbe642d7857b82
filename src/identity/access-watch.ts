import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { DomainError, unauthenticated } from "#src/platform/errors.js";
import type { Logger } from "#src/platform/logger.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import type { Caller } from "./caller.js";
import type { Role } from "./membership.js";
import { isOperatorPermission, permissionsOf } from "./permissions.js";
import { sessionTopic } from "./session.js";
import { sessionIdleMs } from "./tokens.js";

/** Pause between two looks at all that is watched, in milliseconds: with the look itself well below a second. */
const lookMs = 600;

interface Grant {
  readonly sessionId: string;
  readonly workspaceId: string;
}

interface Watched extends Grant {
  readonly watchers: Set<Watcher>;
  readonly unsubscribe: () => void;
}

interface Watcher {
  readonly permissions: ReadonlySet<string>;
  readonly onLoss: (reason: DomainError) => void;
}

interface Standing extends Grant {
  refreshedAt: string | null;
  role: Role | null;
  isOperator: boolean | null;
}

/**
 * Tells connections that outlive their first request when their session has ended or a permission was taken away. One
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
  watch({ sessionId, workspaceId, permissions }: Caller, onLoss: (reason: DomainError) => void): () => void {
    const key = keyOf({ sessionId, workspaceId });
    const watched = this.#watched.get(key) ?? this.#open(key, { sessionId, workspaceId });
    const watcher = { permissions, onLoss };
    watched.watchers.add(watcher);
    return () => this.#drop(watched, watcher);
  }

  #open(key: string, grant: Grant): Watched {
    const check = () => void this.#check([grant]);
    const watched = {
      ...grant,
      watchers: new Set<Watcher>(),
      unsubscribe: this.bus.subscribe(sessionTopic(grant.sessionId), check),
    };
    this.#watched.set(key, watched);
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
      this.logger.warn({ err: error }, "the sessions of open connections could not be checked");
    }
  }

  #standings(grants: readonly Grant[]): Promise<Standing[]> {
    return this.database.rows(sql<Standing>`
      select g.session_id as "sessionId", g.workspace_id as "workspaceId", m.role, u.is_operator as "isOperator",
        case when u.is_active then s.refreshed_at end as "refreshedAt"
      from unnest(${grants.map(({ sessionId }) => sessionId)}::text[], ${grants.map(({ workspaceId }) => workspaceId)}::text[])
        as g (session_id, workspace_id)
      left join session s on s.id = g.session_id and s.revoked_at is null
      left join "user" u on u.id = s.user_id
      left join membership m on m.user_id = s.user_id and m.workspace_id = g.workspace_id`);
  }

  #judge(standing: Standing): void {
    const watched = this.#watched.get(keyOf(standing));
    const { refreshedAt } = standing;
    const idleMs = this.clock.now().getTime() - new Date(refreshedAt ?? 0).getTime();
    for (const watcher of watched?.watchers ?? []) {
      const reason =
        refreshedAt === null || idleMs > sessionIdleMs
          ? unauthenticated("The session has ended: sign in again.")
          : lostPermission(watcher.permissions, standing);
      if (reason === undefined) continue;
      this.#drop(watched as Watched, watcher);
      watcher.onLoss(reason);
    }
  }
}

const keyOf = ({ sessionId, workspaceId }: Grant) => `${sessionId} ${workspaceId}`;

const lostPermission = (held: ReadonlySet<string>, { role, isOperator }: Standing): DomainError | undefined => {
  if (role === null) return new DomainError("FORBIDDEN", "You are not a member of this workspace any more.");
  const left = permissionsOf(role, isOperator === true);
  const lost = [...held].find((permission) => !left.has(permission));
  if (lost === undefined) return undefined;
  if (isOperatorPermission(lost)) return new DomainError("FORBIDDEN", "You are not an operator any more.");
  return new DomainError("FORBIDDEN", `Your role in this workspace is ${role} now and lacks the permission ${lost}.`);
};
