import { createClient } from "graphql-ws";
import type { Clock } from "#src/platform/clock.js";
import type { JobQueues } from "#src/platform/job-queues.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { follow } from "./support/follow.js";
import { createTestDatabase } from "./support/test-database.js";

const createQuote = 'mutation ($text: String!) { createQuote(input: { text: $text, author: "Ann" }) { id text } }';
const generateQuote = 'mutation { generateQuote(input: { topic: "patience" }) { id status } }';

interface Sending {
  key?: string;
  dryRun?: string;
  person?: Person;
  url?: string;
  variables?: object;
  extensions?: object;
  headers?: Record<string, string>;
}

interface Answer {
  status: number;
  text: string;
  replayed: string | null;
  dryRun: string | null;
  data: Record<string, Record<string, unknown>> | null | undefined;
  errors: { message: string; extensions: Record<string, unknown> }[] | undefined;
}

/** Something in the database that is slow or fails, as long as it is there. */
const trigger = async (atrium: TestAtrium, table: string, when: string, body: string) => {
  const name = `t${Math.random().toString(36).slice(2)}`;
  await atrium.database.query(`create function ${name}() returns trigger language plpgsql as
    $$ begin ${body}; return new; end $$`);
  await atrium.database.query(`create trigger ${name} ${when} on ${table} for each row execute function ${name}()`);
  return () => atrium.database.query(`drop trigger ${name} on ${table}`);
};

describe("mutations sent under a key", () => {
  let atrium: TestAtrium;
  let twin: TestAtrium;
  let ann: Person;
  let offsetMs = 0;
  const clock: Clock = { now: () => new Date(Date.now() + offsetMs) };

  beforeAll(async () => {
    const database = await createTestDatabase();
    atrium = await startAtrium({ database, clock, withWorkers: false, env: { ATRIUM_DATABASE_POOL: "4" } });
    twin = await startAtrium({ database, clock, withWorkers: false, env: { ATRIUM_DATABASE_POOL: "4" } });
  });
  beforeEach(async () => {
    ann = await atrium.signUp();
  });
  afterAll(async () => {
    await twin.close();
    await atrium.close();
    await atrium.database.drop();
  });

  const send = async (query: string, sending: Sending = {}): Promise<Answer> => {
    const { key, dryRun, person = ann, url = atrium.url, variables, extensions, headers = {} } = sending;
    const answer = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${person.accessToken}`,
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...(dryRun === undefined ? {} : { "dry-run": dryRun }),
        ...headers,
      },
      body: JSON.stringify({ query, variables, extensions }),
    });
    const text = await answer.text();
    const replayed = answer.headers.get("idempotency-replayed");
    return { status: answer.status, text, replayed, dryRun: answer.headers.get("dry-run"), ...JSON.parse(text) };
  };
  const quoteCount = async (person = ann) => (await person.sdk.Quotes({})).quotes.totalCount;
  const codesOf = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions.code);

  test("J5 the same key gives the same answer to the byte, and has its effect once", async () => {
    const variables = { text: "Once." };
    const first = await send(createQuote, { key: "a", variables });
    expect(first).toMatchObject({ status: 200, replayed: null, data: { createQuote: { text: "Once." } } });
    for (const url of [atrium.url, twin.url]) {
      const again = await send(createQuote, { key: "a", variables, url });
      expect(again).toMatchObject({ status: 200, replayed: "true", text: first.text });
    }
    expect(await quoteCount()).toBe(1);
    expect((await ann.sdk.Events({})).events.filter(({ kind }) => kind === "quote.created")).toHaveLength(1);
    await send(createQuote, { variables });
    await send(createQuote, { key: "b", variables });
    expect(await quoteCount()).toBe(3);
  });

  test("J5 50 parallel sends to two processes have one effect and 50 equal answers", async () => {
    const sends = Array.from({ length: 50 }, (_, n) =>
      send(generateQuote, { key: "storm", url: n % 2 === 0 ? atrium.url : twin.url }),
    );
    const answers = await Promise.all(sends);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.every(({ status, data }) => status === 200 && typeof data?.generateQuote?.id === "string")).toBe(
      true,
    );
    expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
    expect((await ann.sdk.Jobs({})).jobs.totalCount).toBe(1);
    // Two processes with their 4 connections each: nobody waits for a connection that a waiting one holds.
    const many = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        send(createQuote, { key: `k${n % 30}`, variables: { text: `${n % 30}` }, url: n < 30 ? atrium.url : twin.url }),
      ),
    );
    expect(new Set(many.map(({ text }) => text)).size).toBe(30);
    expect(await quoteCount()).toBe(30);
  });

  test("J5 a mutation needs no second connection, whatever it reads, under a key and in a dry run", async () => {
    const small = await startAtrium({ withWorkers: false, env: { ATRIUM_DATABASE_POOL: "2" } });
    try {
      const bob = await small.signUp();
      const query = `mutation ($id: ID!) { favouriteQuote(id: $id) { id isFavourite createdBy { email } generation { id } } }`;
      const { createQuote: quote } = await bob.sdk.CreateQuote({ input: { text: "One.", author: "Bob" } });
      const wanted = { favouriteQuote: { isFavourite: true, createdBy: { email: bob.email }, generation: null } };
      const to = { person: bob, url: small.url, variables: { id: quote.id } };
      expect(await send(query, { ...to, dryRun: "true" })).toMatchObject({ data: wanted });
      const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => send(query, { ...to, key: `k${n}` })));
      for (const answer of answers) expect(answer).toMatchObject({ data: wanted });
    } finally {
      await small.close();
    }
  });

  test("J5 a key that was used for another request is a conflict, and only for who used it", async () => {
    const first = await send(createQuote, { key: "a", variables: { text: "One." } });
    for (const [query, variables] of [
      [createQuote, { text: "Two." }],
      [createQuote.replace("id text", "id"), { text: "One." }],
      [generateQuote, undefined],
    ] as const) {
      const answer = await send(query, { key: "a", ...(variables === undefined ? {} : { variables }) });
      expect(answer.errors?.[0]).toMatchObject({
        message: expect.stringContaining('"a" was used for another request'),
        extensions: { code: "CONFLICT", field: "idempotencyKey" },
      });
      expect(answer).not.toHaveProperty("data");
    }
    const bob = await atrium.signUp();
    const other = await send(createQuote, { key: "a", variables: { text: "Two." }, person: bob });
    expect(other).toMatchObject({ replayed: null, data: { createQuote: { text: "Two." } } });
    expect(await send(createQuote, { key: "a", variables: { text: "One." } })).toMatchObject({ text: first.text });
    expect([await quoteCount(), await quoteCount(bob)]).toEqual([1, 1]);
  });

  test("J5 the order in which a client writes its variables makes no difference", async () => {
    const query = "mutation ($input: CreateQuoteInput!) { createQuote(input: $input) { id } }";
    const first = await send(query, { key: "a", variables: { input: { text: "T", author: "A" } } });
    const again = await send(query, { key: "a", variables: { input: { author: "A", text: "T" } } });
    expect(again).toMatchObject({ replayed: "true", text: first.text });
  });

  test("J5 errors of the caller are answers as well, and are told again", async () => {
    const query = 'mutation { deleteQuote(id: "quote_01jd7z5m3fexampleexamp1e00") { id } }';
    const invalid = await send(createQuote, { key: "a", variables: { text: " " } });
    expect(codesOf(invalid)).toEqual(["BAD_USER_INPUT"]);
    expect(await send(createQuote, { key: "a", variables: { text: " " } })).toMatchObject({
      replayed: "true",
      text: invalid.text,
    });
    const missing = await send(query, { key: "b" });
    expect(await send(query, { key: "b" })).toMatchObject({ replayed: "true", text: missing.text });
    // What was refused before it began is none: it may be mended and sent under the same key.
    expect(codesOf(await send(createQuote, { key: "c" }))).toEqual(["BAD_USER_INPUT"]);
    expect(await send(createQuote, { key: "c", variables: { text: "Mended." } })).toMatchObject({
      replayed: null,
      data: { createQuote: { text: "Mended." } },
    });
  });

  test("J5 after a failure nothing is kept, and the same key does it anew", async () => {
    const two =
      'mutation { a: createQuote(input: { text: "A", author: "A" }) { id } b: createQuote(input: { text: "B", author: "B" }) { id } }';
    const mend = await trigger(atrium, "quote", "before insert", "if new.text = 'B' then raise 'no'; end if");
    const failed = await send(two, { key: "a" });
    expect(failed).toMatchObject({ replayed: null, data: null });
    expect(codesOf(failed)).toEqual(["INTERNAL"]);
    expect(await quoteCount()).toBe(0);
    expect((await ann.sdk.Events({})).events.map(({ kind }) => kind)).toEqual(["user.signed_up"]);
    await mend();
    expect(await send(two, { key: "a" })).toMatchObject({ replayed: null, data: { a: {}, b: {} } });
    expect(await quoteCount()).toBe(2);
  });

  test("J5 a failing field takes back its own effect alone, as it does without a key", async () => {
    const two =
      'mutation { a: createQuote(input: { text: "A", author: "A" }) { id } b: createQuote(input: { text: " ", author: "B" }) { id } }';
    const first = await send(two, { key: "a" });
    expect(codesOf(first)).toEqual(["BAD_USER_INPUT"]);
    expect(await send(two, { key: "a" })).toMatchObject({ replayed: "true", text: first.text });
    const plain = await send(two);
    expect(plain.data).toEqual(first.data);
    expect(await quoteCount()).toBe(2);
  });

  test("J5 a commit that fails leaves neither effect nor key", async () => {
    const variables = { text: "Late." };
    await atrium.database.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`,
    );
    await atrium.database.query(`create constraint trigger refuse after insert on quote deferrable initially deferred
      for each row execute function refuse()`);
    for (const sending of [{ key: "a" }, { dryRun: "true" }]) {
      const answer = await send(createQuote, { ...sending, variables });
      expect(codesOf(answer)).toEqual(["INTERNAL"]);
      expect(answer).not.toHaveProperty("data");
    }
    await atrium.database.query("drop trigger refuse on quote");
    expect(await send(createQuote, { key: "a", variables })).toMatchObject({ replayed: null, status: 200 });
    expect(await quoteCount()).toBe(1);
  });

  test("J5 a deadlock in the middle of it is tried again, from the beginning", async () => {
    const [a, b] = await Promise.all(
      ["A", "B"].map((text) =>
        ann.sdk.CreateQuote({ input: { text, author: "Ann" } }).then((made) => made.createQuote.id),
      ),
    );
    const mend = await trigger(atrium, "quote", "after update", "perform pg_sleep(0.2)");
    const query = `mutation ($x: ID!, $y: ID!) {
      first: updateQuote(id: $x, input: { topic: "t" }) { id }
      second: updateQuote(id: $y, input: { topic: "t" }) { id }
    }`;
    const answers = await Promise.all([
      send(query, { key: "ab", variables: { x: a, y: b } }),
      send(query, { key: "ba", variables: { x: b, y: a }, url: twin.url }),
    ]);
    await mend();
    expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined]);
    const { events } = await ann.sdk.Events({});
    expect(events.filter(({ kind }) => kind === "quote.updated")).toHaveLength(4);
    await eventually(
      () => atrium.database.query("select deadlocks::int from pg_stat_database where datname = current_database()"),
      ([row]) => Number(row?.deadlocks) > 0,
    );
  });

  test("J5 while it is in progress another process waits, and says so when that takes too long", async () => {
    const mend = await trigger(
      atrium,
      "quote",
      "before insert",
      "perform pg_sleep(case new.text when 'Long.' then 11 else 1 end)",
    );
    const short = { key: "short", variables: { text: "Short." } };
    const [first, second] = await Promise.all([
      send(createQuote, short),
      send(createQuote, { ...short, url: twin.url }),
    ]);
    expect(second.text).toBe(first.text);
    const long = { key: "long", variables: { text: "Long." } };
    const slow = send(createQuote, long);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const other = await send(createQuote, { key: "long", variables: { text: "Other." } });
    expect(codesOf(other)).toEqual(["CONFLICT"]);
    for (const answer of await Promise.all([send(createQuote, long), send(createQuote, { ...long, url: twin.url })])) {
      expect(answer.errors?.[0]?.extensions).toMatchObject({ code: "CONFLICT", retryAfter: 1 });
      expect(answer.errors?.[0]?.message).toContain("still in progress");
    }
    const done = await slow;
    await mend();
    expect(await send(createQuote, { ...long, url: twin.url })).toMatchObject({ replayed: "true", text: done.text });
    expect(await quoteCount()).toBe(2);
  }, 40_000);

  test("J5 an answer is kept for 24 hours, encrypted, and swept away later", async () => {
    const email = `new-${Date.now()}@example.com`;
    const signUp = `mutation { signUp(input: { email: "${email}", password: "a good password" }) { accessToken user { email } } }`;
    const nobody = { headers: { authorization: "" } };
    const first = await send(signUp, { key: "sign-up", ...nobody });
    expect(first.data?.signUp?.accessToken).toEqual(expect.any(String));
    expect(await send(signUp, { key: "sign-up", ...nobody })).toMatchObject({ replayed: "true", text: first.text });
    const stored = await atrium.database.query<{ answer: Buffer; bodyHash: Buffer }>(
      `select answer, body_hash as "bodyHash" from idempotency_key where key = 'sign-up'`,
    );
    expect(stored).toHaveLength(1);
    expect(stored[0]?.answer.length).toBeGreaterThan(first.text.length);
    expect(stored[0]?.answer.toString("latin1")).not.toMatch(/accessToken|example\.com/);
    expect(stored[0]?.bodyHash).toHaveLength(32);

    const keys = () => atrium.database.query("select key from idempotency_key where key = 'sign-up'");
    offsetMs = 23.9 * 3_600_000;
    expect(await send(signUp, { key: "sign-up", ...nobody })).toMatchObject({ replayed: "true", text: first.text });
    offsetMs = 24.1 * 3_600_000;
    const late = await send(signUp, { key: "sign-up", ...nobody });
    expect([late.replayed, codesOf(late)]).toEqual([null, ["CONFLICT"]]);
    expect(late.errors?.[0]?.message).toContain("exists already");
    offsetMs = 49 * 3_600_000;
    expect(await keys()).toHaveLength(1);
    const sweeper = await startAtrium({ database: atrium.database, clock, withWorkers: false });
    try {
      await eventually(keys, (left) => left.length === 0);
    } finally {
      offsetMs = 0;
      await sweeper.close();
    }
  });

  test("J5 keys and wishes that are not valid are refused, and mean nothing to queries", async () => {
    const variables = { text: "No." };
    for (const key of ["", "a b", "x".repeat(256)]) {
      expect(codesOf(await send(createQuote, { key, variables }))).toEqual(["BAD_USER_INPUT"]);
    }
    for (const dryRun of ["", "yes", "TRUE"]) {
      expect(codesOf(await send(createQuote, { dryRun, variables }))).toEqual(["BAD_USER_INPUT"]);
    }
    for (const extensions of [{ idempotencyKey: 7 }, { dryRun: 1 }, { idempotencyKey: "other" }]) {
      expect(codesOf(await send(createQuote, { key: "mine", variables, extensions }))).toEqual(["BAD_USER_INPUT"]);
    }
    expect(await quoteCount()).toBe(0);
    const query = await send("{ quotes { totalCount } }", { key: "a b", dryRun: "maybe" });
    expect(query).toMatchObject({ status: 200, replayed: null, dryRun: null, data: { quotes: { totalCount: 0 } } });
    expect(await send(createQuote, { key: `!${"~".repeat(254)}`, dryRun: "false", variables })).toMatchObject({
      status: 200,
    });
    expect(await quoteCount()).toBe(1);
  });

  test("J5 over a WebSocket and event streams the key stands in the extensions, and is the same key", async () => {
    const socket = createClient({
      url: `${atrium.url.replace("http", "ws")}/graphql`,
      connectionParams: { authorization: `Bearer ${ann.accessToken}` },
    });
    const over = async (extensions: Record<string, unknown>, variables: Record<string, unknown>) => {
      for await (const result of socket.iterate({ query: createQuote, variables, extensions })) return result;
      throw new Error("There was no result.");
    };
    const variables = { text: "Over." };
    const first = await over({ idempotencyKey: "a" }, variables);
    expect(first.extensions).toEqual({ cost: expect.anything(), rateLimit: expect.anything() });
    const again = await over({ idempotencyKey: "a" }, variables);
    expect(again).toEqual({
      data: first.data,
      extensions: Object.assign({ idempotencyReplayed: true }, first.extensions),
    });
    expect(await send(createQuote, { variables, extensions: { idempotencyKey: "a" } })).toMatchObject({
      replayed: "true",
      data: first.data,
    });
    expect((await over({ idempotencyKey: "a" }, { text: "Other." })).errors?.[0]?.extensions?.code).toBe("CONFLICT");
    expect(await over({ dryRun: true }, variables)).toMatchObject({
      data: { createQuote: { text: "Over." } },
      extensions: { dryRun: true },
    });
    const streamed = await fetch(`${atrium.url}/graphql/stream`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: `Bearer ${ann.accessToken}`,
        "idempotency-key": "a",
      },
      body: JSON.stringify({ query: createQuote, variables }),
    });
    expect(await streamed.text()).toContain('"idempotencyReplayed":true');
    expect(await quoteCount()).toBe(1);
    await socket.dispose();
  });
});

describe("dry runs", () => {
  let atrium: TestAtrium;
  let ann: Person;
  const handedOver: string[] = [];
  beforeAll(async () => {
    const wrapQueues = (queues: JobQueues): JobQueues =>
      new Proxy(queues, {
        get: (target, name: keyof JobQueues) => {
          if (name !== "add") return target[name].bind(target);
          return (tickets: Parameters<JobQueues["add"]>[0]) => {
            handedOver.push(...tickets.map(({ id }) => id));
            return target.add(tickets);
          };
        },
      });
    atrium = await startAtrium({ wrapQueues });
  });
  beforeEach(async () => {
    ann = await atrium.signUp({ headers: { "dry-run": "true" } });
  });
  afterAll(() => atrium.close());

  /** All that there is, but for Postgres' own counters, counts of limits, and what comes behind audit entries and quotes. */
  const everything = async () => {
    const tables = await atrium.database.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('rate_limit_count', 'audit_seal', 'audit_unsealed', 'embedding', 'embedding_cursor') order by 1",
    );
    const rows = tables.map(({ name }) =>
      atrium.database.query(`select '${name}' as "table", * from "${name}" order by 1, 2`),
    );
    return Promise.all(rows);
  };

  test("J5 a dry run answers as the mutation would, and nothing comes of it", async () => {
    const before = await everything();
    const { createQuote: quote } = await ann.sdk.CreateQuote({ input: { text: "Maybe.", author: "Ann" } });
    expect(quote).toMatchObject({ text: "Maybe.", author: "Ann", isFavourite: false });
    expect((await errorOf(ann.sdk.CreateQuote({ input: { text: " ", author: "Ann" } }))).code).toBe("BAD_USER_INPUT");
    expect((await errorOf(ann.sdk.DeleteQuote({ id: quote.id }))).code).toBe("NOT_FOUND");
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "patience" } });
    expect(job.status).toBe("QUEUED");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await everything()).toEqual(before);
    expect((await ann.sdk.Job({ id: job.id })).job).toBeNull();
    expect(handedOver).toEqual([]);
  });

  test("J5 a dry run says so, wakes nobody, and leaves its key free", async () => {
    const query = 'mutation { createQuote(input: { text: "Maybe.", author: "Ann" }) { id } }';
    const send = (headers: Record<string, string>) =>
      fetch(`${atrium.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${ann.accessToken}`, ...headers },
        body: JSON.stringify({ query }),
      });
    const woken: string[] = [];
    const { publish } = atrium.app.bus;
    atrium.app.bus.publish = (topics) => {
      woken.push(...topics);
      publish.call(atrium.app.bus, topics);
    };
    const dry = await send({ "dry-run": "true", "idempotency-key": "a" });
    expect([dry.status, dry.headers.get("dry-run")]).toEqual([200, "true"]);
    expect(await dry.text()).toContain('"quote_');
    expect(woken).toEqual([]);
    const real = await send({ "dry-run": "false", "idempotency-key": "a" });
    expect([real.headers.get("dry-run"), real.headers.get("idempotency-replayed")]).toEqual([null, null]);
    expect(woken.length).toBeGreaterThan(0);
    atrium.app.bus.publish = publish;
    expect((await ann.sdk.Quotes({})).quotes.totalCount).toBe(1);
  });

  test("J5 the tokens of a dry run open nothing, and the real ones stay as they were", async () => {
    const tokensOf = async (document: string) =>
      (await ann.query<{ t: { accessToken: string; refreshToken: string } }>(document)).t;
    const { email, password, refreshToken } = ann;
    const tokens = "{ accessToken refreshToken }";
    const voided = [
      await tokensOf(`mutation { t: signIn(input: { email: "${email}", password: "${password}" }) ${tokens} }`),
      await tokensOf(`mutation { t: refreshSession(refreshToken: "${refreshToken}") ${tokens} }`),
    ];
    const { refreshSession: real } = await atrium.stranger.sdk.RefreshSession({ refreshToken });
    for (const pair of voided) {
      ann.accessToken = pair.accessToken;
      expect((await errorOf(ann.sdk.Me())).code).toBe("UNAUTHENTICATED");
      const refresh = atrium.stranger.sdk.RefreshSession({ refreshToken: pair.refreshToken });
      expect((await errorOf(refresh)).code).toBe("UNAUTHENTICATED");
    }
    ann.accessToken = real.accessToken;
    expect((await ann.sdk.Me()).me.email).toBe(email);
    expect((await ann.sdk.Sessions()).sessions).toHaveLength(1);
  });

  test("J5 a job asked for under a key runs once the key's commit is done", async () => {
    const answer = await fetch(`${atrium.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${ann.accessToken}`,
        "idempotency-key": "job",
      },
      body: JSON.stringify({ query: generateQuote }),
    });
    const { data } = (await answer.json()) as { data: { generateQuote: { id: string } } };
    expect(handedOver).toEqual([data.generateQuote.id]);
    let last = "";
    for await (const event of follow(ann, data.generateQuote.id)) last = event.__typename ?? "";
    expect(last).toBe("JobEnded");
    expect((await ann.sdk.Quotes({})).quotes.totalCount).toBe(1);
  });
});
