import fc from "fast-check";
import { newId } from "#src/platform/ids.js";
import { errorOf, startAtrium, type TestAtrium } from "./support/atrium.js";
import { type Member, startTeam, type Team } from "./support/team.js";

let atrium: TestAtrium;
let team: Team;
let people: Member[];
let series: string[];

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
const now = Date.now();
/** Within the last 70 days; every fourth within some hours of the same day. */
const sometime = () =>
  new Date(now - (Math.random() < 0.25 ? 20 * dayMs + Math.random() * 3 * hourMs : Math.random() * 70 * dayMs));
const many = (count: number) => Array.from({ length: count }, sometime);

/** Metrics of a workspace's twins. */
const measured = async (workspace: string, twins: number, metrics: number): Promise<string[]> => {
  const made: string[] = [];
  for (let twin = 0; twin < twins; twin += 1) {
    const id = newId("twin");
    await atrium.database.query(
      `insert into twin (id, workspace_id, created_at, name, type, status, revision, updated_at)
       values ($1, $2, now(), $3, 'pump', 'ACTIVE', 1, now())`,
      [id, workspace, `pump ${twin}`],
    );
    for (let metric = 0; metric < metrics; metric += 1) {
      const [row] = await atrium.database.query<{ series: string }>(
        `insert into metric (id, workspace_id, created_at, twin_id, name, points, first_at, last_at, last_value)
         values ($1, $2, now(), $3, $4, 0, now(), now(), 0) returning series`,
        [newId("metric"), workspace, id, `m${metric}`],
      );
      made.push(row?.series ?? "");
    }
  }
  return made;
};

const insertPoints = (of: string, times: readonly Date[]) =>
  atrium.database.query(
    `with made as (insert into telemetry.point (series, at, value) select $1, t, 1 from unnest($2::timestamptz[]) t
       on conflict do nothing returning at)
     insert into telemetry.stale (series, start) select distinct $1::bigint, date_trunc('minute', at) from made`,
    [of, times],
  );

/** What a worker makes of all points that are there. */
const sumUp = async () => {
  await atrium.database.query("delete from telemetry.stale");
  for (const level of ["minute", "hour", "day"]) {
    await atrium.database.query(`delete from telemetry.rollup_${level}`);
    await atrium.database.query(
      `insert into telemetry.rollup_${level} select series, date_trunc('${level}', at, 'UTC'), count(*), sum(value), min(value),
         max(value), 1, max(at), '{}', '{}' from telemetry.point group by 1, 2`,
    );
  }
};

const track = (person: Member, count: number) =>
  person.query("mutation ($i: [TrackEventInput!]!) { trackEvents(inputs: $i) { id } }", {
    i: many(count).map((at) => ({ name: `n${Math.floor(Math.random() * 15)}`, at })),
  });

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  await atrium.database.query("create table telemetry.point_rest partition of telemetry.point default");
  team = await startTeam(atrium);
  people = [team.owner, await team.join("EDITOR"), await team.join("VIEWER")];
  const other = await startTeam(atrium);
  const [foreign = ""] = await measured(other.id, 1, 1);
  await insertPoints(foreign, many(50));
  await track(other.owner, 20);
  series = await measured(team.id, 4, 3);
  for (const [index, each] of series.entries()) await insertPoints(each, many(40 + index * 10));
  for (const person of people) await track(person, 150);
  for (let index = 0; index < 40; index += 1) {
    const at = sometime();
    await atrium.database.query(
      `insert into quote (id, workspace_id, created_at, created_by_id, visibility, text, author, source, updated_at)
       values ($1, $2, $3, $4, 'PRIVATE', 'a', 'b', 'USER', $3)`,
      [newId("quote"), team.id, at, team.owner.userId],
    );
    await atrium.database.query(
      `insert into provider_call (id, workspace_id, created_at, visibility, created_by_id, purpose, provider, model, operation,
         outcome, started_at, latency, is_estimated, cost_micros)
       values ($1, $2, now(), 'WORKSPACE', $3, 'test', 'x', 'm', 'CHAT', 'OK', $4, 1, false, $5)`,
      [newId("provider_call"), team.id, team.owner.userId, at, index % 5 === 0 ? null : index * 7],
    );
  }
});
afterAll(() => atrium.close());

type Day = { readonly at: string; readonly value: number };
interface Overview {
  readonly asOf: string;
  readonly from: string;
  readonly until: string;
  readonly [figure: string]: unknown;
}
const courses = {
  events: "events",
  activeUsers: "activeUsers",
  telemetryPoints: "telemetryPoints",
  aiCostMicros: "aiCostMicros",
  quotes: "quotes",
} as const;
type Figure = keyof typeof courses;

const overviewOf = async (person: Member, range: object | null, zone = "UTC"): Promise<Overview> => {
  const figures = Object.keys(courses).map((name) => `${name} { value before change } ${name}ByDay { at value }`);
  return (
    await person.query<{ analyticsOverview: Overview }>(
      `query ($range: TimeRange, $zone: String!) { analyticsOverview(range: $range, timeZone: $zone) { asOf from until
        ${figures.join(" ")} topEvents { name count } topMetrics { metric twin points } topTwins { twin points } } }`,
      { range, zone },
    )
  ).analyticsOverview;
};

/** What each figure is of: a time, what is told apart, and rows. */
const sources: Record<Figure, string> = {
  events: "select at, 1 as one, null as who from analytics.product_event where workspace_id = $1",
  activeUsers: "select at, null::int as one, user_id as who from analytics.product_event where workspace_id = $1",
  telemetryPoints:
    "select at, 1 as one, null as who from telemetry.point where series in (select series from metric where workspace_id = $1)",
  aiCostMicros: "select started_at as at, cost_micros as one, null as who from provider_call where workspace_id = $1",
  quotes: "select created_at as at, 1 as one, null as who from quote where workspace_id = $1",
};

const counted = async (figure: Figure, from: Date, until: Date): Promise<number> => {
  const [row] = await atrium.database.query<{ n: string }>(
    `select coalesce(sum(one), count(distinct who)) as n from (${sources[figure]}) s where at >= $2 and at < $3`,
    [team.id, from, until],
  );
  return Number(row?.n);
};

const daily = async (figure: Figure, from: Date, until: Date, zone: string): Promise<Day[]> => {
  const rows = await atrium.database.query<{ at: Date; value: string }>(
    `select date_trunc('day', at, $4) as at, coalesce(sum(one), count(distinct who)) as value from (${sources[figure]}) s
     where at >= $2 and at < $3 group by 1 order by 1`,
    [team.id, from, until, zone],
  );
  return rows.map(({ at, value }) => ({ at: at.toISOString(), value: Number(value) })).filter(({ value }) => value > 0);
};

const check = async (from: Date, until: Date, zone: string): Promise<void> => {
  const found = await overviewOf(team.owner, { from, until }, zone);
  expect([found.from, found.until]).toEqual([from.toISOString(), until.toISOString()]);
  const earlier = new Date(2 * from.getTime() - until.getTime());
  for (const figure of Object.keys(courses) as Figure[]) {
    const [value, before] = [await counted(figure, from, until), await counted(figure, earlier, from)];
    const change = before === 0 ? null : expect.closeTo((value - before) / before, 9);
    expect([figure, found[figure]]).toEqual([figure, { value, before, change }]);
    const days = found[`${figure}ByDay`] as Day[];
    expect([figure, days.filter((day) => day.value > 0)]).toEqual([figure, await daily(figure, from, until, zone)]);
    // No day is missing, and none is there twice.
    const lengths = days.slice(1).map(({ at }, index) => Date.parse(at) - Date.parse(days[index]?.at ?? ""));
    for (const length of lengths) expect(Math.abs(length - dayMs)).toBeLessThanOrEqual(hourMs);
    expect(Date.parse(days[0]?.at ?? "")).toBeLessThanOrEqual(from.getTime());
    expect(Date.parse(days.at(-1)?.at ?? "") + 26 * hourMs).toBeGreaterThan(until.getTime());
  }
  const top = <T>(text: string) => atrium.database.query<T>(`${text} limit 10`, [team.id, from, until]);
  const ofEvents = await top<{ name: string; count: string }>(
    "select name, count(*) from analytics.product_event where workspace_id = $1 and at >= $2 and at < $3 group by 1 order by 2 desc, 1",
  );
  expect(found.topEvents).toEqual(ofEvents.map(({ name, count }) => ({ name, count: Number(count) })));
  const ofTwins = await top<{ twin: string; points: string }>(
    `select w.name as twin, count(*) as points from telemetry.point p join metric m using (series) join twin w on w.id = m.twin_id
     where w.workspace_id = $1 and p.at >= $2 and p.at < $3 group by w.id, w.name order by 2 desc, w.id`,
  );
  expect(found.topTwins).toEqual(ofTwins.map(({ twin, points }) => ({ twin, points: Number(points) })));
  const ofMetrics = await top<{ metric: string; twin: string; points: string }>(
    `select m.name as metric, w.name as twin, count(*) as points from telemetry.point p join metric m using (series)
       join twin w on w.id = m.twin_id
     where w.workspace_id = $1 and p.at >= $2 and p.at < $3 group by m.series, m.name, w.name order by 3 desc, m.series`,
  );
  expect(found.topMetrics).toEqual(ofMetrics.map((row) => ({ ...row, points: Number(row.points) })));
};

const span = fc.record({
  fromMs: fc.integer({ min: 1, max: 40 * dayMs }),
  lengthMs: fc.integer({ min: 1, max: 35 * dayMs }),
  isRound: fc.boolean(),
  zone: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"),
});
const checkSome = (numRuns: number) =>
  fc.assert(
    fc.asyncProperty(span, async ({ fromMs, lengthMs, isRound, zone }) => {
      const round = (ms: number) => (isRound ? Math.floor(ms / dayMs) * dayMs : ms);
      const from = round(now - fromMs);
      await check(new Date(from), new Date(round(from + lengthMs) + (isRound ? dayMs : 0)), zone);
    }),
    { numRuns },
  );

test("A7 the overview equals the rows, in any span and zone, when nothing is summed up", () => checkSome(5));

test("A7 it does when all is, and when late points and events lie beside what is summed up", async () => {
  await sumUp();
  await atrium.app.eventRollups.catchUp();
  await checkSome(8);
  for (const each of series.slice(0, 5)) await insertPoints(each, many(30));
  await track(people[1] as Member, 40);
  await checkSome(12);
});

test("A7 figures are what it is read from: where they know everything, rows are not asked", async () => {
  await sumUp();
  await atrium.app.eventRollups.catchUp();
  const midnight = Math.floor(now / dayMs) * dayMs;
  const range = { from: new Date(midnight - 30 * dayMs), until: new Date(midnight) };
  const before = await overviewOf(team.owner, range);
  expect((before.events as { value: number }).value).toBeGreaterThan(50);
  await atrium.database.query("alter table telemetry.point rename to point_kept");
  await atrium.database.query("create table telemetry.point (like telemetry.point_kept)");
  try {
    await atrium.database.query(
      "update analytics.product_event set name = 'changed' where workspace_id = $1 and at >= $2 and at < $3",
      [team.id, range.from, range.until],
    );
    expect({ ...(await overviewOf(team.owner, range)), asOf: "" }).toEqual({ ...before, asOf: "" });
  } finally {
    await atrium.database.query("drop table telemetry.point");
    await atrium.database.query("alter table telemetry.point_kept rename to point");
  }
});

test("A7 without a range it is of the last 30 days until now, empty where there is nothing, and not for everybody", async () => {
  const asked = Date.now();
  const { owner } = await startTeam(atrium);
  const found = await overviewOf(owner, null, "Europe/Berlin");
  expect(found.asOf).toBe(found.until);
  expect(Date.parse(found.asOf)).toBeGreaterThanOrEqual(asked);
  expect(Date.parse(found.until) - Date.parse(found.from)).toBe(30 * dayMs);
  for (const figure of Object.keys(courses)) {
    expect(found[figure]).toEqual({ value: 0, before: 0, change: null });
    expect((found[`${figure}ByDay`] as Day[]).length).toBeGreaterThanOrEqual(30);
  }
  expect([found.topEvents, found.topMetrics, found.topTwins]).toEqual([[], [], []]);
  expect((await errorOf(overviewOf(people[2] as Member, null))).code).toBe("FORBIDDEN");
  const long = { from: new Date(now - 500 * dayMs), until: new Date(now) };
  expect((await errorOf(overviewOf(owner, long))).details).toMatchObject({ field: "range.until" });
});
