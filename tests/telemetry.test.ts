import fc from "fast-check";
import pg from "pg";
import type { ApiError } from "#schema/connect.js";
import { newId } from "#src/platform/ids.js";
import { ask, bearer, codeOf } from "./support/ask.js";
import { errorOf, eventually, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { spawnAtrium } from "./support/processes.js";
import { type Member, startTeam, type Team } from "./support/team.js";
import { ingest, metricsOf, pointsOf, type Receipt, type SentPoint, staleOf, storedTwin } from "./support/telemetry.js";
import { TestClock } from "./support/test-clock.js";

let atrium: TestAtrium;
let team: Team;
let ann: Member;
/** A whole minute of yesterday. */
const base = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 12 * 3_600_000;
const time = (ms: number) => new Date(base + ms).toISOString();

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  team = await startTeam(atrium);
  ann = team.owner;
});
afterAll(() => atrium.close());

const twin = (workspaceId = team.id) => storedTwin(atrium, workspaceId);

test("A1 decimals stay exact to 20 digits on each side, and times to the millisecond", async () => {
  const twinId = await twin();
  const values = [
    "12345678901234567890.12345678901234567891",
    "-0.00000000000000000001",
    "99999999999999999999",
    "0.1",
    "-0",
    "007.500",
  ];
  const sent = values.map((value, index) => ({ twinId, metric: "m", at: time(index), value }));
  expect(await ingest(ann, sent)).toEqual({ accepted: 6, duplicates: 0, conflicts: 0 });
  const stored = await pointsOf(atrium, twinId);
  expect(stored.map(({ value }) => value)).toEqual([...values.slice(0, 4), "0", "7.5"]);
  expect(stored.map(({ at }) => at)).toEqual(values.map((_, index) => time(index)));
  // A number of JSON is what it is printed as.
  await ingest(ann, [{ twinId, metric: "n", at: time(0), value: 0.1 + 0.2 }]);
  expect((await pointsOf(atrium, twinId)).at(-1)?.value).toBe("0.30000000000000004");
});

test("A1 10,000 points in one call are counted exactly, and again as duplicates", async () => {
  const twins = await Promise.all(Array.from({ length: 10 }, () => twin()));
  const points = Array.from(
    { length: 10_000 },
    (_, index): SentPoint => ({
      twinId: twins[index % 10] ?? "",
      metric: `metric_${Math.floor(index / 10) % 10}`,
      at: time(Math.floor(index / 100) * 1_000),
      value: `${index}.5`,
    }),
  );
  expect(await ingest(ann, points)).toEqual({ accepted: 10_000, duplicates: 0, conflicts: 0 });
  expect(await ingest(ann, points)).toEqual({ accepted: 0, duplicates: 10_000, conflicts: 0 });
  const [counted] = await atrium.database.query<{ count: number; registered: number }>(
    `select (select count(*)::int from telemetry.point p join metric m using (series) where m.twin_id = any($1)) as count,
      (select sum(points)::int from metric where twin_id = any($1)) as registered`,
    [twins],
  );
  expect(counted).toEqual({ count: 10_000, registered: 10_000 });
  const tooMany = await errorOf(ingest(ann, [...points, ...points.slice(0, 1)]));
  expect(tooMany).toMatchObject({ code: "BAD_USER_INPUT", details: { field: "points" } });
  expect(await errorOf(ingest(ann, []))).toMatchObject({ code: "BAD_USER_INPUT", details: { field: "points" } });
}, 60_000);

test("A1 of a metric each time has its first value: a repetition is a duplicate, another value a conflict", async () => {
  const twinId = await twin();
  const point = (at: number, value: string) => ({ twinId, metric: "m", at: time(at), value });
  expect(await ingest(ann, [point(0, "1"), point(0, "1.0"), point(0, "2"), point(1, "3")])).toEqual({
    ...{ accepted: 2, duplicates: 1, conflicts: 1 },
  });
  expect(await ingest(ann, [point(0, "1.00"), point(1, "4"), point(2, "5")])).toEqual({
    ...{ accepted: 1, duplicates: 1, conflicts: 1 },
  });
  expect((await pointsOf(atrium, twinId)).map(({ value }) => value)).toEqual(["1", "3", "5"]);
});

test("A1 the same points sent 20 times at once are stored once", async () => {
  const twins = await Promise.all([twin(), twin(), twin()]);
  const points = Array.from({ length: 300 }, (_, index) => ({
    twinId: twins[index % 3] ?? "",
    metric: `m${index % 7}`,
    at: time(index * 1_000),
    value: String(index),
  }));
  const receipts = await Promise.all(
    Array.from({ length: 20 }, (_, turn) => ingest(ann, turn % 2 === 0 ? points : points.toReversed())),
  );
  const sum = (name: "accepted" | "duplicates" | "conflicts") => receipts.reduce((all, each) => all + each[name], 0);
  expect([sum("accepted"), sum("duplicates"), sum("conflicts")]).toEqual([300, 19 * 300, 0]);
  const metrics = (await Promise.all(twins.map((each) => metricsOf(atrium, each)))).flat();
  expect(metrics.reduce((all, { points }) => all + points, 0)).toBe(300);
}, 30_000);

test("A1 late and out-of-order points change what they should of a metric, and the minutes of rollups", async () => {
  const twinId = await twin();
  const send = (at: number, value: string, unit?: string) =>
    ingest(ann, [{ twinId, metric: "t", at: time(at), value, ...(unit === undefined ? {} : { unit }) }]);
  await send(60_000, "2", "Cel");
  await send(180_000, "4");
  await send(0, "1", "K");
  await send(120_500, "3");
  const [metric] = await metricsOf(atrium, twinId);
  expect(metric).toMatchObject({ name: "t", unit: "K", points: 4, last_value: "4" });
  expect([metric?.first_at.toISOString(), metric?.last_at.toISOString()]).toEqual([time(0), time(180_000)]);
  expect(await staleOf(atrium, twinId)).toEqual([0, 60_000, 120_000, 180_000].map(time));
  // What was there already makes nothing stale.
  await send(120_500, "3");
  expect(await staleOf(atrium, twinId)).toHaveLength(4);
});

test("A1 one bad point and nothing is stored; the error names its place", async () => {
  const twinId = await twin();
  const foreign = await storedTwin(atrium, (await (await atrium.signUp()).sdk.Workspace()).workspace.id);
  const day = 86_400_000;
  const good = { twinId, metric: "m", at: time(0), value: "1" };
  const bad: [object, string][] = [
    [{ twinId: "twin_x" }, "points.1.twinId"],
    [{ twinId: newId("twin") }, "points.1.twinId"],
    [{ twinId: foreign }, "points.1.twinId"],
    [{ metric: " " }, "points.1.metric"],
    [{ metric: "x".repeat(501) }, "points.1.metric"],
    [{ metric: "a\u0007b" }, "points.1.metric"],
    [{ unit: "u".repeat(51) }, "points.1.unit"],
    [{ at: new Date(Date.now() + day + 60_000).toISOString() }, "points.1.at"],
    [{ at: new Date(Date.now() - 91 * day).toISOString() }, "points.1.at"],
  ];
  for (const [change, field] of bad) {
    const error = await errorOf(ingest(ann, [good, { ...good, ...change }]));
    expect([error.code, error.details.field, change]).toEqual(["BAD_USER_INPUT", field, change]);
  }
  for (const value of ["1e400", "NaN", "", "1,5", "123456789012345678901", "0.000000000000000000001", "0x1"])
    expect((await errorOf(ingest(ann, [good, { ...good, value }]))).details.field).toBe("points.1.value");
  expect(await pointsOf(atrium, twinId)).toEqual([]);
  const unknown = await errorOf(ingest(ann, [{ ...good, twinId: foreign }]));
  await atrium.database.query("delete from twin where id = $1", [foreign]);
  expect((await errorOf(ingest(ann, [{ ...good, twinId: foreign }]))).message).toBe(unknown.message);
});

test("A1 viewers may not send; a colleague's points are the workspace's", async () => {
  const twinId = await twin();
  const point = { twinId, metric: "m", at: time(0), value: "1" };
  expect(await errorOf(ingest(await team.join("VIEWER"), [point]))).toMatchObject({ code: "FORBIDDEN" });
  const editor = await team.join("EDITOR");
  expect(await ingest(editor, [point])).toMatchObject({ accepted: 1 });
  expect(await ingest(ann, [point])).toMatchObject({ duplicates: 1 });
});

test("A1 a call has one audit entry and one event; a dry run stores nothing, a key sends once", async () => {
  const twinId = await twin();
  const points = [0, 1, 2].map((at) => ({ twinId, metric: "m", at: time(at), value: "1" }));
  const send = (headers: Record<string, string>) =>
    ask(
      atrium.url,
      {
        query: "mutation ($p: [TelemetryPointInput!]!) { ingestTelemetry(points: $p) { accepted } }",
        variables: { p: points },
      },
      bearer(ann, headers),
    );
  const dry = await send({ "dry-run": "true", "x-request-id": "dry-telemetry" });
  expect(dry.data).toEqual({ ingestTelemetry: { accepted: 3 } });
  expect(await metricsOf(atrium, twinId)).toEqual([]);
  for (const requestId of ["keyed-telemetry-1", "keyed-telemetry-2"]) {
    const answer = await send({ "idempotency-key": "points-1", "x-request-id": requestId });
    expect([codeOf(answer), answer.data]).toEqual([undefined, { ingestTelemetry: { accepted: 3 } }]);
  }
  const entries = await atrium.database.query(
    "select after from audit_entry where action = 'telemetry.ingested' and request_id like '%-telemetry%'",
  );
  expect(entries).toEqual([{ after: { accepted: 3, duplicates: 0, conflicts: 0, twins: 1 } }]);
  expect(
    await atrium.database.query(
      "select data from event where kind = 'telemetry.ingested' and request_id like '%-telemetry%'",
    ),
  ).toEqual([{ data: { points: 3, twins: 1 } }]);
});

test("A1 any order, grouping and repetition of calls ends in the same rows", async () => {
  const times = [0, 1, 59_999, 60_000, 3_600_000, 86_400_000 / 2 - 1, 86_400_000 / 2];
  // One value a time, so that the order of calls cannot decide between two.
  const some = fc.record({ metric: fc.constantFrom("a", 'b{c="d"}', "ü"), at: fc.constantFrom(...times) });
  const calls = fc.array(fc.array(some, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(calls, async (planned) => {
      const twinId = await twin();
      const wanted = new Map(planned.flat().map(({ metric, at }) => [`${metric} ${time(at)}`, `${at}.25`]));
      let accepted = 0;
      for (const call of planned) {
        const points = call.map(({ metric, at }) => ({ twinId, metric, at: time(at), value: `${at}.25` }));
        const receipt = await ingest(ann, points);
        accepted += receipt.accepted;
        expect(receipt.accepted + receipt.duplicates).toBe(call.length);
      }
      const stored = await pointsOf(atrium, twinId);
      expect(new Map(stored.map(({ metric, at, value }) => [`${metric} ${at}`, value]))).toEqual(wanted);
      expect([stored.length, accepted]).toEqual([wanted.size, wanted.size]);
      for (const { name, points, first_at, last_at, last_value } of await metricsOf(atrium, twinId)) {
        const own = stored.filter(({ metric }) => metric === name);
        expect([points, first_at.toISOString(), last_at.toISOString(), last_value]).toEqual([
          ...[own.length, own[0]?.at, own.at(-1)?.at, own.at(-1)?.value],
        ]);
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

test("A1 a metric that is gone takes its points along", async () => {
  const twinId = await twin();
  await ingest(
    ann,
    [0, 1, 2].map((at) => ({ twinId, metric: "m", at: time(at), value: "1" })),
  );
  const [{ series } = { series: "" }] = await atrium.database.query<{ series: string }>(
    "select series from metric where twin_id = $1",
    [twinId],
  );
  await atrium.database.query("delete from twin where id = $1", [twinId]);
  expect(await atrium.database.query("select series from telemetry.discarded_series")).toEqual([{ series }]);
  await eventually(
    async () => {
      await atrium.app.telemetryRetention.sweep();
      return atrium.database.query("select 1 from telemetry.point where series = $1", [series]);
    },
    (rows) => rows.length === 0,
  );
  for (const table of ["stale", "discarded_series"])
    expect(await atrium.database.query(`select 1 from telemetry.${table} where series = $1`, [series])).toEqual([]);
});

test("A1 a process that is killed while it takes in points loses and doubles nothing once they are sent again", async () => {
  const twinId = await twin();
  const calls = Array.from({ length: 20 }, (_, call) =>
    Array.from({ length: 500 }, (_, index) => ({
      twinId,
      metric: `m${index % 4}`,
      at: time((call * 500 + index) * 100),
      value: `${call}.${index + 1}`,
    })),
  );
  const first = await spawnAtrium("api", atrium.env);
  const there = personAt(first.url, ann);
  const sent = calls.map((points) => ingest(there, points).catch(() => undefined));
  await eventually(
    async () => (await pointsOf(atrium, twinId)).length,
    (count) => count > 0,
  );
  await first.kill();
  await Promise.all(sent);
  await there.close();
  // Each call is whole or not there at all.
  const before = await pointsOf(atrium, twinId);
  expect(before.length % 500).toBe(0);
  const receipts: Receipt[] = [];
  for (const points of calls) receipts.push(await ingest(ann, points));
  expect(receipts.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(10_000 - before.length);
  expect(receipts.every(({ conflicts }) => conflicts === 0)).toBe(true);
  expect(await pointsOf(atrium, twinId)).toHaveLength(10_000);
  expect((await metricsOf(atrium, twinId)).map(({ points }) => points)).toEqual([2_500, 2_500, 2_500, 2_500]);
}, 60_000);

const partitions = (on: TestAtrium) =>
  on.database
    .query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'telemetry.point'::regclass order by 1",
    )
    .then((rows) => rows.map(({ name }) => name));
const partitionOf = (at: number) => `telemetry.point_${new Date(at).toISOString().slice(0, 10).replaceAll("-", "")}`;

test("A1 points lie in days of UTC, and go with them: when their time is over, and rollups know them", async () => {
  const day = 86_400_000;
  const clock = new TestClock();
  const own = await startAtrium({
    withWorkers: false,
    clock,
    env: { ATRIUM_TELEMETRY_DAYS: "3", ATRIUM_TELEMETRY_MINUTE_DAYS: "2" },
  });
  try {
    const { owner, id } = await startTeam(own);
    const twinId = await storedTwin(own, id);
    const today = Math.floor(Date.now() / day) * day;
    const at = [today - 3 * day, today - 1, today].map((ms) => new Date(ms).toISOString());
    // Ten processes' worth of calls that all need the same new days.
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        ingest(
          owner,
          at.map((each) => ({ twinId, metric: `m${index}`, at: each, value: "1" })),
        ),
      ),
    );
    await own.app.telemetryRetention.sweep();
    expect(await partitions(own)).toEqual([-3, -1, 0, 1].map((days) => partitionOf(today + days * day)));
    const tooOld = await errorOf(
      ingest(owner, [{ twinId, metric: "m0", at: new Date(today - 3 * day - 1).toISOString(), value: "1" }]),
    );
    expect(tooOld.details.field).toBe("points.0.at");

    clock.pass(day);
    await own.app.telemetryRetention.sweep();
    // Its minutes are stale: a rollup would be made of nothing.
    expect(await partitions(own)).toContain(partitionOf(today - 3 * day));
    const minute = (series: string, start: number) =>
      own.database.query(
        `insert into telemetry.rollup_minute (series, start, count, sum, min, max, last, last_at, sketch_keys, sketch_counts)
         select series, $2, 1, 1, 1, 1, 1, $2, '{}', '{}' from metric where name = $1`,
        [series, new Date(start)],
      );
    for (const name of Array.from({ length: 10 }, (_, index) => `m${index}`))
      for (const start of [today - 5 * day, today]) await minute(name, start);
    await own.database.query("delete from telemetry.stale");
    await own.app.telemetryRetention.sweep();
    expect(await partitions(own)).toEqual([-1, 0, 1, 2].map((days) => partitionOf(today + days * day)));
    expect(await own.database.query("select distinct start from telemetry.rollup_minute")).toEqual([
      { start: new Date(today) },
    ]);
    // Past the API: a day later the token has ended, too.
    const actor = { workspaceId: id, userId: owner.userId, permissions: new Set<string>(), requestId: "a-day-later" };
    const expired = own.app.telemetry.ingest(actor, [{ twinId, metric: "m0", at: new Date(at[0] ?? ""), value: "1" }]);
    await expect(expired).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    expect(await pointsOf(own, twinId)).toHaveLength(20);
  } finally {
    await own.close();
  }
}, 60_000);

test("T2 of calls that wait too long for the same metric each is stored or told to come again, and nobody gets INTERNAL", async () => {
  const twinId = await twin();
  await ingest(ann, [{ twinId, metric: "m", at: time(0), value: "0" }]);
  const holder = new pg.Client({ connectionString: atrium.database.url });
  await holder.connect();
  try {
    await holder.query("begin");
    await holder.query("select 1 from metric where twin_id = $1 for update", [twinId]);
    const calls = Array.from({ length: 30 }, (_, index) =>
      ingest(ann, [{ twinId, metric: "m", at: time(1 + index), value: "1" }]).then(
        ({ accepted }) => ({ accepted, code: null, retryAfter: null }),
        ({ code, details }: ApiError) => ({ accepted: 0, code, retryAfter: details.retryAfter }),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await holder.query("commit");
    const outcomes = await Promise.all(calls);
    const refused = outcomes.filter(({ accepted }) => accepted === 0);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(calls.length);
    for (const each of refused) expect(each).toEqual({ accepted: 0, code: "TIMEOUT", retryAfter: 1 });
    expect(await pointsOf(atrium, twinId)).toHaveLength(1 + calls.length - refused.length);
  } finally {
    await holder.end();
  }
}, 60_000);
