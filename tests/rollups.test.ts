import fc from "fast-check";
import pg from "pg";
import { type Actor, asSystem, noWorkspace } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { DailyPartitions } from "#src/platform/daily-partitions.js";
import { SeriesAggregate, SeriesGaps } from "#src/telemetry/metric-series-inputs.js";
import { telemetryRetention } from "#src/telemetry/retention.js";
import { type RollupTask, rollUp } from "#src/telemetry/rollups/roll-up.js";
import { RollupWorker } from "#src/telemetry/rollups/rollup-worker.js";
import { eventually, startAtrium, type TestAtrium } from "./support/atrium.js";
import { bucketName, type HandPoints, handBuckets, handGroups, isFigure } from "./support/hand-series.js";
import { addPoints, addPointsSql, makeDays, makeMetric, type Point, valuesOf } from "./support/points.js";
import { spawnAtrium } from "./support/processes.js";
import { startTeam, type Team } from "./support/team.js";

let atrium: TestAtrium;
let team: Team;
let viewer: Actor;
let other: pg.Client;
const system = asSystem({ workspaceId: noWorkspace, userId: "", permissions: new Set<string>(), requestId: "test" });
/** Around days of 25, 23 and 23 hours; the last one has no midnight in Brazil. */
const bases = ["2026-10-24T00:00:00Z", "2026-03-28T00:00:00Z", "2018-11-03T00:00:00Z"].map((text) => Date.parse(text));
const spanMs = 72 * 3_600_000;

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  team = await startTeam(atrium);
  viewer = { workspaceId: team.id, userId: team.owner.userId, permissions: new Set(), requestId: "test" };
  other = new pg.Client({ connectionString: atrium.database.url });
  await other.connect();
  for (const base of bases) await makeDays(atrium.database, base, base + spanMs);
});
afterAll(async () => {
  await other.end();
  await atrium.close();
});

const newWorker = () => new RollupWorker(atrium.app, [0, 0, 0]);

/** Rolls everything up, and compares each rollup with what the points say, sketches included. */
const expectExactRollups = async (series?: string) => {
  await newWorker().catchUp();
  expect(await atrium.database.query("select * from telemetry.stale")).toEqual([]);
  for (const unit of ["minute", "hour", "day"]) {
    const wrong = await atrium.database.query(
      `
      with keyed as (select series, date_trunc('${unit}', at, 'UTC') as start, at, value, case when value = 0 then 0
          else sign(value) * (5000 + ceil(ln(abs(value)::float8) / ln(1.01::float8 / 0.99))) end::int as key from telemetry.point where series = coalesce($1, series)),
        sketches as (select series, start, array_agg(key order by key) as sketch_keys, array_agg(n order by key) as sketch_counts
          from (select series, start, key, count(*) as n from keyed group by 1, 2, 3) k group by 1, 2),
        wanted as (select series, start, count(*), sum(value), min(value), max(value),
          (array_agg(value order by at desc))[1] as last, max(at) as last_at, sketch_keys, sketch_counts
          from keyed join sketches using (series, start) group by series, start, sketch_keys, sketch_counts),
      found as (select * from telemetry.rollup_${unit} where series = coalesce($1, series))
      (table wanted except table found) union all (table found except table wanted) limit 3`,
      [series ?? null],
    );
    expect(wrong).toEqual([]);
  }
};
const cut = new Error("cut");

/** A pass over all shards of a level. Before the `at`-th statement of one, `meanwhile` happens, in another connection. */
const pass = async (level: number, at = 0, meanwhile: () => Promise<void> = async () => {}) => {
  let isDone = false;
  const happen = async (sent: number) => {
    if (sent !== at || isDone) return;
    isDone = true;
    await meanwhile();
  };
  for (let shard = 0; shard < 16; shard += 1) {
    const task: RollupTask = { level, shard, gatherMs: 0, most: 3 };
    await atrium.app.database
      .write(system, async (change) => {
        let sent = 0;
        const sql = async (query: Parameters<Change["sql"]>[0]) => {
          sent += 1;
          await happen(sent);
          return change.sql(query);
        };
        await rollUp({ hide: () => change.hide(), sql } as Change, task);
        await happen(sent + 1);
      })
      .catch((error) => {
        if (error !== cut) throw error;
      });
  }
};

const place = fc.record({
  hour: fc.constantFrom(0, 1, 2, 23, 25, 50),
  minute: fc.constantFrom(0, 30, 59),
  ms: fc.constantFrom(0, 1, 30_000, 59_999),
});
const offsetOf = ({ hour, minute, ms }: { hour: number; minute: number; ms: number }) =>
  hour * 3_600_000 + minute * 60_000 + ms;
const hundredths = fc.oneof(
  fc.bigInt({ min: -500n, max: 500n }),
  fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n }),
  fc.constant(0n),
);
const batch = fc.record({
  which: fc.nat(2),
  points: fc.array(fc.record({ at: place.map(offsetOf), value: hundredths }), { minLength: 1, maxLength: 12 }),
});
const level = fc.nat(2);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("add" as const), batch }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass" as const), level }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("cut" as const), level, at: fc.integer({ min: 2, max: 5 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("during" as const), level, at: fc.integer({ min: 3, max: 5 }), batch }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("over" as const), level, batch }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("two" as const) }) },
);
const question = fc.record({
  bucket: fc.constantFrom(...handBuckets),
  timeZone: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Kathmandu"),
  aggregate: fc.constantFrom(...Object.values(SeriesAggregate)),
  percentile: fc.integer({ min: 1, max: 99 }),
  from: fc.oneof(fc.constant(0), place.map(offsetOf)),
  length: fc.oneof(fc.constant(spanMs), place.map(offsetOf)),
});

interface Metric {
  readonly twinId: string;
  readonly series: string;
  readonly points: Map<number, bigint>;
}

const decimal = (value: bigint) => {
  const digits = String(value < 0n ? -value : value).padStart(3, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** Adds points to a metric, and to what is known of it: of each time the first one stays. */
const adding = (
  metrics: readonly Metric[],
  base: number,
  { which, points }: typeof batch extends fc.Arbitrary<infer T> ? T : never,
) => {
  const metric = metrics[which] as Metric;
  const fresh = new Map<number, bigint>();
  for (const { at, value } of points) if (!fresh.has(base + at)) fresh.set(base + at, value);
  for (const [at, value] of fresh) if (!metric.points.has(at)) metric.points.set(at, value);
  const rows: Point[] = [...fresh].map(([at, value]) => ({ at, value: decimal(value) }));
  return { text: addPointsSql, values: valuesOf(metric.series, rows) };
};

const expectExactAnswer = async (
  metrics: readonly Metric[],
  base: number,
  asked: typeof question extends fc.Arbitrary<infer T> ? T : never,
) => {
  const [from, until] = [base + asked.from, Math.min(base + asked.from + asked.length + 1, base + spanMs)];
  if (until <= from) return;
  const { bucket, timeZone, aggregate, percentile } = asked;
  const answers = await atrium.app.metricSeries.read(viewer, {
    twinIds: metrics.map(({ twinId }) => twinId),
    metric: "temperature",
    range: { from: new Date(from), until: new Date(until) },
    ...{ bucket, timeZone, aggregate, percentile, gaps: SeriesGaps.SKIP },
  });
  for (const [index, { points }] of answers.entries()) {
    const groups = handGroups(metrics[index]?.points as HandPoints, { from, until, bucket, timeZone });
    expect(points.map(({ count }) => count)).toEqual(groups.map(({ values }) => values.length));
    for (const [at, point] of points.entries()) {
      const { name, values } = groups[at] as (typeof groups)[number];
      const start = point.at.getTime();
      expect(bucketName(start, bucket, timeZone)).toBe(name);
      expect(bucketName(start - 1, bucket, timeZone)).not.toBe(name);
      if (!isFigure(String(point.value), values, aggregate, percentile))
        throw new Error(`${aggregate} ${percentile} of ${values.map(decimal)} is not ${point.value}`);
    }
  }
};

test("A2 whatever comes late, twice or meanwhile: answers equal the hand computation at every moment, and rollups the points", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...bases),
      fc.array(fc.tuple(step, question), { minLength: 4, maxLength: 14 }),
      async (base, steps) => {
        const metrics: Metric[] = [];
        for (const _ of [0, 1, 2])
          metrics.push({
            ...(await makeMetric(atrium.database, team.id, { firstAt: Date.now() })),
            points: new Map(),
          });
        for (const [step, asked] of steps) {
          switch (step.kind) {
            case "add":
              await other.query(adding(metrics, base, step.batch));
              break;
            case "pass":
              await pass(step.level);
              break;
            case "cut":
              await pass(step.level, step.at, () => Promise.reject(cut));
              break;
            case "during":
              await pass(step.level, step.at, async () => {
                await other.query(adding(metrics, base, step.batch));
              });
              break;
            case "over":
              await other.query("begin");
              await other.query(adding(metrics, base, step.batch));
              await pass(step.level);
              await other.query("commit");
              break;
            case "two":
              await Promise.all([newWorker().catchUp(), newWorker().catchUp()]);
          }
          await expectExactAnswer(metrics, base, asked);
        }
        await expectExactRollups();
        for (const [, asked] of steps) await expectExactAnswer(metrics, base, asked);
      },
    ),
    { numRuns: 15, seed: Number(process.env.TEST_SEED ?? 20_261_122) },
  );
}, 60_000);

test("A2 minutes that are no longer kept are swept, and hours stay; but not while something there is stale", async () => {
  const first = Date.parse("2001-01-01T00:00:00Z");
  await makeDays(atrium.database, first, first);
  const { series } = await makeMetric(atrium.database, team.id, { firstAt: first });
  await addPoints(atrium.database, series, [
    { at: first, value: "1" },
    { at: first + 60_000, value: "2" },
  ]);
  const { app, database } = atrium;
  const partitions = new DailyPartitions(app.database, "telemetry", "point");
  const sweep = telemetryRetention({ ...app, partitions, rawDays: 3_650, minuteDays: 1 });
  const sums = async (unit: string) => {
    const rows = await database.query<{ sum: string }>(
      `select sum::text from telemetry.rollup_${unit} where series = $1 order by start`,
      [series],
    );
    return rows.map(({ sum }) => sum);
  };
  await pass(0);
  await sweep.sweep();
  expect(await sums("minute")).toEqual(["1", "2"]);
  await newWorker().catchUp();
  await sweep.sweep();
  expect(await sums("minute")).toEqual([]);
  expect(await sums("hour")).toEqual(["3"]);
  expect(await sums("day")).toEqual(["3"]);
  // Not those of days whose points are kept.
  expect(await database.query("select from telemetry.rollup_minute limit 1")).toHaveLength(1);
});

test("A2 a worker that is killed in the middle loses nothing, and the next one goes on", async () => {
  const minutes = 30_000;
  const first = Math.floor(Date.now() / 86_400_000 - 30) * 86_400_000;
  await makeDays(atrium.database, first, first + minutes * 60_000);
  const { twinId, series } = await makeMetric(atrium.database, team.id, { firstAt: Date.now() });
  await addPoints(
    atrium.database,
    series,
    Array.from({ length: minutes }, (_, index) => ({ at: first + index * 60_000, value: `${index}.5` })),
  );
  // As if they had been waiting for an hour.
  await atrium.database.query("update telemetry.stale set at = at - interval '1 hour'");
  const total = async () => {
    const [answer] = await atrium.app.metricSeries.read(viewer, {
      ...{ twinIds: [twinId], metric: "temperature", bucket: "P1D", timeZone: "UTC" },
      ...{ aggregate: SeriesAggregate.SUM, gaps: SeriesGaps.SKIP },
      range: { from: new Date(first), until: new Date(first + minutes * 60_000) },
    });
    return answer?.points.reduce<readonly [number, number]>(
      (sum, { value, count }) => [sum[0] + Number(value), sum[1] + count] as const,
      [0, 0] as const,
    );
  };
  const whole = [(minutes * minutes) / 2, minutes];
  const rolledUp = async () => {
    const [row] = await atrium.database.query<{ count: number }>(
      "select count(*)::int as count from telemetry.rollup_minute where series = $1",
      [series],
    );
    return row?.count ?? 0;
  };
  expect(await total()).toEqual(whole);
  const worker = await spawnAtrium("worker", atrium.env);
  await eventually(rolledUp, (count) => count > 0);
  await worker.kill();
  const done = await rolledUp();
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(minutes);
  expect(await total()).toEqual(whole);
  await expectExactRollups(series);
  expect(await total()).toEqual(whole);
}, 60_000);
