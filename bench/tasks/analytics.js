// How long an overview of millions of points and events takes, over HTTP, and the same question to the rows themselves.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import "reflect-metadata";
import pg from "pg";
import { startEmbeddedPostgres } from "../../dist/src/platform/embedded-postgres.js";
import { newId } from "../../dist/src/platform/ids.js";
import { killAll, migrate, start } from "./build.js";

const [points, events, seriesCount, days, users] = [
  Number(process.env.BENCH_POINTS),
  Number(process.env.BENCH_EVENTS),
  20,
  60,
  300,
];
const asks = Number(process.env.BENCH_ASKS);
const dayMs = 24 * 60 * 60_000;
const folder = mkdtempSync(join(tmpdir(), "atrium-bench-analytics-"));

const timed = async (work) => {
  const begun = performance.now();
  const result = await work();
  return { ms: performance.now() - begun, result };
};

const now = Date.now();
/** Beginnings of the days in UTC, of which the last one is today's. */
const dayList = Array.from({ length: days }, (_, index) =>
  new Date(Math.floor(now / dayMs) * dayMs - (days - 1 - index) * dayMs).toISOString(),
);

/** The server has made those of today and tomorrow. */
const makePartition = (client, table, day) =>
  client.query(
    `create table if not exists ${table}_${day.slice(0, 10).replaceAll("-", "")} partition of ${table}
     for values from ('${day}') to (timestamptz '${day}' + interval '1 day')`,
  );

/** 20 twins with a metric each, whose points are spread evenly, and their figures. */
const seedPoints = async (client, workspace) => {
  const ids = Array.from({ length: seriesCount }, () => [newId("twin"), newId("metric")]);
  await client.query(
    `insert into twin (id, workspace_id, created_at, name, type, status, revision, updated_at)
     select id, $1, now(), 'pump ' || n, 'pump', 'ACTIVE', 1, now() from unnest($2::text[]) with ordinality t (id, n)`,
    [workspace, ids.map(([twin]) => twin)],
  );
  await client.query(
    `insert into metric (id, workspace_id, created_at, twin_id, name, points, first_at, last_at, last_value)
     select m, $1, now(), t, 'temperature', 0, now(), now(), 0 from unnest($2::text[], $3::text[]) u (m, t)`,
    [workspace, ids.map(([, metric]) => metric), ids.map(([twin]) => twin)],
  );
  const aDay = Math.ceil(points / seriesCount / days);
  for (const day of dayList) {
    await makePartition(client, "telemetry.point", day);
    await client.query(
      `insert into telemetry.point select m.series, $1::timestamptz + interval '1 day' * n / $2::int, round((20 + 5 * random())::numeric, 2)
       from metric m, generate_series(0, $2::int - 1) n order by 1, 2`,
      [day, aDay],
    );
  }
  await client.query(
    `insert into telemetry.rollup_minute select series, date_trunc('minute', at, 'UTC'), count(*), sum(value), min(value), max(value),
       (array_agg(value order by at desc))[1], max(at), '{}', '{}' from telemetry.point group by 1, 2`,
  );
  for (const [level, below] of [
    ["hour", "minute"],
    ["day", "hour"],
  ])
    await client.query(
      `insert into telemetry.rollup_${level} select series, date_trunc('${level}', start, 'UTC'), sum(count), sum(sum), min(min), max(max),
         (array_agg(last order by last_at desc))[1], max(last_at), '{}', '{}' from telemetry.rollup_${below} group by 1, 2`,
    );
  return { twinId: ids[0][0], stored: aDay * days * seriesCount };
};

/** Events of 300 people and 40 names; a worker of Atrium sums them up. */
const seedEvents = async (client, workspace) => {
  const aDay = Math.ceil(events / days);
  for (const day of dayList) {
    await makePartition(client, "analytics.product_event", day);
    await client.query(
      `insert into analytics.product_event (workspace_id, at, id, name, user_id, session, properties)
       select $1, $2::timestamptz + interval '1 day' * n / $3::int, 'event ' || n, 'name ' || (random() * random() * 39)::int,
         'user_' || (random() * $4::int)::int, null, '{"page": "start"}' from generate_series(0, $3::int - 1) n`,
      [workspace, day, aDay, users - 1],
    );
  }
  await client.query(
    "insert into analytics.stale_hour (workspace_id, start) select distinct $1, date_trunc('hour', at, 'UTC') from analytics.product_event",
    [workspace],
  );
  return aDay * days;
};

const overview = `{ analyticsOverview { asOf events { value change } activeUsers { value } telemetryPoints { value } aiCostMicros { value }
  quotes { value } eventsByDay { at value } activeUsersByDay { at value } telemetryPointsByDay { at value } aiCostMicrosByDay { at value }
  quotesByDay { at value } topEvents { name count } topMetrics { metric twin points } topTwins { twin points } } }`;

/** The overview's questions of points and events, of this span and the one before, to the rows alone. */
const rawQuestions = [
  "select date_trunc('day', at, 'UTC'), name, count(*) from analytics.product_event where workspace_id = $1 and at >= $2 group by 1, 2",
  "select date_trunc('day', at, 'UTC'), count(distinct user_id) from analytics.product_event where workspace_id = $1 and at >= $2 group by 1",
  "select count(distinct user_id) from analytics.product_event where workspace_id = $1 and at >= $2",
  `select date_trunc('day', at, 'UTC'), series, count(*) from telemetry.point
   where series in (select series from metric where workspace_id = $1) and at >= $2 group by 1, 2`,
];

const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
const env = {
  ...{ PATH: process.env.PATH, NODE_ENV: "production", LOG_LEVEL: "info", HOST: "127.0.0.1", PORT: "0" },
  ...{ DATABASE_URL: postgres.url, ATRIUM_DATA_DIR: folder },
  ...{ ATRIUM_SECRET: "a secret of the bench that is long enough", ATRIUM_PLATFORM_TELEMETRY_SECONDS: "0" },
  ...{ ATRIUM_ADMIN_PASSWORD: "a password that nobody uses", ATRIUM_RATE_LIMIT: "1000000000" },
};
const client = new pg.Client({ connectionString: postgres.url });
try {
  migrate(env);
  await client.connect();
  const api = await start("api", env);
  let token;
  const ask = async (query, variables = {}) => {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const body = JSON.stringify({ query, variables });
    const { data, errors } = await (await fetch(`${api.url}/graphql`, { method: "POST", headers, body })).json();
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };
  const input = { email: "bench@bench.localhost", password: "a password of the bench" };
  token = (await ask("mutation ($i: SignUpInput!) { signUp(input: $i) { accessToken } }", { i: input })).signUp
    .accessToken;
  const workspace = (await ask("{ workspace { id } }")).workspace.id;
  const { twinId, stored } = await seedPoints(client, workspace);
  const tracked = await seedEvents(client, workspace);
  await client.query("vacuum analyze");
  const worker = await start("worker", env);
  const summedUp = await timed(async () => {
    for (;;) {
      const { rows } = await client.query("select 1 from analytics.stale_hour limit 1");
      if (rows.length === 0) break;
      await sleep(100);
    }
  });
  await client.query("vacuum analyze");

  const overviewMs = [];
  for (let round = -5; round < asks; round += 1) {
    const { ms, result } = await timed(() => ask(overview));
    const { value } = result.analyticsOverview.events;
    if (value < (tracked * 28) / days) throw new Error(`The overview knows ${value} of ${tracked} events.`);
    if (round >= 0) overviewMs.push(ms);
  }
  const rawMs = [];
  for (let round = 0; round < 3; round += 1) {
    const { ms } = await timed(async () => {
      for (const text of rawQuestions) await client.query(text, [workspace, new Date(now - 60 * dayMs)]);
    });
    rawMs.push(ms);
  }

  const seriesMs = [];
  const ingested = { points: 0, ms: 0 };
  if (process.env.BENCH_OVERVIEW_ONLY === undefined) {
    const range = { from: new Date(now - 30 * dayMs), until: new Date(now) };
    for (let round = -3; round < asks; round += 1) {
      const { ms, result } = await timed(() =>
        ask(
          `query ($t: [ID!]!, $r: TimeRange!) {
            metricSeries(twinIds: $t, metric: "temperature", range: $r, bucket: "PT1H") { points { at value count } } }`,
          { t: [twinId], r: range },
        ),
      );
      if (result.metricSeries[0].points.length < 29 * 24) throw new Error("Hours are missing.");
      if (round >= 0) seriesMs.push(ms);
    }
    for (let call = -1; call < 10; call += 1) {
      // Of days before all others.
      const batch = Array.from({ length: 10_000 }, (_, index) => ({
        ...{ twinId, metric: "pressure", value: String(index / 100) },
        at: new Date(now - 70 * dayMs + (call * 10_000 + index) * 1_000),
      }));
      const { ms, result } = await timed(() =>
        ask("mutation ($p: [TelemetryPointInput!]!) { ingestTelemetry(points: $p) { accepted } }", { p: batch }),
      );
      if (result.ingestTelemetry.accepted !== batch.length) throw new Error("Points are missing.");
      if (call < 0) continue;
      ingested.points += batch.length;
      ingested.ms += ms;
    }
  }
  const result = { points: stored, events: tracked, summedUpMs: summedUp.ms, overviewMs, rawMs, seriesMs, ingested };
  process.stdout.write(JSON.stringify(result));
  await Promise.all([worker.stop(), api.stop()]);
} finally {
  await client.end().catch(() => {});
  killAll();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
