import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { OTLPMetricExporter as JsonExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtoExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { DomainError } from "#src/platform/errors.js";
import { routeStatusOf } from "#src/server/refusal-status.js";
import { bearer } from "./support/ask.js";
import { eventually, startAtrium, type TestAtrium } from "./support/atrium.js";
import { type Member, startTeam, type Team } from "./support/team.js";
import { metricsOf, pointsOf, storedTwin } from "./support/telemetry.js";

let atrium: TestAtrium;
let team: Team;
let ann: Member;
const base = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 12 * 3_600_000;
const time = (ms: number) => new Date(base + ms).toISOString();
const nanos = (ms: number) => `${base + ms}000000`;

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  team = await startTeam(atrium);
  ann = team.owner;
});
afterAll(() => atrium.close());

interface LinesAnswer {
  accepted: number;
  duplicates: number;
  conflicts: number;
  lines: number;
  errors?: { message: string; extensions: { code: string; field?: string } }[];
}

const send = async (body: BodyInit, headers: Record<string, string> = {}, as: Member = ann) => {
  const answer = await fetch(`${atrium.url}/telemetry`, {
    method: "POST",
    headers: bearer(as, { "content-type": "application/x-ndjson", ...headers }),
    body,
  });
  return { status: answer.status, ...((await answer.json()) as LinesAnswer) };
};

const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

test("A1 JSON lines of any length are stored in batches, and again change nothing", async () => {
  const externalId = "pump 7";
  const twinId = await storedTwin(atrium, team.id, { externalId });
  const rows = Array.from({ length: 25_000 }, (_, index) => ({
    twin: index % 2 === 0 ? twinId : externalId,
    metric: `m${index % 5}`,
    at: time(index * 100),
    value: index % 3 === 0 ? index : `${index}.25`,
    unit: "By",
  }));
  const all = { accepted: 25_000, duplicates: 0, conflicts: 0, lines: 25_000 };
  expect(await send(lines(rows))).toEqual({ status: 200, ...all });
  const packed = await send(gzipSync(lines(rows)), { "content-encoding": "gzip" });
  expect(packed).toEqual({ status: 200, ...all, accepted: 0, duplicates: 25_000 });
  const metrics = await metricsOf(atrium, twinId);
  expect(metrics.map(({ name, unit, points }) => [name, unit, points])).toEqual(
    [0, 1, 2, 3, 4].map((index) => [`m${index}`, "By", 5_000]),
  );
}, 60_000);

test("A1 a number in a line keeps all digits that it is written with", async () => {
  const twin = await storedTwin(atrium, team.id);
  const body = `{"twin":"${twin}","metric":"m","at":"${time(0)}","value":12345678901234567890.12345678901234567891}\r\n{"twin":"${twin}","metric":"m","at":"${time(1)}","value":1e3}`;
  expect(await send(body)).toMatchObject({ status: 200, accepted: 2 });
  expect((await pointsOf(atrium, twin)).map(({ value }) => value)).toEqual([
    "12345678901234567890.12345678901234567891",
    "1000",
  ]);
});

test("A1 a bad line is named, with what was stored before it; sending all again is safe", async () => {
  const twin = await storedTwin(atrium, team.id);
  const rows = Array.from({ length: 10_005 }, (_, index) => ({
    twin,
    metric: "m",
    at: time(index * 1_000),
    value: "1",
  }));
  const broken = rows.map((row, index) => (index === 10_002 ? { ...row, value: "much" } : row));
  expect(await send(lines(broken))).toMatchObject({
    ...{ status: 400, accepted: 10_000, lines: 10_000 },
    errors: [{ extensions: { code: "BAD_USER_INPUT", field: "lines.10003.value" } }],
  });
  expect(await send(lines(rows))).toMatchObject({ status: 200, accepted: 5, duplicates: 10_000, lines: 10_005 });
}, 30_000);

test("A1 hostile lines are refused with a reason and store nothing", async () => {
  const twin = await storedTwin(atrium, team.id);
  const good = { twin, metric: "m", at: time(0), value: "1" };
  const bad: [string | Buffer, number, string, string?][] = [
    ["{", 400, "lines.2"],
    ["[]", 400, "lines.2"],
    ["null", 400, "lines.2"],
    ["", 400, "lines.2"],
    ['{"__proto__":{"twin":"x"}}', 400, "lines.2"],
    [JSON.stringify({ ...good, tiwn: "x" }), 400, "lines.2.tiwn"],
    [JSON.stringify({ ...good, twin: 7 }), 400, "lines.2.twin"],
    [JSON.stringify({ ...good, twin: "unknown" }), 400, "lines.2.twin"],
    [JSON.stringify({ ...good, metric: "" }), 400, "lines.2.metric"],
    [JSON.stringify({ ...good, at: "yesterday" }), 400, "lines.2.at"],
    [JSON.stringify({ ...good, at: "2026-11-22" }), 400, "lines.2.at"],
    [JSON.stringify({ ...good, at: time(-200 * 86_400_000) }), 400, "lines.2.at"],
    [JSON.stringify(good).replace('"1"', "1e400"), 400, "lines.2.value"],
    [JSON.stringify({ ...good, value: "NaN" }), 400, "lines.2.value"],
    [JSON.stringify({ ...good, value: null }), 400, "lines.2.value"],
    [JSON.stringify({ ...good, value: [1] }), 400, "lines.2.value"],
    [`${" ".repeat(9_000)}${JSON.stringify(good)}`, 413, "lines.2"],
  ];
  for (const [line, status, field] of bad) {
    const body = Buffer.concat([Buffer.from(`${JSON.stringify(good)}\n`), Buffer.from(line), Buffer.from("\n")]);
    const plain = await send(body);
    expect([line, plain.status, plain.errors?.[0]?.extensions.field]).toEqual([line, status, field]);
    expect((await send(gzipSync(body), { "content-encoding": "gzip" })).status).toBe(status);
  }
  const bomb = gzipSync(Buffer.alloc(200_000_000, "x"), { level: 9 });
  expect(await send(bomb, { "content-encoding": "gzip" })).toMatchObject({ status: 413, accepted: 0 });
  expect(await send("no gzip", { "content-encoding": "gzip" })).toMatchObject({ status: 400 });
  expect(await send(lines([good]), { "content-encoding": "br" })).toMatchObject({ status: 415 });
  expect(await send(lines([good]), { "content-type": "text/plain" })).toMatchObject({ status: 415 });
  expect(await pointsOf(atrium, twin)).toEqual([]);
}, 60_000);

test("A1 a cut connection keeps the batches that were whole; sending again loses and doubles nothing", async () => {
  const twin = await storedTwin(atrium, team.id);
  const rows = Array.from({ length: 15_000 }, (_, index) => ({
    twin,
    metric: "m",
    at: time(index * 1_000),
    value: "1",
  }));
  const body = Buffer.from(lines(rows));
  const cut = httpRequest(`${atrium.url}/telemetry`, {
    method: "POST",
    headers: bearer(ann, { "content-type": "application/x-ndjson", "content-length": String(body.length) }),
  });
  cut.on("error", () => {});
  cut.write(body.subarray(0, Math.floor(body.length * 0.9)));
  await eventually(
    async () => (await metricsOf(atrium, twin))[0]?.points ?? 0,
    (points) => points === 10_000,
  );
  cut.destroy();
  expect(await send(body)).toMatchObject({ status: 200, accepted: 5_000, duplicates: 10_000 });
  expect(await pointsOf(atrium, twin)).toHaveLength(15_000);
}, 60_000);

test("A1 lines need a credential with telemetry:write; an API key with that scope is enough", async () => {
  const twin = await storedTwin(atrium, team.id);
  const body = lines([{ twin, metric: "m", at: time(0), value: "1" }]);
  const anonymous = await fetch(`${atrium.url}/telemetry`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body,
  });
  expect(anonymous.status).toBe(401);
  expect((await send(body, { "x-workspace-id": team.id }, await team.join("VIEWER"))).status).toBe(403);
  const keyWith = async (scope: string) =>
    (
      await ann.query<{ createApiKey: { secret: string } }>(
        "mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret } }",
        { i: { name: "collector", scopes: [scope] } },
      )
    ).createApiKey.secret;
  const withKey = async (scope: string) =>
    (await send(body, { authorization: `Bearer ${await keyWith(scope)}` })).status;
  expect([await withKey("quote:read"), await withKey("telemetry:write")]).toEqual([403, 200]);
  const foreign = await startTeam(atrium);
  expect(await send(body, {}, foreign.owner)).toMatchObject({ status: 400, accepted: 0 });
});

describe.each([
  ["JSON", JsonExporter],
  ["protobuf", ProtoExporter],
] as const)("the exporter of OpenTelemetry for %s", (name, Exporter) => {
  test(`A1 its gauges, counters and histograms arrive as ${name}, and register their twin`, async () => {
    const externalId = `service ${name}`;
    const exporter = new Exporter({ url: `${atrium.url}/v1/metrics`, headers: bearer(ann) });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const resource = resourceFromAttributes({ "service.name": "shop", "service.instance.id": externalId });
    const provider = new MeterProvider({ resource, readers: [reader] });
    const meter = provider.getMeter("tests");
    meter.createCounter("requests", { unit: "{request}" }).add(3, { method: "GET", code: 200 });
    meter.createUpDownCounter("open").add(-2);
    meter.createGauge("temperature", { unit: "Cel" }).record(21.5, { room: 'a"b' });
    const histogram = meter.createHistogram("latency", { unit: "s", advice: { explicitBucketBoundaries: [1, 5] } });
    for (const value of [0.5, 2, 7]) histogram.record(value);
    await provider.forceFlush();
    await provider.shutdown();
    const [twin] = await atrium.database.query<{ id: string; type: string }>(
      "select id, type from twin where workspace_id = $1 and external_id = $2",
      [team.id, externalId],
    );
    expect(twin?.type).toBe("service");
    const stored = await metricsOf(atrium, twin?.id ?? "");
    const values = stored.map((each) => [each.name, each.last_value, each.unit]).sort();
    expect(values).toEqual([
      ['latency_bucket{le="+Inf"}', "3", null],
      ['latency_bucket{le="1"}', "1", null],
      ['latency_bucket{le="5"}', "2", null],
      ["latency_count", "3", null],
      ["latency_sum", "9.5", "s"],
      ["open", "-2", null],
      ['requests{code="200",method="GET"}', "3", "{request}"],
      ['temperature{room="a\\"b"}', "21.5", "Cel"],
    ]);
  }, 30_000);
});

const otlp = async (body: BodyInit, headers: Record<string, string> = {}, as: Member = ann) => {
  const answer = await fetch(`${atrium.url}/v1/metrics`, {
    method: "POST",
    headers: bearer(as, { "content-type": "application/json", ...headers }),
    body,
  });
  return {
    status: answer.status,
    type: answer.headers.get("content-type"),
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
};

const gauge = (name: string, dataPoints: readonly object[]) => ({ name, gauge: { dataPoints } });
const requestOf = (externalId: string, metrics: readonly object[]) =>
  JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: "atrium.twin", value: { stringValue: externalId } }] },
        scopeMetrics: [{ metrics }],
      },
    ],
  });

test("A1 of a request of OTLP what cannot be stored is told, and the rest is stored", async () => {
  const twinId = await storedTwin(atrium, team.id, { externalId: "partial" });
  const metrics = [
    gauge("good", [
      { timeUnixNano: nanos(0), asInt: "9007199254740993" },
      { timeUnixNano: nanos(1), asDouble: 1.2345678901234568e-5 },
      { timeUnixNano: nanos(2), asDouble: 1e-30 },
      { timeUnixNano: nanos(3), flags: 1 },
    ]),
    gauge("bad", [
      { timeUnixNano: nanos(0), asDouble: "NaN" },
      { timeUnixNano: nanos(1), asDouble: "Infinity" },
      { timeUnixNano: nanos(2), asDouble: 1e300 },
      { timeUnixNano: nanos(3) },
      { asInt: "1" },
      { timeUnixNano: "1", asInt: "1" },
    ]),
    gauge("x".repeat(501), [{ timeUnixNano: nanos(0), asInt: "1" }]),
    {
      name: "h",
      histogram: { dataPoints: [{ timeUnixNano: nanos(0), count: "1", bucketCounts: ["1"], explicitBounds: [1] }] },
    },
    { name: "e", exponentialHistogram: { dataPoints: [{ timeUnixNano: nanos(0) }] } },
  ];
  const answer = await otlp(requestOf("partial", metrics));
  expect([answer.status, answer.type]).toEqual([200, "application/json"]);
  const { partialSuccess } = JSON.parse(answer.bytes.toString()) as {
    partialSuccess: { rejectedDataPoints: number; errorMessage: string };
  };
  expect(partialSuccess.rejectedDataPoints).toBe(9);
  expect(partialSuccess.errorMessage).toContain("bad");
  expect(await pointsOf(atrium, twinId)).toEqual([
    { metric: "good", at: time(0), value: "9007199254740993" },
    { metric: "good", at: time(1), value: "0.00001234567890123457" },
    { metric: "good", at: time(2), value: "0" },
  ]);
});

test("A1 what goes wrong here is sent again by an exporter, and nothing is lost", async () => {
  const externalId = "patient";
  const reader = new PeriodicExportingMetricReader({
    exporter: new JsonExporter({ url: `${atrium.url}/v1/metrics`, headers: bearer(ann) }),
    exportIntervalMillis: 3_600_000,
  });
  const resource = resourceFromAttributes({ "service.name": "shop", "service.instance.id": externalId });
  const provider = new MeterProvider({ resource, readers: [reader] });
  provider.getMeter("tests").createGauge("temperature").record(21.5);
  const line = lines([{ twin: await storedTwin(atrium, team.id, {}), metric: "m", at: time(0), value: 1 }]);
  await atrium.database.query("alter table telemetry.stale rename to stale_away");
  const refused = await send(line);
  setTimeout(() => void atrium.database.query("alter table telemetry.stale_away rename to stale"), 500);
  await provider.forceFlush();
  await provider.shutdown();
  const stored = await atrium.database.query<{ last_value: string }>(
    `select m.last_value from metric m join twin t on t.id = m.twin_id
     where t.workspace_id = $1 and t.external_id = $2 and m.name = 'temperature'`,
    [team.id, externalId],
  );
  expect(stored.map(({ last_value }) => Number(last_value))).toEqual([21.5]);
  expect(refused).toMatchObject({ status: 503, accepted: 0, errors: [{ extensions: { code: "INTERNAL" } }] });
  expect(await send(line)).toMatchObject({ status: 200, accepted: 1 });
  expect(await send(lines([{ twin: "a\0b", metric: "m", value: 1 }]))).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: "BAD_USER_INPUT", field: "lines.1.twin" } }],
  });
  expect(routeStatusOf(new DomainError("TIMEOUT", "Too much to do."))).toBe(503);
}, 30_000);

test("A1 an unknown twin is registered only for who may, and hostile requests of OTLP are refused in their encoding", async () => {
  const metrics = [gauge("m", [{ timeUnixNano: nanos(0), asInt: "1" }])];
  const { secret } = (
    await ann.query<{ createApiKey: { secret: string } }>(
      `mutation { createApiKey(input: { name: "c", scopes: ["telemetry:write"] }) { secret } }`,
    )
  ).createApiKey;
  const refused = await otlp(requestOf("nobody", metrics), { authorization: `Bearer ${secret}` });
  expect(JSON.parse(refused.bytes.toString())).toMatchObject({
    partialSuccess: { rejectedDataPoints: 1, errorMessage: expect.stringContaining("twin:write") },
  });
  const nameless = await otlp(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }));
  expect(nameless.bytes.toString()).toContain("atrium.twin");
  const proto = { "content-type": "application/x-protobuf" };
  const bad: [BodyInit, Record<string, string>, number][] = [
    ["{", {}, 400],
    ["[]", {}, 400],
    [`{"resourceMetrics":7}`, {}, 400],
    [`{"resourceMetrics":[7]}`, {}, 400],
    ["[".repeat(1_000_000), {}, 400],
    [Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), proto, 400],
    [Buffer.alloc(1_000, 0x0b), proto, 400],
    [Buffer.from("hello"), proto, 400],
    ["{}", { "content-type": "text/plain" }, 415],
    ["{}", { "content-encoding": "zstd" }, 415],
    ["{}", { "content-encoding": "gzip" }, 400],
    [gzipSync(Buffer.alloc(100_000_000)), { "content-encoding": "gzip" }, 413],
    [Buffer.alloc(5_000_000), proto, 413],
  ];
  for (const [body, headers, status] of bad) {
    const answer = await otlp(body, headers);
    expect([String(body).slice(0, 30), answer.status]).toEqual([String(body).slice(0, 30), status]);
    expect(answer.type).toBe(
      headers["content-type"] === proto["content-type"] ? proto["content-type"] : "application/json",
    );
  }
  const viewer = await otlp(requestOf("nobody", metrics), { "x-workspace-id": team.id }, await team.join("VIEWER"));
  expect([viewer.status, JSON.parse(viewer.bytes.toString())]).toEqual([
    ...[403, { code: 7, message: expect.stringContaining("telemetry:write") }],
  ]);
  expect(await atrium.database.query("select 1 from twin where external_id = 'nobody'")).toEqual([]);
}, 30_000);
