import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Embedder } from "#src/ai/embedder.js";
import { noWorkspace } from "#src/platform/actor.js";
import type { Bus } from "#src/platform/bus.js";
import type { Database } from "#src/platform/database.js";
import { eventTopic } from "#src/platform/event.js";
import type { Logger } from "#src/platform/logger.js";
import { runOutsideScope } from "#src/platform/scope.js";
import { shareNext } from "#src/platform/share-next.js";
import { QuoteEmbeddings, quoteCollection } from "./quote-embeddings.js";

/** Pause after an event, in which more gather, and between two batches that nobody waits for, in milliseconds. */
const gatherMs = 500;
const paceMs = 250;
/** Batches after which another workspace gets its turn. */
const mostBatches = 12;
/** Between two looks at all workspaces, for what nobody has told this process. */
const lookMs = 60_000;
/** How long a search waits for its workspace, and within that for another process that is at it. */
const mostWaitMs = 2_000;
const mostLeaseWaitMs = 1_000;

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly embedder: Embedder;
}

/** One workspace in this process: one pass at a time, and at its own pace until somebody waits for it. */
interface Turn {
  waiting: number;
  hurry: () => void;
  readonly pass: () => Promise<void>;
}

/**
 * Keeps the vectors of quotes up to date, behind those who write: a few at a time, so that it takes little from them, and at
 * once where a search waits.
 */
export class QuoteIndexer {
  readonly #embeddings: QuoteEmbeddings;
  readonly #turns = new Map<string, Turn>();
  readonly #stopped = new AbortController();
  /** Workspaces in which something has happened; nothing when it may have in any. */
  #told: Set<string> | undefined;
  #wake = () => {};
  #working: Promise<void> | undefined;

  constructor(private readonly deps: Deps) {
    this.#embeddings = new QuoteEmbeddings(deps);
  }

  /** Follows all workspaces from now on. Without it only those are followed in which somebody searches. */
  start(): void {
    const prefix = eventTopic("");
    this.deps.bus.overhear((topics) => {
      if (topics === undefined) this.#told = undefined;
      for (const topic of topics ?? [])
        if (topic.startsWith(prefix) && topic !== eventTopic(noWorkspace)) this.#told?.add(topic.slice(prefix.length));
      if (this.#told === undefined || this.#told.size > 0) this.#wake();
    });
    this.#working = runOutsideScope(() => this.#work());
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    for (const turn of this.#turns.values()) turn.hurry();
    await this.#working;
    await Promise.allSettled([...this.#turns.values()].map(({ pass }) => pass()));
  }

  /** Waits until what is committed now can be found, but for 2 seconds at most: a search then finds what there is. */
  async catchUp(workspaceId: string): Promise<void> {
    const turn = this.#turnOf(workspaceId);
    turn.waiting += 1;
    turn.hurry();
    const done = new AbortController();
    try {
      const pass = turn.pass().catch((error: unknown) => this.#warn(error, workspaceId));
      await Promise.race([pass, sleep(mostWaitMs, undefined, { signal: done.signal }).catch(() => {})]);
    } finally {
      done.abort();
      turn.waiting -= 1;
      this.#forget(workspaceId, turn);
    }
  }

  #turnOf(workspaceId: string): Turn {
    const known = this.#turns.get(workspaceId);
    if (known !== undefined) return known;
    const turn: Turn = {
      waiting: 0,
      hurry: () => {},
      pass: shareNext(() => runOutsideScope(() => this.#pass(workspaceId, turn))),
    };
    this.#turns.set(workspaceId, turn);
    return turn;
  }

  /** Of workspaces that are left alone nothing is kept. */
  #forget(workspaceId: string, turn: Turn): void {
    if (turn.waiting === 0 && this.#turns.size > 1_000) this.#turns.delete(workspaceId);
  }

  async #pass(workspaceId: string, turn: Turn): Promise<void> {
    const { signal } = this.#stopped;
    if (signal.aborted) return;
    let batches = 0;
    await this.#embeddings.follow(workspaceId, {
      signal,
      pause: () => this.#pause(turn),
      mayGoOn: async (lease) => {
        batches += 1;
        if (batches > mostBatches && turn.waiting === 0) {
          this.#told?.add(workspaceId);
          this.#wake();
          return false;
        }
        const until = performance.now() + mostLeaseWaitMs;
        while (!(await lease(false))) {
          // The other process goes on with it; whoever waits here must not depend on that.
          if (turn.waiting === 0) return false;
          if (performance.now() > until) return lease(true);
          await sleep(25);
        }
        return true;
      },
    });
  }

  async #pause(turn: Turn): Promise<void> {
    if (turn.waiting > 0 || this.#stopped.signal.aborted) return;
    const over = new AbortController();
    turn.hurry = () => over.abort();
    await sleep(paceMs, undefined, { ref: false, signal: over.signal }).catch(() => {});
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopped;
    await this.#forgetOtherModels().catch((error: unknown) => this.#warn(error));
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const told = this.#told;
      this.#told = new Set();
      try {
        for (const workspaceId of told ?? (await this.#behind())) {
          const turn = this.#turnOf(workspaceId);
          await turn.pass().catch((error: unknown) => this.#warn(error, workspaceId));
          this.#forget(workspaceId, turn);
        }
      } catch (error) {
        this.#warn(error);
      }
      const looked = new AbortController();
      const look = sleep(lookMs, undefined, { ref: false, signal: looked.signal }).then(
        () => {
          this.#told = undefined;
        },
        () => {},
      );
      await Promise.race([woken, look]);
      looked.abort();
      await sleep(gatherMs, undefined, { ref: false, signal }).catch(() => {});
    }
  }

  /** Workspaces with quotes or events that this model has not seen. */
  async #behind(): Promise<string[]> {
    const rows = await this.deps.database.rows(sql<{ id: string }>`
      select w.id from workspace w left join embedding_cursor c
        on c.workspace_id = w.id and c.collection = ${quoteCollection} and c.model = ${this.deps.embedder.model}
      where c.backfilled_to is not null
        or (c.id is null and exists (select 1 from quote q where q.workspace_id = w.id))
        or exists (select 1 from event e where e.workspace_id = w.id and (e.xid, e.position) > (c.xid, c.position))`);
    return rows.map(({ id }) => id);
  }

  /** Vectors of a model that was changed for this one stay a day, for the case that it is changed back. */
  async #forgetOtherModels(): Promise<void> {
    const { database, embedder } = this.deps;
    const old = sql`select o.id from embedding_cursor o join embedding_cursor c on c.workspace_id = o.workspace_id
      and c.collection = o.collection and c.model = ${embedder.model} and c.backfilled_to is null
      and c.created_at < now() - interval '1 day' where o.model <> ${embedder.model} and o.collection = ${quoteCollection}`;
    await database.upkeep(sql`delete from embedding e using embedding_cursor o where o.id in (${old})
      and e.workspace_id = o.workspace_id and e.collection = o.collection and e.model = o.model`);
    await database.upkeep(sql`delete from embedding_cursor where id in (${old})`);
  }

  #warn(error: unknown, workspaceId?: string): void {
    if (this.#stopped.signal.aborted) return;
    this.deps.logger.warn({ err: error, workspaceId }, "quotes could not be embedded; they will be");
  }
}
