import { readFileSync } from "node:fs";
import { mkdir, statfs } from "node:fs/promises";
import { parse } from "yaml";
import { metricsPage } from "#src/commands/docs.js";
import { Metrics } from "#src/platform/metrics.js";
import { errorOf, eventually, type Person, signUpAt, startAtrium, type TestAtrium, testEnv } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { type AtriumProcess, spawnAtrium } from "./support/processes.js";
import { samplesIn, scrape, sumOf } from "./support/scrape.js";
import { scriptedProvider } from "./support/scripted-provider.js";
import { createTestDatabase } from "./support/test-database.js";

/** The page as text, whatever the answer. */
const read = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${url}/metrics`, { headers });
  return { status: answer.status, body: await answer.text(), headers: answer.headers };
};

describe("one process", () => {
  let atrium: TestAtrium;
  let operator: Person;

  beforeAll(async () => {
    // A model with a list price, that answers with 10 tokens in and 3 out.
    const { provider } = scriptedProvider({ faults: ["rejected"] });
    atrium = await startAtrium({ providers: [{ ...provider, models: ["gpt-4o-mini"] }] });
    operator = await atrium.signUp();
  });
  afterAll(() => atrium.close());

  test("N1 /metrics and systemMetrics tell the same figures, and the right ones", async () => {
    const input = { text: "Metrics do not lie.", author: "Nobody" };
    const { createQuote: quote } = await operator.sdk.CreateQuote({ input });
    await operator.sdk.CreateQuote({ input });
    for (let n = 0; n < 3; n += 1) await operator.sdk.Quotes({ first: 10 });
    await operator.query("query Two($id: ID!) { mine: quote(id: $id) { id } me { id } }", { id: quote.id });
    const unknown = quote.id.replace(/.{4}$/, "0000");
    expect(await errorOf(operator.sdk.DeleteQuote({ id: unknown }))).toMatchObject({ code: "NOT_FOUND" });
    expect(await errorOf(operator.query("{ nothing }"))).toMatchObject({ code: "BAD_USER_INPUT" });
    expect(await errorOf(operator.query("{ me {"))).toMatchObject({ code: "BAD_USER_INPUT" });
    expect(await errorOf(atrium.stranger.query("{ me { id } }"))).toMatchObject({ code: "UNAUTHENTICATED" });
    for (const status of ["FAILED", "SUCCEEDED"]) {
      const { generateQuote: job } = await operator.sdk.GenerateQuote({ input: { topic: "counting" } });
      expect(endOf(await collect(operator, job.id)).status).toBe(status);
    }

    const before = await scrape(atrium.url);
    const { systemMetrics: told } = await operator.sdk.SystemMetrics();
    const after = await scrape(atrium.url);

    const operations = (labels: Record<string, string>) => sumOf(before, "atrium_graphql_operations_total", labels);
    expect(operations({ type: "mutation", field: "createQuote", outcome: "ok" })).toBe(2);
    expect(operations({ type: "query", field: "quotes", outcome: "ok" })).toBe(3);
    expect(operations({ type: "query", field: "several", outcome: "ok" })).toBe(1);
    expect(operations({ type: "mutation", field: "deleteQuote", outcome: "error" })).toBe(1);
    expect(operations({ type: "query", field: "me", outcome: "error" })).toBe(1);
    expect(operations({ type: "unknown", field: "none", outcome: "error" })).toBe(2);
    expect(operations({ type: "subscription", field: "jobEvents", outcome: "ok" })).toBe(2);
    expect(told.operations.reduce((sum, { count }) => sum + count, 0)).toBe(operations({}));
    for (const { type, field, count, failed } of told.operations) {
      expect(operations({ type, field })).toBe(count);
      expect(operations({ type, field, outcome: "error" })).toBe(failed);
      if (type !== "subscription")
        expect(sumOf(before, "atrium_graphql_duration_seconds_count", { type, field })).toBe(count);
    }
    const quotes = told.operations.find(({ field }) => field === "quotes");
    expect(quotes?.p50Seconds).toBeGreaterThan(0);
    expect(quotes?.p95Seconds).toBeGreaterThanOrEqual(quotes?.p50Seconds ?? Number.NaN);
    expect(told.operationsPerSecond).toBeGreaterThan(0);

    expect(Object.fromEntries(told.errors.map(({ code, count }) => [code, count]))).toEqual({
      NOT_FOUND: 1,
      BAD_USER_INPUT: 2,
      UNAUTHENTICATED: 1,
    });
    for (const { code, count } of told.errors)
      expect(sumOf(before, "atrium_graphql_errors_total", { code })).toBe(count);

    const kind = "quotes.generate";
    expect(told.jobAttempts).toEqual(
      expect.arrayContaining([
        { kind, outcome: "failed", count: 1 },
        { kind, outcome: "succeeded", count: 1 },
      ]),
    );
    for (const { outcome, count } of told.jobAttempts)
      expect(sumOf(before, "atrium_job_attempts_total", { kind, outcome })).toBe(count);
    expect(sumOf(before, "atrium_job_duration_seconds_count", { kind })).toBe(2);
    expect(sumOf(before, "atrium_job_wait_seconds_count", { lane: "interactive" })).toBe(2);
    expect(told.queues.map(({ lane }) => lane)).toEqual(["interactive", "media", "batch", "system"]);
    expect(told.queues[0]).toEqual({ lane: "interactive", queued: 0, running: 0, oldestQueuedSeconds: 0 });

    const model = { provider: "scripted", model: "gpt-4o-mini" };
    // Three words of a whole answer, and one of an answer that was cut: that is counted here, and billed all the same.
    const figures = { requests: 2, failed: 1, outputTokens: 4 };
    expect(told.ai).toEqual([expect.objectContaining({ ...model, ...figures })]);
    const [{ inputTokens = 0, costMicros = 0 } = {}] = told.ai as { inputTokens?: number; costMicros?: number }[];
    expect(inputTokens).toBeGreaterThan(20);
    // At 0.15 and 0.6 micro-dollars a token, each request rounded up.
    const exact = inputTokens * 0.15 + 4 * 0.6;
    expect(costMicros).toBeGreaterThanOrEqual(exact);
    expect(costMicros).toBeLessThan(exact + 2);
    expect(sumOf(before, "atrium_ai_requests_total", { ...model, outcome: "ok" })).toBe(1);
    expect(sumOf(before, "atrium_ai_requests_total", { ...model, outcome: "rejected" })).toBe(1);
    expect(sumOf(before, "atrium_ai_tokens_total", { ...model, direction: "input" })).toBe(inputTokens);
    expect(sumOf(before, "atrium_ai_tokens_total", { ...model, direction: "output" })).toBe(4);
    expect(sumOf(before, "atrium_ai_cost_micros_total", model)).toBe(costMicros);

    // Both readings send statements themselves.
    expect(told.sql.statements).toBeGreaterThan(sumOf(before, "atrium_sql_statements_total"));
    expect(told.sql.statements).toBeLessThan(sumOf(after, "atrium_sql_statements_total"));
    expect(told.sql.p95Seconds).toBeGreaterThan(0);
    // Of eight connections four are shared by statements that stand alone.
    expect(told.pool).toMatchObject({ isUp: true, size: 4 });
    expect(told.pool.active + told.pool.idle).toBeGreaterThan(0);
    expect(told.entities).toEqual([
      { type: "User", count: 1 },
      { type: "Workspace", count: 1 },
      { type: "Quote", count: 3 },
      { type: "Generation", count: 2 },
      { type: "Twin", count: 0 },
      { type: "Metric", count: 0 },
    ]);
    for (const { type, count } of told.entities) expect(sumOf(before, "atrium_entities", { type })).toBe(count);
    expect(told.httpRequests).toBe(sumOf(before, "atrium_http_requests_total") + 1);
    expect(told.process.residentBytes).toBeGreaterThan(1_000_000);
    expect(sumOf(before, "process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
    expect(sumOf(before, "nodejs_eventloop_lag_p99_seconds")).toBeGreaterThanOrEqual(0);
  });

  test("N1 the cache's share of hits is told", async () => {
    const { hits, misses } = (await operator.sdk.SystemMetrics()).systemMetrics.cache;
    atrium.app.metrics.cacheRequests.inc({ outcome: "hit" }, 3);
    atrium.app.metrics.cacheRequests.inc({ outcome: "miss" }, 1);
    const { cache } = (await operator.sdk.SystemMetrics()).systemMetrics;
    expect([cache.hits - hits, cache.misses - misses]).toEqual([3, 1]);
    expect(cache.ratio).toBeCloseTo(cache.hits / (cache.hits + cache.misses));
    expect(sumOf(await scrape(atrium.url), "atrium_cache_requests_total", { outcome: "hit" })).toBe(cache.hits);
  });

  test("N1 points of telemetry and the disk of the data folder are told", async () => {
    for (const [outcome, count] of Object.entries({ accepted: 5, duplicate: 2, conflict: 1 }))
      atrium.app.metrics.telemetryPoints.inc({ outcome }, count);
    await mkdir(atrium.database.dataDir, { recursive: true });
    const { telemetry, disk } = (await operator.sdk.SystemMetrics()).systemMetrics;
    expect(telemetry).toEqual({ accepted: 5, duplicates: 2, conflicts: 1 });
    const samples = await scrape(atrium.url);
    expect(sumOf(samples, "atrium_telemetry_points_total", { outcome: "duplicate" })).toBe(2);
    const { blocks, bsize } = await statfs(atrium.database.dataDir);
    expect(disk?.total).toBe(blocks * bsize);
    expect(sumOf(samples, "atrium_data_disk_bytes", { state: "total" })).toBe(disk?.total);
    expect(disk?.available).toBeGreaterThan(0);
    expect(disk?.available).toBeLessThanOrEqual(disk?.total ?? 0);
  });

  test("N1 open sockets, streams and subscriptions are counted, and no more when they are gone", async () => {
    const stream = operator.subscribe("subscription { events { id } }");
    const first = stream.next();
    const gauges = ["atrium_graphql_subscriptions", "atrium_websockets"];
    const values = async () => {
      const samples = await scrape(atrium.url);
      return gauges.map((name) => sumOf(samples, name));
    };
    await eventually(values, (now) => String(now) === "1,1");
    await operator.close();
    await first.catch(() => undefined);
    await eventually(values, (now) => String(now) === "0,0");
  });

  test("N1 a request whose client leaves is counted too", async () => {
    const left = new AbortController();
    const headers = { authorization: `Bearer ${operator.accessToken}`, accept: "text/event-stream" };
    const query = encodeURIComponent("subscription { events { id } }");
    const stream = fetch(`${atrium.url}/graphql/stream?query=${query}`, { headers, signal: left.signal });
    const open = async () => sumOf(await scrape(atrium.url), "atrium_event_streams");
    await (await stream).body?.getReader().read();
    expect(await open()).toBe(1);
    left.abort();
    await eventually(open, (now) => now === 0);
    const aborted = { route: "/graphql/stream", status: "499" };
    expect(sumOf(await scrape(atrium.url), "atrium_http_requests_total", aborted)).toBe(1);
  });

  test("N1 nothing that a client chose becomes a label", async () => {
    const chosen = "ChosenByTheClient";
    await operator.query(`query ${chosen} { ${chosen}: me { ${chosen}: id } }`);
    await errorOf(operator.query(`query ${chosen} { ${chosen} }`));
    await fetch(`${atrium.url}/${chosen}`);
    await fetch(`${atrium.url}/graphiql?${chosen}`);
    await fetch(`${atrium.url}/graphql`, { headers: { "x-request-id": chosen, traceparent: chosen } });
    const page = await read(atrium.url);
    expect(page.body).not.toContain(chosen);
    expect(sumOf(samplesIn(page.body), "atrium_http_requests_total", { route: "none", status: "404" })).toBeGreaterThan(
      0,
    );
    for (const secret of [operator.email, operator.password, operator.accessToken, operator.refreshToken])
      expect(page.body).not.toContain(secret);
  });

  test("N1 systemMetrics is for operators alone, /metrics for this machine", async () => {
    const other = await atrium.signUp();
    expect(await errorOf(other.sdk.SystemMetrics())).toMatchObject({ code: "FORBIDDEN" });
    expect(await errorOf(atrium.stranger.sdk.SystemMetrics())).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await read(atrium.url)).toMatchObject({ status: 200 });
    const proxied = await read(atrium.url, { "x-forwarded-for": "203.0.113.7" });
    expect(proxied.status).toBe(403);
    expect(proxied.body).toContain("ATRIUM_METRICS_TOKEN");
  });

  test("N1 the page is what Prometheus reads: typed, described, no series twice", async () => {
    const { body, headers } = await read(atrium.url);
    expect(headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const series = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(new Set(series.map((line) => line.replace(/ \S+$/, ""))).size).toBe(series.length);
    for (const { name } of new Metrics().registry.getMetricsAsArray()) {
      expect(body).toContain(`# TYPE ${name} `);
      expect(body).toContain(`# HELP ${name} `);
    }
  });
});

test("N1 with a token set, only who has it reads /metrics", async () => {
  const token = "a token of sixteen or more";
  const atrium = await startAtrium({ withWorkers: false, env: { ATRIUM_METRICS_TOKEN: token } });
  try {
    expect((await read(atrium.url)).status).toBe(401);
    expect((await read(atrium.url, { authorization: `Bearer ${token}!` })).status).toBe(401);
    expect((await read(atrium.url, { authorization: `Bearer ${token}`, "x-forwarded-for": "::1" })).status).toBe(200);
    const { accessToken } = await atrium.signUp();
    expect((await read(atrium.url, { authorization: `Bearer ${accessToken}` })).status).toBe(401);
  } finally {
    await atrium.close();
  }
});

describe("worker processes", () => {
  const running: AtriumProcess[] = [];
  afterEach(async () => {
    for (const process of running.splice(0)) await process.kill();
  });

  test("N1 a worker tells what it did on a port of its own", async () => {
    const database = await createTestDatabase();
    const env = testEnv(database);
    const api = await spawnAtrium("api", env);
    running.push(api);
    const worker = await spawnAtrium("worker", { ...env, ATRIUM_METRICS_PORT: "0" });
    running.push(worker);
    const { metrics: url } = JSON.parse(worker.lines.find((line) => line.includes('"msg":"ready"')) ?? "") as {
      metrics: string;
    };
    const ann = await signUpAt(api.url);
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "far away" } });
    expect(endOf(await collect(ann, job.id)).status).toBe("SUCCEEDED");
    const ended = { kind: "quotes.generate", outcome: "succeeded" };
    expect(sumOf(await scrape(url), "atrium_job_attempts_total", ended)).toBe(1);
    expect(sumOf(await scrape(api.url), "atrium_job_attempts_total")).toBe(0);
    for (const path of ["live", "ready"]) expect((await fetch(`${url}/${path}`)).status).toBe(200);
    expect((await fetch(`${url}/graphql`)).status).toBe(404);
    await ann.close();
    expect(await worker.kill("SIGTERM")).toBe(0);
    for (const process of running.splice(0)) await process.kill();
    await database.drop();
  }, 60_000);
});

test("N1 the page of metrics in docs is what the registry holds, and alerts ask for metrics that exist", () => {
  const page = readFileSync(new URL("../docs/metrics.md", import.meta.url), "utf8");
  expect(page).toBe(metricsPage());
  const names = new Metrics().registry.getMetricsAsArray().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) expect(name).toMatch(/^atrium_[a-z_]+$/);
  const rules = parse(readFileSync(new URL("../deploy/prometheus/alerts.yaml", import.meta.url), "utf8")) as {
    groups: { rules: { alert: string; expr: string }[] }[];
  };
  const asked = rules.groups.flatMap((group) => group.rules.flatMap(({ expr }) => expr.match(/atrium_\w+/g) ?? []));
  expect(asked.length).toBeGreaterThan(5);
  for (const name of asked) expect(names).toContain(name.replace(/_(bucket|sum|count)$/, ""));
});
