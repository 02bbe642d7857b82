import { randomBytes } from "node:crypto";
import { errorOf, eventually, type Person, signUpAt, testEnv } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { attributeOf, type CollectedSpan, startOtlpCollector } from "./support/otlp-collector.js";
import { type AtriumProcess, spawnAtrium } from "./support/processes.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

type Line = Record<string, unknown> & { level: string; time: string; msg: string };

let database: TestDatabase;
let env: Record<string, string>;
const running: AtriumProcess[] = [];

const spawn = async (role: "start" | "api" | "worker", more: Record<string, string> = {}) => {
  const process = await spawnAtrium(role, { ...env, ...more });
  running.push(process);
  return process;
};
/** What a process has logged; fails when a line is not JSON. */
const linesOf = ({ lines }: AtriumProcess): Line[] => lines.map((line) => JSON.parse(line) as Line);
const stop = async (process: AtriumProcess) => {
  expect(await process.kill("SIGTERM")).toBe(0);
};
/** A trace that the client has begun itself. */
const clientTrace = () => {
  const [traceId, spanId] = [randomBytes(16).toString("hex"), randomBytes(8).toString("hex")];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
};
const generate = async (person: Person, topic: string) => {
  const { generateQuote: job } = await person.sdk.GenerateQuote({ input: { topic } });
  expect(endOf(await collect(person, job.id)).status).toBe("SUCCEEDED");
  return job.id;
};

beforeEach(async () => {
  database = await createTestDatabase();
  env = testEnv(database);
});
afterEach(async () => {
  for (const process of running.splice(0)) await process.kill();
  await database.drop();
});

describe("traces", () => {
  test("N3 a collector sees one trace from HTTP through resolver, SQL and job to the provider", async () => {
    const collector = await startOtlpCollector();
    const [api, worker] = await Promise.all([spawn("api", collector.env), spawn("worker", collector.env)]);
    const ann = await signUpAt(api.url);
    const trace = clientTrace();
    const topic = "lighthouses in a very particular fog";
    const headers = { traceparent: trace.traceparent, authorization: `Bearer ${ann.accessToken}` };
    const answer = await fetch(`${api.url}/graphql`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({
        query: "mutation Ask($input: GenerateQuoteInput!) { generateQuote(input: $input) { id } }",
        variables: { input: { topic } },
      }),
    });
    const { data } = (await answer.json()) as { data: { generateQuote: { id: string } } };
    const jobId = data.generateQuote.id;
    expect(endOf(await collect(ann, jobId)).status).toBe("SUCCEEDED");
    await ann.close();
    // What has ended is sent at the latest when a process stops.
    await Promise.all([stop(api), stop(worker)]);
    await collector.close();

    expect(collector.refused).toEqual([]);
    const spans = collector.spans.filter(({ traceId }) => traceId === trace.traceId);
    const only = (name: string): CollectedSpan => {
      const found = spans.filter((span) => span.name === name);
      if (found.length !== 1)
        throw new Error(`${name} is there ${found.length} times: ${spans.map((each) => each.name)}`);
      return found[0] as CollectedSpan;
    };
    const under = (parent: CollectedSpan) => spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);
    const request = only("POST /graphql");
    const operation = only("mutation generateQuote");
    const resolver = only("resolve Mutation.generateQuote");
    const enqueue = only("enqueue quotes.generate");
    const job = only("job quotes.generate");
    const [chat] = spans.filter(({ name }) => name.startsWith("chat "));
    expect([request.parentSpanId, operation.parentSpanId, resolver.parentSpanId]).toEqual([
      trace.spanId,
      request.spanId,
      operation.spanId,
    ]);
    expect([enqueue.parentSpanId, job.parentSpanId, chat?.parentSpanId]).toEqual([
      resolver.spanId,
      enqueue.spanId,
      job.spanId,
    ]);
    expect([request, operation, resolver, enqueue, job, chat].map((span) => span?.kind)).toEqual([2, 1, 1, 4, 5, 3]);
    // Who asks is looked up under the operation; the rest is the resolver's and the job's.
    expect(under(operation).map(({ name }) => name)).toContain("SELECT");
    // Job and event are one statement.
    expect(under(resolver).map(({ name }) => name)).toContain("WITH");
    // So are the job's end and all that its last step adds.
    expect(under(job).map(({ name }) => name)).toContain("WITH");
    expect(under(job).map(({ name }) => name)).not.toContain("BEGIN");
    expect(attributeOf(job, "atrium.job.id")).toBe(jobId);
    expect(attributeOf(request, "http.response.status_code")).toBe(200);
    for (const span of spans) {
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
      expect(Math.abs(Number(span.startTimeUnixNano) / 1e6 - Date.now())).toBeLessThan(60_000);
    }
    expect(under(job).some((span) => String(attributeOf(span, "db.query.text")).includes("?"))).toBe(true);
    for (const secret of [topic, ann.email, ann.password, ann.accessToken, ann.refreshToken])
      expect(collector.raw()).not.toContain(secret);

    for (const process of [api, worker]) {
      const ours = linesOf(process).filter(({ traceId }) => traceId === trace.traceId);
      expect(ours.map(({ msg }) => msg)).toEqual([process === api ? "operation" : "job attempt ended"]);
    }
  }, 60_000);

  test("N3 a socket goes on in its client's trace, and an error marks its spans by code alone", async () => {
    const collector = await startOtlpCollector();
    const both = await spawn("start", collector.env);
    const ann = await signUpAt(both.url);
    const trace = clientTrace();
    const { connect } = await import("#schema/connect.js");
    const traced = connect(both.url, {
      accessToken: () => ann.accessToken,
      headers: { traceparent: trace.traceparent },
    });
    const jobId = await generate({ ...ann, ...traced }, "sockets");
    const unknown = jobId.replace(/.{4}$/, "0000");
    expect(await errorOf(traced.sdk.CancelJob({ id: unknown }))).toMatchObject({ code: "NOT_FOUND" });
    await traced.close();
    await ann.close();
    await stop(both);
    await collector.close();
    const spans = collector.spans.filter(({ traceId }) => traceId === trace.traceId);
    expect(spans.find(({ name }) => name === "subscribe")?.parentSpanId).toBe(trace.spanId);
    const failed = spans.find(({ name }) => name === "resolve Mutation.cancelJob");
    expect(failed?.status.code).toBe(2);
    expect(attributeOf(failed as CollectedSpan, "error.type")).toBe("NOT_FOUND");
    expect(collector.raw()).not.toContain(unknown);
  }, 60_000);

  test("N3 a collector that is away loses its spans and nothing else", async () => {
    const both = await spawn("start", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" });
    const ann = await signUpAt(both.url);
    await generate(ann, "nobody listens");
    await ann.close();
    await eventually(
      async () => linesOf(both).filter(({ msg }) => msg.startsWith("the collector takes no spans")),
      ({ length }) => length === 1,
    );
    const { sdk, close } = await signUpAt(both.url);
    await sdk.Me();
    await close();
    await stop(both);
  }, 60_000);

  test("N3 without a collector the request's ids still follow it into the worker's log", async () => {
    const [api, worker] = await Promise.all([spawn("api"), spawn("worker")]);
    const ann = await signUpAt(api.url, { headers: { "x-request-id": "my-request-9" } });
    await generate(ann, "ids");
    await ann.close();
    await Promise.all([stop(api), stop(worker)]);
    const asked = linesOf(api).find(({ fields }) => String(fields) === "generateQuote");
    const done = linesOf(worker).find(({ msg }) => msg === "job attempt ended");
    expect(asked).toMatchObject({ requestId: "my-request-9", traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(done).toMatchObject({ requestId: "my-request-9", traceId: asked?.traceId, outcome: "succeeded" });
  }, 60_000);
});

describe("the log", () => {
  test("N4 every line is JSON, says whose it is and what it cost, and holds no secret", async () => {
    // Everything that takes half a millisecond or more is slow.
    const both = await spawn("start", { ATRIUM_SLOW_QUERY_MS: "0", OPENAI_API_KEY: "sk-a-key-of-somebody" });
    const ann = await signUpAt(both.url, { headers: { "x-request-id": "my-request-1" } });
    const text = "a sentence that nobody else may read";
    const { createQuote: quote } = await ann.sdk.CreateQuote({ input: { text, author: "Ann's own author" } });
    await ann.sdk.UpdateQuote({ id: quote.id, input: { text: `${text}, 'twice' \\ over` } });
    await ann.sdk.Quotes({ filter: { text: { contains: text } } });
    await ann.sdk
      .GenerateQuote({ input: { topic: text, provider: "offline" } })
      .then(({ generateQuote }) => collect(ann, generateQuote.id));
    expect(await errorOf(ann.sdk.SignIn({ input: { email: ann.email, password: "a wrong password" } }))).toBeDefined();
    expect(await errorOf(ann.query(`{ quotes(filter: { text: { contains: "${text}" } }) { nope } }`))).toBeDefined();
    await ann.sdk.RefreshSession({ refreshToken: ann.refreshToken });
    await ann.close();
    await stop(both);

    const lines = linesOf(both);
    for (const { level, time, msg } of lines) {
      expect(["info", "warn", "error"]).toContain(level);
      expect(Number.isNaN(Date.parse(time))).toBe(false);
      expect(typeof msg).toBe("string");
    }
    const operations = lines.filter(({ msg }) => msg === "operation");
    for (const line of operations) {
      expect(line).toMatchObject({ transport: "http", ms: expect.any(Number), statements: expect.any(Number) });
      expect(line.traceId).toMatch(/^[0-9a-f]{32}$/);
    }
    const created = operations.find(({ fields }) => String(fields) === "createQuote");
    expect(created).toMatchObject({
      level: "info",
      requestId: "my-request-1",
      operation: "CreateQuote",
      type: "mutation",
      outcome: "ok",
      userId: expect.stringMatching(/^user_/),
      workspaceId: expect.stringMatching(/^workspace_/),
    });
    expect(created?.statements).toBeGreaterThan(0);
    expect(created?.sqlMs).toBeGreaterThan(0);
    expect(operations.filter(({ outcome }) => outcome === "error").map(({ codes }) => codes)).toEqual([
      ["UNAUTHENTICATED"],
      ["BAD_USER_INPUT"],
    ]);
    const slow = lines.filter(({ msg }) => msg === "a statement was slow");
    expect(slow.length).toBeGreaterThan(10);
    const insert = slow.find(({ statement }) => /insert into "quote"/.test(String(statement)));
    expect(insert).toMatchObject({ level: "warn", requestId: "my-request-1", ms: expect.any(Number), rows: 1 });

    const all = both.lines.join("\n");
    const { password, email, accessToken, refreshToken } = ann;
    const secrets = [
      password,
      email,
      accessToken,
      refreshToken,
      "a wrong password",
      text,
      "Ann's own author",
      "somebody",
    ];
    for (const secret of [...secrets, env.ATRIUM_SECRET ?? ""]) expect(all).not.toContain(secret);
    expect(all).not.toMatch(/\$argon2/);
  }, 60_000);

  test("N4 a failure is logged with its cause, under the request id that the client got, without what people wrote", async () => {
    const both = await spawn("start");
    const ann = await signUpAt(both.url);
    const text = "words of somebody";
    // Postgres repeats the row that it refuses.
    await database.query("alter table quote add constraint never check (text = '')");
    const error = await errorOf(ann.sdk.CreateQuote({ input: { text, author: "their author" } }));
    expect(error).toMatchObject({ code: "INTERNAL", details: { requestId: expect.any(String) } });
    await ann.close();
    await stop(both);
    const failure = linesOf(both).find(({ msg }) => msg === "a request failed");
    expect(failure).toMatchObject({ level: "error", requestId: error.details.requestId });
    expect(failure?.err).toMatchObject({
      code: "23514",
      constraint: "never",
      message: expect.stringContaining("violates check constraint"),
    });
    expect(failure?.err).toMatchObject({ stack: expect.stringMatching(/^at /) });
    const operation = linesOf(both).find(({ fields }) => String(fields) === "createQuote");
    expect(operation).toMatchObject({ outcome: "error", codes: ["INTERNAL"], traceId: failure?.traceId });
    for (const secret of [text, "their author"]) expect(both.lines.join("\n")).not.toContain(secret);
  }, 60_000);

  test("N4 only statements beyond the bound are told as slow", async () => {
    const both = await spawn("start", { ATRIUM_SLOW_QUERY_MS: "600" });
    const ann = await signUpAt(both.url);
    await ann.sdk.Me();
    // The list has to wait for whoever holds the table.
    const holding = database.query("begin; lock table quote in access exclusive mode; select pg_sleep(1.5); commit");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await ann.sdk.Quotes({ first: 1 });
    await holding;
    await ann.close();
    await stop(both);
    const slow = linesOf(both).filter(
      ({ msg, requestId }) => msg === "a statement was slow" && requestId !== undefined,
    );
    expect(slow.length).toBeGreaterThan(0);
    expect(slow[0]?.ms).toBeGreaterThan(600);
    expect(slow[0]?.statement).toMatch(/from "quote"/i);
    const asked = linesOf(both).find(({ fields }) => String(fields) === "quotes");
    expect(slow[0]).toMatchObject({ requestId: asked?.requestId, traceId: asked?.traceId });
    expect(asked?.sqlMs).toBeGreaterThan(600);
  }, 60_000);

  test("N4 a list of five takes as many statements as a list of one", async () => {
    const both = await spawn("start");
    const ann = await signUpAt(both.url);
    for (let n = 0; n < 5; n += 1) await generate(ann, `number ${n}`);
    const query =
      "query ($first: Int) { quotes(first: $first) { totalCount nodes { isFavourite createdBy { id } generation { id } } } }";
    for (const first of [1, 100]) await ann.query(query, { first });
    await ann.close();
    await stop(both);
    const lists = linesOf(both).filter(({ fields }) => String(fields) === "quotes");
    expect(lists).toHaveLength(2);
    // The page and its count; who asks is looked up beside them at most once a second.
    for (const { statements } of lists) expect([2, 3]).toContain(statements);
  }, 60_000);
});
