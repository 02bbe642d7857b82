import { createClient as createSseClient } from "graphql-sse";
import pg from "pg";
import { newId } from "#src/platform/ids.js";
import { eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect } from "./support/follow.js";
import { type LiveOperation, openLiveSocket } from "./support/live-socket.js";

const events = "subscription Events($after: String) { events(after: $after) { id kind cursor data } }";

let atrium: TestAtrium;
beforeAll(async () => {
  atrium = await startAtrium();
});
afterAll(() => atrium.close());

const workspaceOf = async (person: Person) => (await person.sdk.Workspace()).workspace.id;

const insertEvents = (workspaceId: string, kinds: readonly string[], text = "") => ({
  text: `insert into event (id, workspace_id, actor_id, request_id, kind, subject_id, data, created_at)
    select id, $1, 'x', 'x', kind, 'x', jsonb_build_object('text', $4::text), now() from unnest($2::text[], $3::text[]) as t (id, kind)`,
  values: [workspaceId, kinds.map(() => newId("event")), kinds, text],
});

/** Stores events as another process would, and wakes the readers as its bus would. */
const record = async (workspaceId: string, kinds: readonly string[], text = "") => {
  const insert = insertEvents(workspaceId, kinds, text);
  await atrium.database.query(insert.text, insert.values);
  await atrium.database.query("select pg_notify('atrium_bus', $1)", [`elsewhere\nevents:${workspaceId}`]);
};

interface Heard {
  id: string;
  kind: string;
  cursor: string;
}

const heardBy = ({ answers }: Pick<LiveOperation, "answers">) =>
  answers.map(({ data, errors }) => {
    if (data === undefined) throw new Error(JSON.stringify(errors));
    return data.events as Heard;
  });
const kindsOf = (operation: Pick<LiveOperation, "answers">) => heardBy(operation).map(({ kind }) => kind);

const until = <T>(ask: () => T, wanted: (answer: T) => boolean, withinMs?: number) =>
  eventually(async () => ask(), wanted, withinMs);

const idle = () =>
  until(
    () => atrium.app.live.followers,
    (followers) => followers === 0,
  );

/** All events of a workspace by the query, page by page. */
const stored = async (person: Person) => {
  const all: Heard[] = [];
  for (;;) {
    const { events: page } = await person.query<{ events: Heard[] }>(
      "query ($after: String) { events(after: $after, first: 50) { id kind cursor } }",
      { after: all.at(-1)?.cursor },
    );
    if (page.length === 0) return all;
    all.push(...page);
  }
};

describe("one log", () => {
  test("J6 whoever begins wherever and whenever gets every event behind his cursor once, late commits included", async () => {
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    await record(workspaceId, ["before.1", "before.2", "before.3"]);
    const early = await stored(ann);
    const writing = Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        const client = new pg.Client({ connectionString: atrium.database.url });
        await client.connect();
        for (let round = 0; round < 25; round += 1) {
          await client.query("begin");
          await client.query(insertEvents(workspaceId, [`w${writer}.${round}.a`, `w${writer}.${round}.b`]));
          // Writers overtake each other: whoever wrote first may commit last.
          await new Promise((resolve) => setTimeout(resolve, ((writer * 7 + round * 13) % 10) * 4));
          await client.query("commit");
          await client.query("select pg_notify('atrium_bus', $1)", [`elsewhere\nevents:${workspaceId}`]);
        }
        await client.end();
      }),
    );
    const socket = await openLiveSocket(ann);
    const listeners: { after: string | undefined; operation: LiveOperation }[] = [];
    for (let n = 0; n < 40; n += 1) {
      const newest = (await stored(ann)).at(-1);
      const after = [undefined, early[n % early.length]?.cursor, newest?.cursor][n % 3];
      listeners.push({ after, operation: socket.subscribe(events, after === undefined ? {} : { after }) });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await writing;
    await record(workspaceId, ["last"]);
    const all = await eventually(
      () => stored(ann),
      (found) => found.at(-1)?.kind === "last",
    );
    expect(all).toHaveLength(early.length + 301);
    for (const { after, operation } of listeners) {
      await until(
        () => kindsOf(operation).at(-1),
        (kind) => kind === "last",
      );
      const heard = heardBy(operation).map(({ id, cursor }) => ({ id, cursor }));
      const begin = all.findIndex(({ cursor }) => cursor === after) + 1;
      const expected = all.slice(after === undefined ? all.length - heard.length : begin);
      expect(heard).toEqual(expected.map(({ id, cursor }) => ({ id, cursor })));
    }
    socket.websocket.terminate();
    await idle();
  }, 60_000);

  test("J6 transactions and positions are ordered as numbers, not as texts", async () => {
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    for (const [xid, position] of [
      [99, 9],
      [99, 10],
      [100, 8],
    ]) {
      await atrium.database.query(
        `insert into event (id, workspace_id, actor_id, request_id, kind, subject_id, data, created_at, xid, position)
          overriding system value
          values ($1, $2, 'x', 'x', $3, 'x', '{}', now(), $4::text::xid8, $5)`,
        [newId("event"), workspaceId, `${xid}.${position}`, String(xid), position],
      );
    }
    expect((await stored(ann)).map(({ kind }) => kind)).toEqual(["99.9", "99.10", "100.8", "user.signed_up"]);
  });

  test("J6 a burst reaches a hundred subscriptions for the statements of one", async () => {
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    const { database } = atrium.app;
    const rows = database.rows.bind(database);
    let statements = 0;
    database.rows = (statement) => {
      statements += 1;
      return rows(statement);
    };
    const costOf = async (count: number) => {
      const socket = await openLiveSocket(ann);
      const operations = Array.from({ length: count }, () => socket.subscribe(events));
      await until(
        () => atrium.app.live.followers,
        (followers) => followers === 1,
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      statements = 0;
      for (let n = 0; n < 10; n += 1) {
        await record(workspaceId, [`n${n}`]);
        for (const operation of operations)
          await until(
            () => operation.answers.length,
            (length) => length === n + 1,
          );
      }
      const cost = statements;
      socket.websocket.terminate();
      await idle();
      return cost;
    };
    const [one, hundred] = [await costOf(1), await costOf(100)];
    database.rows = rows;
    expect(one).toBeGreaterThanOrEqual(10);
    // Looks at the clock, such as the access watch, fall where they may.
    expect(hundred).toBeLessThan(one + 15);
  });

  test("J6 watchers of one job share its thread, and each hears all of it from his own cursor", async () => {
    const ann = await atrium.signUp();
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "sharing" } });
    const threads = await Promise.all(Array.from({ length: 20 }, () => collect(ann, job.id)));
    expect(threads[0]?.at(-1)?.__typename).toBe("JobEnded");
    for (const thread of threads) expect(thread).toEqual(threads[0]);
    const middle = threads[0]?.[1]?.cursor ?? "";
    expect(await collect(ann, job.id, middle)).toEqual(threads[0]?.slice(2));
    await idle();
  });

  test("J6 what an answer tells of its viewer is told to that viewer alone", async () => {
    const ann = await atrium.signUp();
    const bob = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    await atrium.database.query(
      `insert into membership (id, user_id, workspace_id, role, created_at)
        select $1, id, $2, 'VIEWER', now() from "user" where email = $3`,
      [newId("membership"), workspaceId, bob.email],
    );
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "taste" } });
    const ended = (await collect(ann, job.id)).at(-1);
    const quote = (await ann.sdk.Job({ id: job.id })).job?.result as { id: string };
    await ann.query("mutation ($id: ID!) { favouriteQuote(id: $id) { id } }", { id: quote.id });
    expect(ended?.__typename).toBe("JobEnded");
    const thread = `subscription ($id: ID!) { jobEvents(jobId: $id) {
      ... on JobEnded { job { result { ... on Quote { isFavourite } } } } } }`;
    const ask = async (person: Person) => {
      const socket = await openLiveSocket(person, { headers: { "x-workspace-id": workspaceId } });
      const operation = socket.subscribe(thread, { id: job.id });
      expect(await operation.ended).toBe("complete");
      socket.websocket.terminate();
      return operation.answers.at(-1)?.data?.jobEvents;
    };
    const [hers, his] = await Promise.all([ask(ann), ask(bob)]);
    expect(hers).toEqual({ job: { result: { isFavourite: true } } });
    expect(his).toEqual({ job: { result: { isFavourite: false } } });
    await idle();
  });

  test("J6 an event stream tells the same as a WebSocket, by the graphql-sse protocol", async () => {
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    await record(workspaceId, ["stored"]);
    const [first] = await stored(ann);
    const client = createSseClient({
      url: `${atrium.url}/graphql/stream`,
      headers: { authorization: `Bearer ${ann.accessToken}` },
      retryAttempts: 0,
    });
    const results = client.iterate({ query: events, variables: { after: first?.cursor ?? null } });
    const socket = await openLiveSocket(ann);
    const operation = socket.subscribe(events, { after: first?.cursor });
    expect((await results.next()).value).toEqual(await until(() => operation.answers[0], Boolean));
    await record(workspaceId, ["live"]);
    const live = await results.next();
    expect(live.value.data.events.kind).toBe("live");
    expect(live.value).toEqual(await until(() => operation.answers[1], Boolean));
    await results.return?.();
    client.dispose();
    socket.websocket.terminate();
    await idle();
    const single = await fetch(`${atrium.url}/graphql/stream?query=${encodeURIComponent("{ __typename }")}`, {
      headers: { accept: "text/event-stream" },
    });
    expect(await single.text()).toMatch(
      /event: next\ndata: {"data":{"__typename":"Query"},"extensions":{"cost":{.+}}}\n\nevent: complete/,
    );
    const mutation = encodeURIComponent(
      'mutation { signIn(input: { email: "a@b.c", password: "x" }) { accessToken } }',
    );
    for (const [address, init, status] of [
      [`?query=${mutation}`, {}, 405],
      ["?query=%7B__typename%7D&variables=nonsense", {}, 400],
      ["", { method: "POST", body: "[]", headers: { "content-type": "application/json" } }, 400],
    ] as const) {
      const headers = { accept: "text/event-stream", ...("headers" in init ? init.headers : {}) };
      expect((await fetch(`${atrium.url}/graphql/stream${address}`, { ...init, headers })).status).toBe(status);
    }
    expect((await fetch(`${atrium.url}/graphql/stream?query=%7B__typename%7D`)).status).toBe(406);
  });
});

describe("the end of a stream", () => {
  test("J6 a client that completes gets nothing more, and a thread that ends completes by itself", async () => {
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    const socket = await openLiveSocket(ann);
    const [left, stayed] = [socket.subscribe(events), socket.subscribe(events)];
    await until(
      () => atrium.app.live.followers,
      (followers) => followers === 1,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await record(workspaceId, ["both"]);
    await until(
      () => left.answers.length,
      (length) => length === 1,
    );
    left.complete();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await record(workspaceId, ["one"]);
    await until(
      () => kindsOf(stayed),
      (kinds) => kinds.length === 2,
    );
    expect(kindsOf(left)).toEqual(["both"]);
    socket.websocket.terminate();
    await idle();
  });

  test("J6 clients that leave while they catch up leave nothing behind", async () => {
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    await record(
      workspaceId,
      Array.from({ length: 2_000 }, (_, n) => `old.${n}`),
      "x".repeat(1_000),
    );
    await idle();
    const topics = atrium.app.bus.topics;
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const socket = await openLiveSocket(ann);
        const operation = socket.subscribe(events, { after: Buffer.from("1.1").toString("base64url") });
        if (n % 2 === 0) await until(() => operation.answers.length, Boolean);
        if (n % 3 === 0) operation.complete();
        socket.websocket.terminate();
      }),
    );
    await idle();
    await until(
      () => atrium.app.bus.topics,
      (now) => now === topics,
    );
  });

  test("J6 a database that is away for a moment costs time and no event", async () => {
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    const socket = await openLiveSocket(ann);
    const operation = socket.subscribe(events);
    await until(
      () => atrium.app.live.followers,
      (followers) => followers === 1,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await record(workspaceId, ["before"]);
    const name = new URL(atrium.database.url).pathname.slice(1);
    const admin = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL ?? "" });
    await admin.connect();
    await admin.query(`alter database ${name} allow_connections false`);
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
    await eventually(
      () =>
        record(workspaceId, ["after"]).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
    await until(
      () => kindsOf(operation),
      (kinds) => kinds.length === 2,
    );
    expect(kindsOf(operation)).toEqual(["before", "after"]);
    const listening =
      "select count(*)::int as count from pg_stat_activity where datname = $1 and query like 'listen %'";
    const listeners = async () => (await atrium.database.query<{ count: number }>(listening, [name]))[0]?.count;
    await eventually(listeners, (count) => count === 1);
    // Every try of the outage had its own reconnection, if a failed one began another.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await listeners()).toBe(1);
    socket.websocket.terminate();
    await idle();
  });

  test("J6 a log that cannot be read any more ends every stream of it with an error and the cursor", async () => {
    const idleWorkers = await startAtrium({ withWorkers: false });
    const ann = await idleWorkers.signUp();
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "endings" } });
    const socket = await openLiveSocket(ann);
    const thread = "subscription ($id: ID!) { jobEvents(jobId: $id) { __typename } }";
    const watchers = Array.from({ length: 3 }, () => socket.subscribe(thread, { id: job.id }));
    await until(
      () => idleWorkers.app.live.followers,
      (followers) => followers === 1,
    );
    // The others join the first one.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await idleWorkers.database.query("delete from generation where job_id = $1", [job.id]);
    await idleWorkers.database.query("delete from job where id = $1", [job.id]);
    for (const watcher of watchers) {
      expect(await watcher.ended).toBe("complete");
      const error = watcher.answers.at(-1)?.errors?.[0];
      expect(error?.extensions).toMatchObject({ code: "NOT_FOUND", cursor: expect.any(String) });
    }
    expect(idleWorkers.app.live.followers).toBe(0);
    socket.websocket.terminate();
    await idleWorkers.close();
  });

  test("J6 a shutdown closes sockets with 1001, and another process goes on from the cursor", async () => {
    const second = await startAtrium({ database: atrium.database, withWorkers: false });
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    const socket = await openLiveSocket({ url: second.url, accessToken: ann.accessToken });
    const operation = socket.subscribe(events);
    await until(
      () => second.app.live.followers,
      (followers) => followers === 1,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await record(workspaceId, ["first"]);
    const [heard] = await until(
      () => heardBy(operation),
      ({ length }) => length === 1,
    );
    const idleSocket = await openLiveSocket({ url: second.url, accessToken: ann.accessToken });
    await second.close();
    expect((await socket.closed).code).toBe(1001);
    expect((await idleSocket.closed).code).toBe(1001);
    await record(workspaceId, ["second"]);
    const again = await openLiveSocket(ann);
    const rest = again.subscribe(events, { after: heard?.cursor });
    await until(
      () => kindsOf(rest),
      (kinds) => kinds.includes("second"),
    );
    expect(kindsOf(rest)).toEqual(["second"]);
    again.websocket.terminate();
  });
});

describe("clients that do not read", () => {
  const burst = Array.from({ length: 20 }, (_, n) => n);
  const text = "x".repeat(100_000);

  test("J6 a WebSocket with more than 1 MB unread is closed with 4413 and the cursor to go on from", async () => {
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    const [slow, quick] = [await openLiveSocket(ann), await openLiveSocket(ann)];
    const [slowly, quickly] = [slow.subscribe(events), quick.subscribe(events)];
    await new Promise((resolve) => setTimeout(resolve, 500));
    slow.pause();
    // More than the network's own buffers hold.
    for (let round = 0; round < 10; round += 1) {
      await record(
        workspaceId,
        burst.map((n) => `r${round}.${n}`),
        text,
      );
      await until(
        () => quickly.answers.length,
        (length) => length === (round + 1) * burst.length,
      );
    }
    slow.resume();
    const { code, reason } = await slow.closed;
    expect(code).toBe(4413);
    const { cursor } = JSON.parse(reason) as { cursor: string };
    const before = heardBy(slowly);
    expect(before.length).toBeLessThan(quickly.answers.length);
    expect(before.at(-1)?.cursor).toBe(cursor);
    const again = await openLiveSocket(ann);
    const rest = again.subscribe(events, { after: cursor });
    await until(
      () => before.length + rest.answers.length,
      (length) => length === quickly.answers.length,
    );
    expect([...before, ...heardBy(rest)]).toEqual(heardBy(quickly));
    expect(quick.websocket.readyState).toBe(quick.websocket.OPEN);
    for (const socket of [again, quick]) socket.websocket.terminate();
    await idle();
  }, 60_000);

  test("J6 answers to single operations are bounded as well", async () => {
    const ann = await atrium.signUp();
    await record(await workspaceOf(ann), burst.map(String), text);
    const socket = await openLiveSocket(ann);
    socket.pause();
    for (let round = 0; round < 20; round += 1) {
      socket.subscribe("{ events { id data } }");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    socket.resume();
    expect((await socket.closed).code).toBe(4413);
  }, 60_000);

  test("J6 an event stream with more than 1 MB unread ends with an error and the cursor", async () => {
    const ann = await atrium.signUp();
    const workspaceId = await workspaceOf(ann);
    const stream = await fetch(`${atrium.url}/graphql/stream`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: `Bearer ${ann.accessToken}`,
      },
      body: JSON.stringify({ query: events }),
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (let round = 0; round < 10; round += 1) {
      await record(
        workspaceId,
        burst.map((n) => `r${round}.${n}`),
        text,
      );
    }
    await idle();
    const answers = (await stream.text())
      .split("\n\n")
      .flatMap((part) => /^event: next\ndata: (.+)$/m.exec(part)?.[1] ?? [])
      .map((data) => JSON.parse(data) as LiveOperation["answers"][number]);
    const error = answers.pop()?.errors?.[0]?.extensions;
    expect(error).toMatchObject({ code: "PAYLOAD_TOO_LARGE", limit: 1_048_576 });
    const heard = heardBy({ answers });
    expect(heard.at(-1)?.cursor).toBe(error?.cursor);
    const all = (await stored(ann)).slice(1);
    expect(heard.map(({ id }) => id)).toEqual(all.slice(0, heard.length).map(({ id }) => id));
    expect(heard.length).toBeLessThan(all.length);
  }, 60_000);
});

describe("access that is taken away behind the bus", () => {
  const revoke = 'update session set revoked_at = now() where user_id = (select id from "user" where email = $1)';
  const demote = "update membership set role = 'VIEWER' where user_id = (select id from \"user\" where email = $1)";
  const expel = 'delete from membership where user_id = (select id from "user" where email = $1)';
  const deactivate = 'update "user" set is_active = false where email = $1';

  test.each([
    ["I3 a revoked session", revoke, 4401, "UNAUTHENTICATED"],
    ["I3 a deactivated user", deactivate, 4401, "UNAUTHENTICATED"],
    ["I6 a lower role", demote, 4403, "FORBIDDEN"],
    ["I6 a lost membership", expel, 4403, "FORBIDDEN"],
  ])("%s ends sockets and event streams within a second", async (_what, statement, closeCode, errorCode) => {
    const ann = await atrium.signUp();
    const other = await openLiveSocket(await atrium.signUp());
    const socket = await openLiveSocket(ann);
    socket.subscribe(events);
    const stream = await fetch(
      `${atrium.url}/graphql/stream?query=${encodeURIComponent("subscription { events { id } }")}`,
      {
        headers: { accept: "text/event-stream", authorization: `Bearer ${ann.accessToken}` },
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const begun = performance.now();
    await atrium.database.query(statement, [ann.email]);
    expect((await socket.closed).code).toBe(closeCode);
    expect(performance.now() - begun).toBeLessThan(1_000);
    const told = await stream.text();
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(told).toContain(`"code":"${errorCode}"`);
    expect(told).toContain('"cursor":"');
    expect(other.websocket.readyState).toBe(other.websocket.OPEN);
    other.websocket.terminate();
    await idle();
  });
});
