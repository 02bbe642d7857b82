import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Embedder } from "#src/ai/embedder.js";
import { type Attempt, ProviderError } from "#src/ai/provider.js";
import { addCall } from "#src/ai/spending.js";
import { type Actor, asSystem } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { newId } from "#src/platform/ids.js";
import type { Logger } from "#src/platform/logger.js";
import { Visibility } from "#src/platform/owned-row.js";
import { bytesOf } from "#src/platform/vectors/vector-bytes.js";

/** What the vectors of quotes are filed under. */
export const quoteCollection = "quote";

/** Texts of one request. */
const batch = 100;
/** Events that are looked at at once. */
const page = 500;
/** How long a process that vanishes keeps others from going on, in milliseconds. */
const leaseMs = 10_000;

interface Place {
  readonly xid: string;
  readonly position: string;
}

interface Cursor extends Place {
  readonly id: string;
  readonly backfilledTo: string | null;
}

interface EventRow extends Place {
  readonly kind: string;
  readonly subjectId: string;
  /** True when nothing can be committed before it any more. */
  readonly settled: boolean;
}

interface StaleQuote {
  readonly id: string;
  readonly text: string;
}

interface Deps {
  readonly database: Database;
  readonly logger: Logger;
  readonly embedder: Embedder;
}

interface Pass {
  readonly signal: AbortSignal;
  /** Between two batches. */
  readonly pause: () => Promise<void>;
  /** Asked for each batch: false leaves the work to the process that is at it. */
  readonly mayGoOn: (lease: (force: boolean) => Promise<boolean>) => Promise<boolean>;
}

/**
 * Gives quotes their vectors. It follows the event log of a workspace from a cursor of its own, and goes once through what is
 * older. Whatever is done twice has the same result: the cursor goes on in the commit that stores the vectors.
 */
export class QuoteEmbeddings {
  readonly #me = newId("indexer");
  /** Cursors on which this process has a lease. */
  readonly #leased = new Set<string>();

  constructor(private readonly deps: Deps) {}

  /** Until every quote of the workspace that is committed now has the vector of its text. */
  async follow(workspaceId: string, pass: Pass): Promise<void> {
    const cursor = (await this.#cursor(workspaceId)) ?? (await this.#begin(workspaceId));
    if (cursor === undefined) return;
    try {
      await this.#followEvents(workspaceId, cursor, pass);
      await this.#backfill(workspaceId, cursor, pass);
    } finally {
      if (this.#leased.delete(cursor.id))
        await this.deps.database.upkeep(sql`update embedding_cursor set leased_by = null, leased_until = null
          where id = ${cursor.id} and leased_by = ${this.#me}`);
    }
  }

  async #cursor(workspaceId: string): Promise<Cursor | undefined> {
    // One of the future is of another cluster, whose transactions this one does not count on.
    return this.deps.database.row(sql<Cursor>`
      select id, xid::text, position::text, backfilled_to as "backfilledTo" from embedding_cursor
      where workspace_id = ${workspaceId} and collection = ${quoteCollection} and model = ${this.deps.embedder.model}
        and embedding_cursor.xid <= pg_snapshot_xmax(pg_current_snapshot())`);
  }

  /** From now on by events; what was committed before is older, and gone through. Nothing where the workspace has ended. */
  async #begin(workspaceId: string): Promise<Cursor | undefined> {
    const [begun] = await this.deps.database.upkeep(sql<Cursor>`
      insert into embedding_cursor (id, created_at, workspace_id, collection, model, xid, position, backfilled_to)
      select ${newId("embedding_cursor")}, now(), ${workspaceId}, ${quoteCollection}, ${this.deps.embedder.model},
        pg_snapshot_xmin(pg_current_snapshot()), 0, ''
      where exists (select 1 from membership where workspace_id = ${workspaceId})
      on conflict (workspace_id, collection, model) do update set backfilled_to = '', position = 0,
        xid = least(embedding_cursor.xid, excluded.xid)
      returning id, xid::text, position::text, backfilled_to as "backfilledTo"`);
    return begun;
  }

  async #followEvents(workspaceId: string, cursor: Cursor, pass: Pass): Promise<void> {
    let place: Place = cursor;
    for (;;) {
      const events = await this.#events(workspaceId, place);
      const last = events.at(-1);
      if (last === undefined) return;
      const told = events.filter(({ kind }) => kind === "quote.created" || kind === "quote.updated");
      const stale = await this.#stale(workspaceId, [...new Set(told.map(({ subjectId }) => subjectId))]);
      for (let from = 0; from < stale.length; from += batch) {
        if (from > 0) await pass.pause();
        if (!(await this.#embed(workspaceId, cursor, stale.slice(from, from + batch), pass))) return;
      }
      const settled = events.findLast((event) => event.settled);
      // A few that are nothing to quotes are looked at again, which is cheaper than a write.
      if (settled !== undefined && (told.length > 0 || events.length === page)) await this.#advance(cursor, settled);
      if (events.length < page) return;
      place = last;
    }
  }

  /** All that are committed, so that what has just been written is found; the cursor stays below what is not settled. */
  #events(workspaceId: string, { xid, position }: Place): Promise<EventRow[]> {
    return this.deps.database.rows(sql<EventRow>`
      select kind, subject_id as "subjectId", xid::text, position::text,
        xid < pg_snapshot_xmin(pg_current_snapshot()) as settled
      from event where workspace_id = ${workspaceId} and (xid, position) > (${xid}::xid8, ${position}::bigint)
      order by event.xid, event.position limit ${page}`);
  }

  async #advance({ id }: Cursor, { xid, position }: Place): Promise<void> {
    await this.deps.database.upkeep(sql`update embedding_cursor set xid = ${xid}::xid8, position = ${position}::bigint
      where id = ${id} and (xid, position) < (${xid}::xid8, ${position}::bigint)`);
  }

  async #backfill(workspaceId: string, cursor: Cursor, pass: Pass): Promise<void> {
    for (let from = cursor.backfilledTo; from !== null; ) {
      const ids = await this.deps.database.rows(sql<{ id: string }>`select id from quote
        where workspace_id = ${workspaceId} and id > ${from} order by id limit ${page}`);
      const stale = await this.#stale(
        workspaceId,
        ids.map(({ id }) => id),
      );
      for (let begin = 0; begin < stale.length; begin += batch) {
        if (!(await this.#embed(workspaceId, cursor, stale.slice(begin, begin + batch), pass))) return;
        await pass.pause();
      }
      from = ids.length < page ? null : (ids.at(-1)?.id ?? null);
      await this.deps.database.upkeep(sql`update embedding_cursor set backfilled_to = ${from} where id = ${cursor.id}`);
    }
  }

  /** Those whose text has no vector of the model, or has changed since. */
  async #stale(workspaceId: string, ids: readonly string[]): Promise<StaleQuote[]> {
    if (ids.length === 0) return [];
    return this.deps.database.rows(sql<StaleQuote>`
      select q.id, q.text from quote q
      left join embedding e on e.subject_id = q.id and e.model = ${this.deps.embedder.model}
      where q.id = any(${ids}::text[]) and q.workspace_id = ${workspaceId}
        and e.text_hash is distinct from sha256(convert_to(q.text, 'UTF8'))
      order by q.id`);
  }

  /** False when another process is at it. */
  async #embed(workspaceId: string, cursor: Cursor, quotes: readonly StaleQuote[], pass: Pass): Promise<boolean> {
    pass.signal.throwIfAborted();
    if (!(await pass.mayGoOn((force) => this.#lease(cursor, force)))) return false;
    const attempts: Attempt[] = [];
    const found = await this.#vectorsOf(quotes, pass.signal, attempts);
    await this.#store(workspaceId, quotes, found, attempts);
    return true;
  }

  async #lease({ id }: Cursor, force: boolean): Promise<boolean> {
    const leased = await this.deps.database.upkeep(sql`
      update embedding_cursor set leased_by = ${this.#me}, leased_until = now() + ${leaseMs} * interval '1 millisecond'
      where id = ${id} and (${force}::boolean or leased_by is null or leased_by = ${this.#me} or leased_until < now())
      returning 1`);
    if (leased.length > 0) this.#leased.add(id);
    return leased.length > 0;
  }

  /** One for each text; none for one that the provider refuses while it takes others. */
  async #vectorsOf(
    quotes: readonly StaleQuote[],
    signal: AbortSignal,
    attempts: Attempt[],
  ): Promise<(Float32Array | undefined)[]> {
    try {
      const embedded = await this.deps.embedder.embed(
        quotes.map(({ text }) => text),
        signal,
      );
      attempts.push(...embedded.attempts);
      return [...embedded.vectors];
    } catch (error) {
      if (!(error instanceof ProviderError) || error.fault !== "rejected" || quotes.length === 1) throw error;
      const middle = Math.ceil(quotes.length / 2);
      const parts = [quotes.slice(0, middle), quotes.slice(middle)];
      const halves: (Float32Array | undefined)[][] = [];
      let refused: unknown;
      for (const part of parts) {
        const half = await this.#vectorsOf(part, signal, attempts).catch((failure: unknown) => {
          refused = failure;
          this.deps.logger.warn({ err: failure, quotes: part.map(({ id }) => id) }, "quotes could not be embedded");
          return part.map(() => undefined);
        });
        halves.push(half);
      }
      if (halves.flat().every((vector) => vector === undefined)) throw refused;
      return halves.flat();
    }
  }

  /** Locks each quote that is still there: one that is deleted meanwhile leaves nothing behind. */
  async #store(
    workspaceId: string,
    quotes: readonly StaleQuote[],
    vectors: readonly (Float32Array | undefined)[],
    attempts: readonly Attempt[],
  ): Promise<void> {
    const { database, embedder } = this.deps;
    const found = quotes.flatMap(({ id, text }, index) => {
      const vector = vectors[index];
      return vector === undefined ? [] : [{ id, hash: hashOf(text), vector: bytesOf(vector) }];
    });
    await database.write(indexerOf(workspaceId), async (change) => {
      if (embedder.isPaid) for (const attempt of attempts) addCall(change, embedding, attempt);
      else change.hide();
      await change.sql(sql`
        insert into embedding (id, created_at, workspace_id, collection, subject_id, model, vector, text_hash)
        select n.id, now(), q.workspace_id, ${quoteCollection}, q.id, ${embedder.model}, n.vector, n.hash
        from unnest(${found.map(() => newId("embedding"))}::text[], ${found.map(({ id }) => id)}::text[],
          ${found.map(({ vector }) => vector)}::bytea[], ${found.map(({ hash }) => hash)}::bytea[])
          as n (id, quote_id, vector, hash)
        join quote q on q.id = n.quote_id for key share of q
        on conflict (subject_id, model) do update set vector = excluded.vector, text_hash = excluded.text_hash,
          xid = pg_current_xact_id()`);
    });
  }
}

const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();

/** What the ledger says of requests for many quotes at once: they are the workspace's, and nobody's alone. */
const embedding = {
  id: null,
  createdById: "",
  apiKeyId: null,
  visibility: Visibility.WORKSPACE,
  purpose: "quotes.embed",
};

const indexerOf = (workspaceId: string): Actor =>
  asSystem({ workspaceId, userId: "", permissions: new Set(), requestId: "quote indexer" });
