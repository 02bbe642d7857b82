import { PGlite } from "@electric-sql/pglite";
import { vector as pgvector } from "@electric-sql/pglite-pgvector";
import { exactIndex } from "#src/platform/vectors/exact-index.js";
import { openVectorIndex } from "#src/platform/vectors/open-vector-index.js";
import { pgvectorIndex } from "#src/platform/vectors/pgvector-index.js";
import { hasPgvector } from "#src/platform/vectors/pgvector-tables.js";
import type { Query, SqlSession } from "#src/platform/vectors/sql-session.js";
import { bytesOf, unit } from "#src/platform/vectors/vector-bytes.js";
import type { VectorIndex, VectorSpace } from "#src/platform/vectors/vector-index.js";
import { cosine, randomVectors } from "./support/random-vectors.js";

/** The table as the migrations make it. */
const embeddingTable = `create table embedding (id text primary key, created_at timestamptz not null default now(),
  workspace_id text not null, collection text not null, subject_id text not null, model text not null, vector bytea not null,
  text_hash bytea not null default '', xid xid8 not null default pg_current_xact_id(), unique (subject_id, model))`;

const maxBytes = 64 * 1024 * 1024;
const space: VectorSpace = { workspaceId: "workspace_a", collection: "quote", model: "some/model" };

let pglite: PGlite;
let session: SqlSession;
beforeAll(async () => {
  pglite = await PGlite.create({ extensions: { vector: pgvector } });
  const query: Query = async <T>(text: string, values: readonly unknown[] = []) =>
    (await pglite.query<T>(text, [...values])).rows;
  // It has one connection only, so transactions queue up.
  let last: Promise<unknown> = Promise.resolve();
  session = {
    query: (text, values) => last.then(() => query(text, values)) as never,
    together(work) {
      const result = last.then(() => work(query));
      last = result.catch(() => {});
      return result;
    },
  };
  await pglite.exec("create extension vector");
});
afterAll(() => pglite.close());
beforeEach(async () => {
  await pglite.exec(`drop schema if exists vectors cascade; drop table if exists embedding; ${embeddingTable}`);
});

const store = async (of: VectorSpace, vectors: Readonly<Record<string, Float32Array>>): Promise<void> => {
  const entries = Object.entries(vectors);
  await pglite.query(
    `insert into embedding (id, workspace_id, collection, subject_id, model, vector)
     select 'embedding_' || n.id || $3, $1, $2, n.id, $3, n.vector from unnest($4::text[], $5::bytea[]) as n (id, vector)
     on conflict (subject_id, model) do update set vector = excluded.vector, xid = pg_current_xact_id()`,
    [of.workspaceId, of.collection, of.model, entries.map(([id]) => id), entries.map(([, each]) => bytesOf(each))],
  );
};
const named = (vectors: readonly Float32Array[], prefix = "q") =>
  Object.fromEntries(vectors.map((each, index) => [`${prefix}${index}`, each]));
const idsOf = async (index: VectorIndex, of: VectorSpace, wanted: Float32Array, limit: number) =>
  (await index.search(of, wanted, limit)).map(({ subjectId }) => subjectId);

const engines: [string, () => Promise<VectorIndex>][] = [
  ["exact", async () => exactIndex({ query: session.query, maxBytes })],
  ["pgvector", () => pgvectorIndex(session)],
];

describe.each(engines)("%s", (name, open) => {
  let index: VectorIndex;
  beforeEach(async () => {
    index = await open();
  });
  afterEach(() => index.close());

  test("Q4 it gives the nearest first, with the cosine as their similarity", async () => {
    expect(index.name).toBe(name);
    await store(space, { east: unit([1, 0]), northeast: unit([1, 1]), north: unit([0, 1]), west: unit([-1, 0]) });
    const found = await index.search(space, unit([1, 0]), 10);
    expect(found.map(({ subjectId }) => subjectId)).toEqual(["east", "northeast", "north", "west"]);
    for (const [at, similarity] of [1, Math.SQRT1_2, 0, -1].entries())
      expect(found[at]?.similarity).toBeCloseTo(similarity, 5);
    expect(await idsOf(index, space, unit([1, 0]), 2)).toEqual(["east", "northeast"]);
  });

  test("Q4 it finds what was stored, changed and deleted since the last search", async () => {
    await store(space, { a: unit([1, 0]), b: unit([0, 1]) });
    expect(await idsOf(index, space, unit([1, 0]), 1)).toEqual(["a"]);
    await store(space, { a: unit([-1, 0]), c: unit([1, 0.1]) });
    expect(await idsOf(index, space, unit([1, 0]), 3)).toEqual(["c", "b", "a"]);
    await pglite.query("delete from embedding where subject_id = 'b'");
    await store(space, { d: unit([0.1, 1]) });
    const left = await idsOf(index, space, unit([1, 0]), 10);
    // The exact one may go on naming what is gone for a while: whoever asks looks for the row.
    expect(left.filter((id) => id !== "b")).toEqual(["c", "d", "a"]);
  });

  test("Q4 spaces are apart: of other workspaces, collections, models and lengths nothing is found", async () => {
    const wanted = unit([1, 0, 0]);
    await store(space, { mine: wanted });
    await store({ ...space, workspaceId: "workspace_b" }, { theirs: wanted });
    await store({ ...space, collection: "recording" }, { recording: wanted });
    await store({ ...space, model: "other/model" }, { mine: wanted, only: wanted });
    await store(space, { longer: unit([1, 0, 0, 0]) });
    expect(await idsOf(index, space, wanted, 10)).toEqual(["mine"]);
    expect(await idsOf(index, { ...space, workspaceId: "workspace_c" }, wanted, 10)).toEqual([]);
    expect((await idsOf(index, { ...space, model: "other/model" }, wanted, 10)).sort()).toEqual(["mine", "only"]);
    expect(await idsOf(index, space, unit([1, 0, 0, 0]), 10)).toEqual(["longer"]);
  });

  test("Q4 it gives as many as were asked for, also when other spaces are nearer by thousands", async () => {
    const wanted = unit([1, 0, 0, 0]);
    const [near, far] = [randomVectors(2_500, 4), randomVectors(60, 4, 9)];
    await store(
      { ...space, workspaceId: "workspace_b" },
      named(
        near.map((each) => unit(each.map((n, at) => (at === 0 ? 9 : n)))),
        "near",
      ),
    );
    await store(space, named(far, "far"));
    for (const limit of [10, 60, 1_000]) {
      const found = await index.search(space, wanted, limit);
      expect(found).toHaveLength(Math.min(limit, 60));
      expect(found.every(({ subjectId }) => subjectId.startsWith("far"))).toBe(true);
    }
  });
});

test("Q4 what pgvector finds by its graph is what comparing all finds, but for a few in a hundred", async () => {
  const vectors = randomVectors(6_000, 48);
  await store(space, named(vectors));
  const plans = new Set<string>();
  const exact = exactIndex({ query: session.query, maxBytes });
  const graph = await pgvectorIndex({
    ...session,
    together: (work) => session.together((query) => work(planned(query, plans))),
  });
  const asked = randomVectors(50, 48, 11);
  // Filled by the first search; Postgres knows how much there is once it has looked.
  await idsOf(graph, space, asked[0] ?? new Float32Array(48), 10);
  await pglite.exec("analyze vectors.embedding_vector");
  plans.clear();
  let found = 0;
  for (const wanted of asked) {
    const right = new Set(await idsOf(exact, space, wanted, 10));
    found += (await idsOf(graph, space, wanted, 10)).filter((id) => right.has(id)).length;
  }
  const recall = found / (asked.length * 10);
  console.log(`recall at 10 over ${vectors.length} vectors: ${recall.toFixed(3)}`);
  expect(recall).toBeGreaterThanOrEqual(0.95);
  expect([...plans]).toEqual([expect.stringContaining("Index Scan using embedding_vector_hnsw_48")]);
  exact.close();
});

/** The queries, with how Postgres goes about searches. */
const planned =
  (query: Query, plans: Set<string>): Query =>
  async (text, values) => {
    if (text.includes("<=>") && text.startsWith("select")) {
      const rows = await query<Record<string, string>>(`explain (costs off) ${text}`, values);
      plans.add(String(Object.values(rows[1] ?? {})[0]).trim());
    }
    return query(text, values);
  };

test("Q4 vectors that are older than the extension are searched too, and long ones as half as exact numbers", async () => {
  const long = randomVectors(3, 3_072);
  await store(space, named(long));
  const index = await pgvectorIndex(session);
  const [wanted = new Float32Array()] = long;
  const [first, second] = await index.search(space, wanted, 3);
  expect(first?.subjectId).toBe("q0");
  expect(first?.similarity).toBeCloseTo(1, 2);
  expect(second?.similarity).toBeCloseTo(cosine(wanted, long[Number(second?.subjectId.slice(1))] ?? wanted), 2);
  const { rows } = await pglite.query("select 1 from pg_indexes where indexname = 'embedding_vector_hnsw_3072'");
  expect(rows).toHaveLength(1);
  // A second process finds everything made.
  expect(await idsOf(await pgvectorIndex(session), space, wanted, 1)).toEqual(["q0"]);
});

test("Q4 the index is chosen by what the database has", async () => {
  expect(await hasPgvector(session.query)).toBe(true);
  expect((await openVectorIndex(session, maxBytes)).name).toBe("pgvector");
  const without = (version: string | undefined): SqlSession => ({
    query: async () => (version === undefined ? [] : [{ version }]) as never,
    together: () => Promise.reject(new Error("nothing to make")),
  });
  for (const version of [undefined, "0.7.4"]) {
    const index = await openVectorIndex(without(version), maxBytes);
    expect(index.name).toBe("exact");
    index.close();
  }
  expect(await hasPgvector(without("0.10.1").query)).toBe(true);
});

test("Q4 vectors beyond the memory that they may take make room for those that were searched last", async () => {
  const spaces = ["a", "b", "c"].map((name): VectorSpace => ({ ...space, workspaceId: `workspace_${name}` }));
  for (const [at, each] of spaces.entries()) await store(each, named(randomVectors(200, 64, at + 1), `q${at}_`));
  let read = 0;
  const counting: Query = async <T>(text: string, values?: readonly unknown[]) => {
    const rows = await session.query<T>(text, values);
    read += rows.length;
    return rows;
  };
  const index = exactIndex({ query: counting, maxBytes: 200_000 });
  const [wanted = new Float32Array()] = randomVectors(1, 64, 3);
  for (const each of spaces) expect(await index.search(each, wanted, 5)).toHaveLength(5);
  const once = read;
  await index.search(spaces[2] ?? space, wanted, 5);
  expect(read - once).toBeLessThan(50);
  expect(await index.search(spaces[0] ?? space, wanted, 5)).toHaveLength(5);
  expect(read - once).toBeGreaterThanOrEqual(200);
  index.close();
});
