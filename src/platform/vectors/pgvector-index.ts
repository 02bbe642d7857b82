import { pgvectorTables } from "./pgvector-tables.js";
import type { Query, SqlSession } from "./sql-session.js";
import { vectorOf } from "./vector-bytes.js";
import type { Neighbour, VectorIndex, VectorSpace } from "./vector-index.js";

/** From so many neighbours on all are compared: a search that leaves out the most would be slower. */
const mostApproximate = 400;
/** pgvector's own bounds: of candidates of one search, and of numbers that each type can index. */
const mostCandidates = 1_000;
const mostNumbers = { vector: 2_000, halfvec: 4_000 };
/** Vectors that are brought in by one statement. */
const batch = 500;

/** How vectors of one length are stored in their index; nothing when they are too long for any. */
const indexedAs = (length: number): string | undefined => {
  if (length <= mostNumbers.vector) return `vector(${length})`;
  return length <= mostNumbers.halfvec ? `halfvec(${length})` : undefined;
};

const textOf = (vector: Float32Array): string => `[${vector.join(",")}]`;

/**
 * Lets Postgres find neighbours, by the extension pgvector: for collections that are too large for the memory of a process.
 * Its table is filled from `embedding` by a trigger and, before a search, with the numbers that this one cannot read.
 */
class PgvectorIndex implements VectorIndex {
  readonly name = "pgvector";
  /** Lengths of which this process knows that they have their index. */
  readonly #ready = new Map<number, Promise<void>>();

  constructor(private readonly sql: SqlSession) {}

  async search(space: VectorSpace, vector: Float32Array, limit: number): Promise<readonly Neighbour[]> {
    await this.#bringIn(space);
    await this.#prepare(vector.length);
    if (limit > mostApproximate || indexedAs(vector.length) === undefined) return this.#exact(space, vector, limit);
    const near = await this.#approximate(space, vector, limit);
    // Fewer than there are: the index gave up before it came to the space among all others.
    return near.length < limit ? this.#exact(space, vector, limit) : near;
  }

  close(): void {
    this.#ready.clear();
  }

  /** Fills in the numbers of the rows that the trigger has made. */
  async #bringIn({ workspaceId, collection, model }: VectorSpace): Promise<void> {
    for (;;) {
      const rows = await this.sql.query<{ id: string; vector: Uint8Array; xid: string }>(
        `select v.embedding_id as id, e.vector, e.xid::text from vectors.embedding_vector v
         join embedding e on e.id = v.embedding_id
         where v.vector is null and v.workspace_id = $1 and v.collection = $2 and v.model = $3 limit ${batch}`,
        [workspaceId, collection, model],
      );
      if (rows.length === 0) return;
      // Of a row that was written again meanwhile the trigger has made a new one, which is not filled with this.
      await this.sql.query(
        `update vectors.embedding_vector v set vector = n.vector::vector
         from unnest($1::text[], $2::text[], $3::text[]) as n (id, vector, xid)
         where v.embedding_id = n.id and v.xid = n.xid::xid8`,
        [rows.map(({ id }) => id), rows.map((row) => textOf(vectorOf(row.vector))), rows.map(({ xid }) => xid)],
      );
      if (rows.length < batch) return;
    }
  }

  #prepare(length: number): Promise<void> {
    const known = this.#ready.get(length);
    if (known !== undefined) return known;
    const ready = this.#makeIndex(length);
    this.#ready.set(length, ready);
    ready.catch(() => this.#ready.delete(length));
    return ready;
  }

  async #makeIndex(length: number): Promise<void> {
    const type = indexedAs(length);
    if (type === undefined) return;
    const name = `embedding_vector_hnsw_${length}`;
    await this.sql.together(async (query) => {
      await query("begin");
      try {
        await query("set local statement_timeout = 0");
        await query("select pg_advisory_xact_lock(hashtext('vectors.embedding_vector'))");
        const operators = type.startsWith("halfvec") ? "halfvec_cosine_ops" : "vector_cosine_ops";
        await query(`create index if not exists ${name} on vectors.embedding_vector
          using hnsw ((vector::${type}) ${operators}) where dimensions = ${length} and vector is not null`);
        await query("commit");
      } catch (error) {
        await query("rollback");
        throw error;
      }
    });
  }

  #approximate(space: VectorSpace, vector: Float32Array, limit: number): Promise<readonly Neighbour[]> {
    const candidates = Math.min(mostCandidates, Math.max(100, 2 * limit));
    return this.#inTransaction(
      [`set local hnsw.ef_search = ${candidates}`, "set local hnsw.iterative_scan = strict_order"],
      (query) => nearest(query, space, vector, limit),
    );
  }

  #exact(space: VectorSpace, vector: Float32Array, limit: number): Promise<readonly Neighbour[]> {
    // Without plain scans of an index Postgres finds the rows by bitmaps, which that of neighbours cannot give.
    return this.#inTransaction(["set local enable_indexscan = off"], (query) => nearest(query, space, vector, limit));
  }

  #inTransaction<T>(settings: readonly string[], work: (query: Query) => Promise<T>): Promise<T> {
    return this.sql.together(async (query) => {
      await query("begin read only");
      try {
        for (const setting of settings) await query(setting);
        return await work(query);
      } finally {
        await query("commit");
      }
    });
  }
}

const nearest = async (
  query: Query,
  { workspaceId, collection, model }: VectorSpace,
  vector: Float32Array,
  limit: number,
): Promise<readonly Neighbour[]> => {
  const { length } = vector;
  const type = indexedAs(length) ?? "vector";
  const rows = await query<{ subjectId: string; distance: number }>(
    `select subject_id as "subjectId", (vector::${type}) <=> $4::${type} as distance from vectors.embedding_vector
     where dimensions = ${length} and vector is not null and workspace_id = $1 and collection = $2 and model = $3
     order by (vector::${type}) <=> $4::${type} limit ${limit}`,
    [workspaceId, collection, model, textOf(vector)],
  );
  return rows
    .map(({ subjectId, distance }) => ({ subjectId, similarity: 1 - distance }))
    .sort((one, other) => other.similarity - one.similarity || (one.subjectId < other.subjectId ? -1 : 1));
};

/** The index of a database that has pgvector. Makes what it needs there, which no migration knows of. */
export const pgvectorIndex = async (sql: SqlSession): Promise<VectorIndex> => {
  await sql.together((query) => pgvectorTables(query));
  return new PgvectorIndex(sql);
};
