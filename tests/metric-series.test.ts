import { RollupWorker } from "#src/telemetry/rollups/rollup-worker.js";
import { errorOf, startAtrium, type TestAtrium } from "./support/atrium.js";
import { addPoints, makeDays, makeMetric, type Point } from "./support/points.js";
import { startTeam, type Team } from "./support/team.js";

let atrium: TestAtrium;
let team: Team;
let worker: RollupWorker;

beforeAll(async () => {
  // The rollups are made when a test says so.
  atrium = await startAtrium({ withWorkers: false });
  team = await startTeam(atrium);
  worker = new RollupWorker(atrium.app, [0, 0, 0]);
});
afterAll(() => atrium.close());

interface Series {
  twinId: string;
  metric: string;
  unit: string | null;
  points: { at: string; value: string | null; count: number }[];
}

const ask = async (variables: Record<string, unknown>, asker = team.owner): Promise<Series[]> => {
  const { metricSeries } = await asker.query<{ metricSeries: Series[] }>(
    `query ($twinIds: [ID!]!, $metric: String! = "temperature", $range: TimeRange!, $bucket: String, $aggregate: SeriesAggregate! = AVG,
      $percentile: Int, $timeZone: String! = "UTC", $gaps: SeriesGaps! = SKIP, $first: Int! = 1000, $maxPoints: Int) {
      metricSeries(twinIds: $twinIds, metric: $metric, range: $range, bucket: $bucket, aggregate: $aggregate,
        percentile: $percentile, timeZone: $timeZone, gaps: $gaps, first: $first, maxPoints: $maxPoints) {
        twinId metric unit points { at value count } } }`,
    variables,
  );
  return metricSeries;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const at = (text: string) => Date.parse(text);

/** A twin with a point every so often, whose values are all 1. */
const ticking = async (from: string, until: string, everyMs: number) => {
  const [first, last] = [at(from), at(until)];
  await makeDays(atrium.database, first, last);
  const metric = await makeMetric(atrium.database, team.id, { firstAt: Date.now() });
  const points: Point[] = [];
  for (let time = first; time < last; time += everyMs) points.push({ at: time, value: "1" });
  await addPoints(atrium.database, metric.series, points);
  return { ...metric, range: { from, until } };
};

const rolledUp = async () => {
  await worker.catchUp();
  expect(await atrium.database.query("select * from telemetry.stale")).toEqual([]);
};

test("A2 buckets are what a hand computation makes of the points, before and after they are rolled up", async () => {
  const start = at("2026-03-02T10:00:00.000Z");
  await makeDays(atrium.database, start, start);
  const { twinId, series } = await makeMetric(atrium.database, team.id, { firstAt: start });
  const values = ["0.1", "0.2", "0.3", "-5", "100.55", "7", "7", "0"];
  await addPoints(
    atrium.database,
    series,
    values.map((value, index) => ({ at: start + index * 40 * minuteMs, value })),
  );
  const range = { from: "2026-03-02T10:00:00.000Z", until: "2026-03-02T16:00:00.000Z" };
  const hourly = async (aggregate: string, more: object = {}) => {
    const [found] = await ask({ twinIds: [twinId], range, bucket: "PT2H", aggregate, ...more });
    return found?.points.map(({ value }) => value);
  };
  for (const isRolledUp of [false, true]) {
    if (isRolledUp) await rolledUp();
    // 10:00, 10:40, 11:20 | 12:00, 12:40, 13:20 | 14:00, 14:40
    expect(await hourly("SUM")).toEqual(["0.6", "102.55", "7"]);
    expect(await hourly("AVG")).toEqual(["0.2", "34.18333333333333333333", "3.5"]);
    expect(await hourly("MIN")).toEqual(["0.1", "-5", "0"]);
    expect(await hourly("MAX")).toEqual(["0.3", "100.55", "7"]);
    expect(await hourly("COUNT")).toEqual(["3", "3", "2"]);
    expect(await hourly("LAST")).toEqual(["0.3", "7", "0"]);
    const exact = [0.2, 7, 0] as const;
    const medians = await hourly("PERCENTILE", { percentile: 50 });
    expect(medians).toHaveLength(3);
    for (const [index, median] of exact.entries())
      expect(Math.abs(Number(medians?.[index]) - median)).toBeLessThanOrEqual(0.01 * median);
  }
});

test("A2 gaps are left out, null, zero, or what was before", async () => {
  const start = at("2026-03-03T00:00:00.000Z");
  await makeDays(atrium.database, start, start);
  const { twinId, series } = await makeMetric(atrium.database, team.id, { firstAt: start });
  await addPoints(atrium.database, series, [
    { at: start + 1 * hourMs, value: "4" },
    { at: start + 3 * hourMs, value: "5.50" },
  ]);
  const of = async (gaps: string) => {
    const range = { from: "2026-03-03T00:00:00.000Z", until: "2026-03-03T05:00:00.000Z" };
    const [found] = await ask({ twinIds: [twinId], range, bucket: "PT1H", gaps });
    return found?.points.map(({ at, value, count }) => [Number(at.slice(11, 13)), value, count]);
  };
  expect(await of("SKIP")).toEqual([
    [1, "4", 1],
    [3, "5.5", 1],
  ]);
  expect(await of("NULL")).toEqual([
    [0, null, 0],
    [1, "4", 1],
    [2, null, 0],
    [3, "5.5", 1],
    [4, null, 0],
  ]);
  expect(await of("ZERO")).toEqual([
    [0, "0", 0],
    [1, "4", 1],
    [2, "0", 0],
    [3, "5.5", 1],
    [4, "0", 0],
  ]);
  expect(await of("PREVIOUS")).toEqual([
    [0, null, 0],
    [1, "4", 1],
    [2, "4", 0],
    [3, "5.5", 1],
    [4, "5.5", 0],
  ]);
});

test("A2 days are those of the time zone: of 23 and 25 hours, with half hours, and without a midnight", async () => {
  const counts = async (twin: { twinId: string; range: object }, timeZone: string, bucket = "P1D") => {
    const { twinId, range } = twin;
    const [found] = await ask({ twinIds: [twinId], range, bucket, timeZone, aggregate: "COUNT" });
    return found?.points.map(({ at, count }) => [at, count]);
  };
  const spring = await ticking("2026-03-28T23:00:00.000Z", "2026-03-31T00:00:00.000Z", 30 * minuteMs);
  const autumn = await ticking("2026-10-24T22:00:00.000Z", "2026-10-26T23:00:00.000Z", 30 * minuteMs);
  const saoPaulo = await ticking("2018-11-03T03:00:00.000Z", "2018-11-06T02:00:00.000Z", 30 * minuteMs);
  for (const isRolledUp of [false, true]) {
    if (isRolledUp) await rolledUp();
    expect(await counts(spring, "Europe/Berlin")).toEqual([
      ["2026-03-28T23:00:00.000Z", 46],
      ["2026-03-29T22:00:00.000Z", 48],
      ["2026-03-30T22:00:00.000Z", 4],
    ]);
    // The clock goes from 2 to 3: what begins at 2 is an hour long, and begins where 3 does.
    expect((await counts(spring, "Europe/Berlin", "PT2H"))?.slice(0, 3)).toEqual([
      ["2026-03-28T23:00:00.000Z", 4],
      ["2026-03-29T01:00:00.000Z", 2],
      ["2026-03-29T02:00:00.000Z", 4],
    ]);
    expect(await counts(autumn, "Europe/Berlin")).toEqual([
      ["2026-10-24T22:00:00.000Z", 50],
      ["2026-10-25T23:00:00.000Z", 48],
    ]);
    // The hour from 2 to 3 comes twice, and both belong to it.
    expect((await counts(autumn, "Europe/Berlin", "PT2H"))?.slice(0, 3)).toEqual([
      ["2026-10-24T22:00:00.000Z", 4],
      ["2026-10-25T00:00:00.000Z", 6],
      ["2026-10-25T03:00:00.000Z", 4],
    ]);
    expect((await counts(autumn, "Asia/Kolkata"))?.slice(0, 2)).toEqual([
      ["2026-10-24T18:30:00.000Z", 41],
      ["2026-10-25T18:30:00.000Z", 48],
    ]);
    // On 4 November 2018 the clock went from 23:59:59 to 1:00.
    expect(await counts(saoPaulo, "America/Sao_Paulo")).toEqual([
      ["2018-11-03T03:00:00.000Z", 48],
      ["2018-11-04T03:00:00.000Z", 46],
      ["2018-11-05T02:00:00.000Z", 48],
    ]);
  }
});

test("A2 several twins at once, in their order; one without the metric has an empty series", async () => {
  const one = await ticking("2026-04-01T00:00:00.000Z", "2026-04-01T03:00:00.000Z", hourMs);
  const other = await makeMetric(atrium.database, team.id, { name: "pressure" });
  const [a, b, c] = await ask({ twinIds: [other.twinId, one.twinId, one.twinId], range: one.range, bucket: "P1D" });
  expect(a).toEqual({ twinId: other.twinId, metric: "temperature", unit: null, points: [] });
  expect(b).toEqual({
    ...{ twinId: one.twinId, metric: "temperature", unit: "Cel" },
    points: [{ at: "2026-04-01T00:00:00.000Z", value: "1", count: 3 }],
  });
  expect(c).toEqual(b);
});

test("A2 without buckets come the points, all or as many as keep the shape of the line", async () => {
  const start = at("2026-04-02T00:00:00.000Z");
  await makeDays(atrium.database, start, start);
  const { twinId, series } = await makeMetric(atrium.database, team.id, { firstAt: Date.now() });
  const points = Array.from({ length: 2_000 }, (_, index) => ({ at: start + index * 1_000, value: `${index % 7}.5` }));
  points[1_234] = { at: start + 1_234_000, value: "1000.25" };
  await addPoints(atrium.database, series, points);
  const range = { from: "2026-04-02T00:00:00.000Z", until: "2026-04-03T00:00:00.000Z" };
  const shorter = { from: range.from, until: "2026-04-02T00:00:02.000Z" };
  expect((await ask({ twinIds: [twinId], range: shorter }))[0]?.points).toEqual([
    { at: "2026-04-02T00:00:00.000Z", value: "0.5", count: 1 },
    { at: "2026-04-02T00:00:01.000Z", value: "1.5", count: 1 },
  ]);
  const thinned = (await ask({ twinIds: [twinId], range, maxPoints: 50 }))[0]?.points ?? [];
  expect(thinned).toHaveLength(50);
  expect(thinned.map(({ value }) => value)).toContain("1000.25");
  expect(await errorOf(ask({ twinIds: [twinId], range }))).toMatchObject({
    code: "BAD_USER_INPUT",
    message: expect.stringContaining("`maxPoints`"),
  });
  expect((await ask({ twinIds: [twinId], range, first: 2_000 }))[0]?.points).toHaveLength(2_000);
});

test("A2 what cannot be answered exactly is refused, and says what can", async () => {
  const day = await ticking("2026-04-03T00:00:00.000Z", "2026-04-03T01:00:00.000Z", minuteMs);
  const refused = async (more: Record<string, unknown>, code = "BAD_USER_INPUT") => {
    const error = await errorOf(ask({ twinIds: [day.twinId], range: day.range, bucket: "PT1H", ...more }));
    expect(error.code).toBe(code);
    return error.message;
  };
  expect(await refused({ timeZone: "Europe/Atlantis" })).toContain("Europe/Berlin");
  expect(await refused({ bucket: "PT7M" })).toContain("PT5M");
  expect(await refused({ range: { from: day.range.until, until: day.range.from } })).toContain("after its beginning");
  expect(await refused({ range: { from: "2020-01-01T00:00:00.000Z", until: "2026-01-01T00:00:00.000Z" } })).toContain(
    "10,000 buckets",
  );
  expect(await refused({ aggregate: "PERCENTILE", percentile: 100 })).toContain("from 1 to 99");
  expect(await refused({ maxPoints: 2 })).toContain("3 to 10,000");
  expect(await refused({ twinIds: [] })).toContain("1 to 100");
  const stranger = await startTeam(atrium);
  const theirs = await makeMetric(atrium.database, stranger.id);
  await refused({ twinIds: [day.twinId, theirs.twinId] }, "NOT_FOUND");
  // Points of 2018 are not kept one by one for ever: a part of a minute of them cannot be told any more.
  const old = await ticking("2018-01-01T00:00:00.000Z", "2018-01-01T01:00:00.000Z", minuteMs);
  await atrium.database.query("update metric set first_at = $1 where series = $2", [
    new Date("2018-01-01"),
    old.series,
  ]);
  const odd = { twinIds: [old.twinId], bucket: "P1D" };
  expect(
    await refused({ ...odd, range: { from: "2018-01-01T00:00:30.000Z", until: "2018-01-02T00:00:00.000Z" } }),
  ).toContain("whole minutes");
  expect(
    await refused({
      ...odd,
      range: { from: "2018-01-01T00:00:00.000Z", until: "2018-01-02T00:00:00.000Z" },
      timeZone: "Asia/Kolkata",
    }),
  ).toContain("whole hours");
  expect(
    (await ask({ ...odd, range: { from: "2018-01-01T00:00:00.000Z", until: "2018-01-02T00:00:00.000Z" } }))[0]?.points,
  ).toHaveLength(1);
});
