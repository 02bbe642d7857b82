import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { WebSocket as Socket } from "ws";
import { connect } from "#schema/connect.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";

let atrium: TestAtrium;
let ann: Person;

beforeAll(async () => {
  atrium = await startAtrium();
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${atrium.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const codeOf = async (answer: Response) =>
  ((await answer.json()) as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code;

describe("documents", () => {
  test("I12 a small document that would take minutes to validate is refused at once", async () => {
    const fragments = Array.from(
      { length: 20 },
      (_, n) =>
        `fragment F${n} on Query { a: __typename b: __typename ...F${n + 1} c: node(id: "x") { ...G } ...F${n + 1} }`,
    );
    const bomb = `query { ...F0 } ${fragments.join(" ")} fragment F20 on Query { __typename } fragment G on Node { id }`;
    const begun = performance.now();
    const answer = await post({ query: bomb });
    expect(performance.now() - begun).toBeLessThan(200);
    expect(await codeOf(answer)).toBe("QUERY_TOO_COMPLEX");
    expect(await errorOf(ann.subscribe(bomb).next())).toMatchObject({ code: "QUERY_TOO_COMPLEX" });
  });

  test.each([
    ["tokens", `{ ${"__typename ".repeat(6_000)} }`],
    ["root fields", `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: __typename`).join(" ")} }`],
    [
      "levels",
      `{ ${'node(id: "x") { ... on Quote { createdBy { id '.repeat(1)}${"... { ".repeat(30)} id ${"} ".repeat(30)} } } } } `,
    ],
    ["a circle", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"],
    ["unknown fields", "{ nothing { here } }"],
    ["no syntax", "{ me"],
  ])("I12 a hostile document (%s) is a request error, never a failure", async (_what, query) => {
    const answer = await post({ query });
    expect(answer.status).toBeLessThan(500);
    const code = await codeOf(answer);
    expect(["QUERY_TOO_COMPLEX", "BAD_USER_INPUT", "UNAUTHENTICATED"]).toContain(code);
  });

  test("errors carry a documented code and a request id, and nothing of the inside", async () => {
    const answer = await post({ query: "{ me { id } }" }, { "x-request-id": "my-request-1" });
    expect(answer.headers.get("x-request-id")).toBe("my-request-1");
    const body = (await answer.json()) as { errors: { extensions: Record<string, unknown> }[] };
    expect(body.errors[0]?.extensions).toEqual({ code: "UNAUTHENTICATED", requestId: "my-request-1" });
    expect(JSON.stringify(body)).not.toMatch(/stack|node_modules|select /i);
  });
});

describe("the HTTP edge", () => {
  test("bodies that are too large, not JSON or not said to be JSON have codes of their own", async () => {
    const large = await post({ query: `# ${"x".repeat(4_300_000)}\n{ __typename }` });
    expect([large.status, await codeOf(large)]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
    const broken = await post("{ not json");
    expect([broken.status, await codeOf(broken)]).toEqual([400, "BAD_USER_INPUT"]);
    const form = await post("query=%7Bme%7D", { "content-type": "application/x-www-form-urlencoded" });
    expect(form.status).toBe(415);
  });

  test("I12 a mutation cannot be smuggled in by a link or a plain form", async () => {
    const mutation = encodeURIComponent(
      'mutation { signIn(input: { email: "a@b.c", password: "x" }) { accessToken } }',
    );
    expect(
      (await fetch(`${atrium.url}/graphql?query=${mutation}`, { headers: { "content-type": "application/json" } }))
        .status,
    ).toBe(405);
    expect((await fetch(`${atrium.url}/graphql?query=${encodeURIComponent("{ __typename }")}`)).status).toBe(400);
    const batch = await post([{ query: "{ __typename }" }, { query: "{ __typename }" }]);
    expect(batch.status).toBe(400);
  });

  test("I12 pages come with headers that forbid foreign scripts and frames", async () => {
    const page = await fetch(atrium.url);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.headers.get("x-frame-options")).toBe("DENY");
    expect((await fetch(`${atrium.url}/../../package.json`)).status).toBe(404);
    expect((await fetch(`${atrium.url}/%2e%2e/package.json`)).status).toBe(404);
  });

  test("the explorer is served from here alone, and opens at the API's address for a browser", async () => {
    const moved = await fetch(`${atrium.url}/graphql`, { headers: { accept: "text/html" }, redirect: "manual" });
    expect([moved.status, moved.headers.get("location")]).toEqual([302, "/graphiql"]);
    const page = await (await fetch(`${atrium.url}/graphiql`)).text();
    expect(page).toContain("generateQuote");
    expect(page.match(/<(?:script|link|img)[^>]+(?:src|href)="https?:/g)).toBeNull();
  });

  test("subscriptions come as server-sent events too, and end with the job", async () => {
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "streams" } });
    const answer = await fetch(`${atrium.url}/graphql/stream`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: `Bearer ${ann.accessToken}`,
      },
      body: JSON.stringify({
        query: `subscription { jobEvents(jobId: "${job.id}") { __typename ... on TextChunk { text } ... on JobEnded { job { result { ... on Quote { text } } } } } }`,
      }),
    });
    const events = (await answer.text())
      .split("\n\n")
      .flatMap((part) => /^event: next\ndata: (.+)$/m.exec(part)?.[1] ?? [])
      .map(
        (data) =>
          JSON.parse(data).data.jobEvents as { __typename: string; text?: string; job?: { result: { text: string } } },
      );
    expect(events.at(-1)?.__typename).toBe("JobEnded");
    expect(events.map(({ text }) => text ?? "").join("")).toBe(events.at(-1)?.job?.result.text);
    const refused = await fetch(`${atrium.url}/graphql/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ query: "subscription { events { id } }" }),
    });
    expect(await refused.text()).toContain("UNAUTHENTICATED");
  });
});

describe("sockets", () => {
  const closeCode = (send: (socket: Socket) => void) =>
    new Promise<number>((resolve) => {
      const socket = new Socket(`${atrium.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
      socket.on("open", () => send(socket));
      socket.on("close", resolve);
    });

  test("the protocol's mistakes are answered with its close codes", async () => {
    expect(await closeCode((socket) => socket.send("nonsense"))).toBe(4400);
    expect(
      await closeCode((socket) =>
        socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query: "{ __typename }" } })),
      ),
    ).toBe(4401);
    const init = JSON.stringify({ type: "connection_init" });
    expect(await closeCode((socket) => [socket.send(init), socket.send(init)])).toBe(4429);
    expect(
      await closeCode((socket) =>
        socket.send(JSON.stringify({ type: "connection_init", payload: { Authorization: "Bearer nonsense" } })),
      ),
    ).toBe(4401);
  });

  test("a stranger's subscription is refused with a code, and the socket stays usable", async () => {
    const stranger = connect(atrium.url);
    expect(await errorOf(stranger.subscribe("subscription { events { id } }").next())).toMatchObject({
      code: "UNAUTHENTICATED",
    });
    expect((await stranger.subscribe<{ __typename: string }>("{ __typename }").next()).value).toEqual({
      __typename: "Query",
    });
    await stranger.close();
  });
});

describe("events", () => {
  test("J6 the query and the subscription tell the same events in the same order", async () => {
    const bob = await atrium.signUp();
    const stream = bob.subscribe<{ events: { id: string; kind: string; cursor: string } }>(
      "subscription { events { id kind cursor } }",
    );
    const heard: { id: string; kind: string }[] = [];
    const listening = (async () => {
      for await (const { events } of stream) {
        heard.push(events);
        if (events.kind === "quote.deleted") break;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { createQuote: quote } = await bob.sdk.CreateQuote({ input: { text: "One.", author: "Bob" } });
    await bob.sdk.UpdateQuote({ id: quote.id, input: { text: "Two." } });
    await bob.sdk.DeleteQuote({ id: quote.id });
    await listening;
    const { events } = await bob.sdk.Events({});
    expect(events.map(({ kind }) => kind)).toEqual([
      "user.signed_up",
      "quote.created",
      "quote.updated",
      "quote.deleted",
    ]);
    expect(heard.map(({ id }) => id)).toEqual(events.slice(1).map(({ id }) => id));
    const rest = await bob.sdk.Events({ after: events[1]?.cursor ?? "" });
    expect(rest.events.map(({ kind }) => kind)).toEqual(["quote.updated", "quote.deleted"]);
    expect((await ann.sdk.Events({})).events.some(({ subjectId }) => subjectId === quote.id)).toBe(false);
  });

  test("J6 the events of one commit keep the order in which they were recorded", async () => {
    const carl = await atrium.signUp();
    await carl.sdk.GenerateQuote({ input: { topic: "order" } });
    const { events } = await eventually(
      () => carl.sdk.Events({}),
      ({ events }) => events.length === 5,
    );
    expect(events.map(({ kind }) => kind)).toEqual([
      "user.signed_up",
      "job.queued",
      "job.started",
      "quote.created",
      "job.succeeded",
    ]);
  });

  test("J6 an event that commits late is never behind a cursor that was given out", async () => {
    const bob = await atrium.signUp();
    const { workspace } = await bob.sdk.Workspace();
    const insert = (
      id: string,
    ) => `insert into event (id, workspace_id, actor_id, request_id, kind, subject_id, data, created_at)
      values ('event_${id}', '${workspace.id}', 'x', 'x', 'test.${id}', 'x', '{}', now())`;
    // A transaction that takes its place first and commits last.
    const { default: pg } = await import("pg");
    const slow = new pg.Client({ connectionString: atrium.database.url });
    await slow.connect();
    await slow.query("begin");
    await slow.query(insert("early"));
    await atrium.database.query(insert("late"));
    const before = await bob.sdk.Events({});
    expect(before.events.map(({ kind }) => kind)).toEqual(["user.signed_up"]);
    await slow.query("commit");
    await slow.end();
    const after = await eventually(
      () => bob.sdk.Events({ after: before.events.at(-1)?.cursor ?? "" }),
      ({ events }) => events.length === 2,
    );
    expect(after.events.map(({ kind }) => kind)).toEqual(["test.early", "test.late"]);
  });
});

test("the end of a process waits for no connection that asks nothing", async () => {
  const house = await startAtrium({ withWorkers: false });
  const { port } = new URL(house.url);
  const open = async (...sent: string[]) => {
    const socket = connectSocket(Number(port), "127.0.0.1");
    await once(socket, "connect");
    for (const text of sent) socket.write(text);
    return socket;
  };
  const halfAsked = "GET / HTTP/1.1\r\nHost: x\r\n";
  const sockets = await Promise.all([open(), open(halfAsked), open(`${halfAsked}\r\n`)]);
  const ended = Promise.all(
    sockets.map(
      (socket) =>
        new Promise((resolve) =>
          socket
            .resume()
            .on("error", () => {})
            .on("close", resolve),
        ),
    ),
  );
  await house.close();
  await ended;
}, 20_000);
