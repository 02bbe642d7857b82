import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Actor } from "./actor.js";
import type { Bus } from "./bus.js";
import type { EntityClass } from "./column.js";
import type { Database } from "./database.js";
import { type DomainError, notFound } from "./errors.js";
import { prefixOf } from "./ids.js";
import { shapeOf } from "./lists/entity-shape.js";
import type { Logger } from "./logger.js";
import { newScope, runInScope } from "./scope.js";

/** Pause between two looks at all that is watched, in milliseconds: with the look itself well below a second. */
const lookMs = 600;

interface Watched {
  readonly workspaceId: string;
  readonly userId: string;
  readonly resourceId: string;
  readonly watchers: Set<(reason: DomainError) => void>;
  readonly unsubscribe: () => void;
}

/** Wakes who looks at one thing: its visibility, or somebody's access to it, has changed. */
export const accessTopic = (resourceId: string) => `access:${resourceId}`;

/**
 * Tells streams about one row when whoever follows them may not see it any more. One statement looks after all rows of a
 * table; the bus only makes it sooner. It reads as the system: it asks for many viewers at once.
 */
export class ResourceWatch {
  readonly #watched = new Map<string, Watched>();
  #looking = false;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly entities: readonly EntityClass[],
    private readonly logger: Logger,
  ) {}

  /** Calls `onLoss` at most once, with NOT_FOUND. Returns how to stop watching. */
  watch(
    { workspaceId, userId }: Pick<Actor, "workspaceId" | "userId">,
    resourceId: string,
    onLoss: (reason: DomainError) => void,
  ): () => void {
    const key = `${workspaceId} ${userId} ${resourceId}`;
    const watched = this.#watched.get(key) ?? this.#open(key, { workspaceId, userId, resourceId });
    watched.watchers.add(onLoss);
    return () => {
      watched.watchers.delete(onLoss);
      if (watched.watchers.size === 0) this.#close(key, watched);
    };
  }

  #open(key: string, of: Pick<Watched, "workspaceId" | "userId" | "resourceId">): Watched {
    const check = () => void this.#check([watched]);
    const unsubscribe = this.bus.subscribe(accessTopic(of.resourceId), check);
    const watched: Watched = { ...of, watchers: new Set(), unsubscribe };
    this.#watched.set(key, watched);
    // Not in the scope of the operation that happened to be the first one.
    if (!this.#looking) void runInScope(newScope("resource watch"), () => this.#look());
    return watched;
  }

  #close(key: string, watched: Watched): void {
    if (this.#watched.get(key) !== watched) return;
    this.#watched.delete(key);
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

  async #check(watched: readonly Watched[]): Promise<void> {
    try {
      for (const entity of this.entities) {
        const { table } = shapeOf(entity);
        const rows = watched.filter(({ resourceId }) => `"${prefixOf(resourceId)}"` === table);
        if (rows.length > 0) for (const lost of await this.#lost(entity, rows)) this.#tell(lost);
      }
    } catch (error) {
      // While the database is away nothing can be streamed either; the next look decides.
      this.logger.warn({ err: error }, "it could not be checked who may still see what is streamed");
    }
  }

  async #lost(entity: EntityClass, watched: readonly Watched[]): Promise<Watched[]> {
    const { visible } = shapeOf(entity);
    const seen = sql.raw(visible("t", { workspace: "w.workspace_id", user: "w.user_id" }));
    const rows = await this.database.rows(sql<{ place: number }>`
      select w.place::int as place from unnest(${watched.map(({ workspaceId }) => workspaceId)}::text[],
        ${watched.map(({ userId }) => userId)}::text[], ${watched.map(({ resourceId }) => resourceId)}::text[])
        with ordinality as w (workspace_id, user_id, resource_id, place)
      where not exists (select 1 from ${sql.raw(shapeOf(entity).table)} t where t.id = w.resource_id and ${seen})`);
    return rows.flatMap(({ place }) => watched[place - 1] ?? []);
  }

  #tell(watched: Watched): void {
    const { workspaceId, userId, resourceId } = watched;
    const watchers = [...watched.watchers];
    watched.watchers.clear();
    this.#close(`${workspaceId} ${userId} ${resourceId}`, watched);
    for (const onLoss of watchers) onLoss(notFound(prefixOf(resourceId).replaceAll("_", " "), resourceId));
  }
}
