import pg from "pg";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";

const limitMs = 400;
const list = "{ quotes { totalCount nodes { id } } }";
/** With a field that a resolver answers, so that it is executed by graphql-js. */
const executed = "{ quotes { nodes { id } } engines { part } }";

/** While it runs, whoever reads quotes has to wait: an answer that takes as long as one likes. */
const whileQuotesAreLocked = async (atrium: TestAtrium, work: () => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: atrium.database.url });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("lock table quote in access exclusive mode");
    await work();
  } finally {
    await client.query("rollback");
    await client.end();
  }
};

/** Statements of the product that wait for the lock. */
const waiting = async (atrium: TestAtrium): Promise<number> => {
  const rows = await atrium.database.query(
    `select 1 from pg_stat_activity where datname = current_database() and application_name = 'atrium'
       and state = 'active' and wait_event_type = 'Lock'`,
  );
  return rows.length;
};

describe("a request that takes too long", () => {
  let atrium: TestAtrium;
  let ann: Person;

  beforeAll(async () => {
    const env = { ATRIUM_REQUEST_TIMEOUT_MS: `${limitMs}`, ATRIUM_QUERY_CACHE_MB: "0" };
    // A worker that looks after quotes would wait for the lock as well.
    atrium = await startAtrium({ env, withWorkers: false });
    ann = await atrium.signUp();
  });
  afterAll(() => atrium.close());

  test.each([
    ["compiled", list],
    ["executed", executed],
  ])("I12 is answered with TIMEOUT, and what it read is cancelled in Postgres (%s)", async (_how, query) => {
    await whileQuotesAreLocked(atrium, async () => {
      expect(await errorOf(ann.query(query))).toMatchObject({ code: "TIMEOUT", details: { limit: limitMs } });
      // The lock is still held: nothing but a cancellation ends the wait.
      await eventually(
        () => waiting(atrium),
        (count) => count === 0,
        5_000,
      );
    });
    expect(await ann.query(query)).toMatchObject({ quotes: { nodes: [] } });
  });

  test("I12 does not take along what others read over the same connections", async () => {
    await whileQuotesAreLocked(atrium, async () => {
      const slow = Array.from({ length: 12 }, () => errorOf(ann.query(list)));
      const quick = Array.from({ length: 12 }, () => errorOrAnswer(ann.query("{ jobs { totalCount } }")));
      for (const error of await Promise.all(slow)) expect(error.code).toBe("TIMEOUT");
      // They may have had to wait behind a slow one, but none was cancelled in its place.
      for (const answer of await Promise.all(quick)) expect(["TIMEOUT", "answered"]).toContain(answer);
      await eventually(
        () => waiting(atrium),
        (count) => count === 0,
        5_000,
      );
      expect(await ann.query("{ jobs { totalCount } }")).toEqual({ jobs: { totalCount: 0 } });
    });
  });

  test("I12 is cancelled in Postgres as soon as its client leaves", async () => {
    await whileQuotesAreLocked(atrium, async () => {
      const leaving = new AbortController();
      const answer = fetch(`${atrium.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${ann.accessToken}` },
        body: JSON.stringify({ query: "{ quotes { nodes { author } } }" }),
        signal: leaving.signal,
      });
      await eventually(
        () => waiting(atrium),
        (count) => count > 0,
        5_000,
      );
      leaving.abort();
      await expect(answer).rejects.toThrow();
      await eventually(
        () => waiting(atrium),
        (count) => count === 0,
        5_000,
      );
    });
  });

  test("I12 a mutation comes to its end, however long it takes", async () => {
    let answered = false;
    let creating: Promise<unknown> | undefined;
    await whileQuotesAreLocked(atrium, async () => {
      creating = ann.sdk.CreateQuote({ input: { text: "Late.", author: "Ann" } }).finally(() => {
        answered = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 2 * limitMs));
      expect(answered).toBe(false);
    });
    await creating;
    expect(await ann.query(list)).toMatchObject({ quotes: { totalCount: 1 } });
  });
});

const errorOrAnswer = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "answered",
    (error: { code?: string }) => error.code ?? "unknown",
  );

test("I12 a statement that takes too long is stopped by Postgres itself", async () => {
  const atrium = await startAtrium({ env: { ATRIUM_STATEMENT_TIMEOUT_MS: `${limitMs}` }, withWorkers: false });
  try {
    const ann = await atrium.signUp();
    await whileQuotesAreLocked(atrium, async () => {
      expect(await errorOf(ann.query(list))).toMatchObject({ code: "TIMEOUT", details: { limit: limitMs } });
      expect(await waiting(atrium)).toBe(0);
    });
    expect(await ann.query(list)).toMatchObject({ quotes: { totalCount: 0 } });
  } finally {
    await atrium.close();
  }
});
