import fc from "fast-check";
import { sql } from "kysely";
import { eventSweep } from "#src/analytics/event-sweep.js";
import { DailyPartitions } from "#src/platform/daily-partitions.js";
import { ask, bearer } from "./support/ask.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { type Member, startTeam, type Team } from "./support/team.js";
import { TestClock } from "./support/test-clock.js";

const clock = new TestClock();
let atrium: TestAtrium;
let team: Team;
let ann: Member;
let bob: Member;

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false, clock });
  team = await startTeam(atrium);
  ann = team.owner;
  bob = await team.join("VIEWER");
});
afterAll(() => atrium.close());

interface Tracked {
  readonly id: string;
  readonly at: string;
  readonly name: string;
  readonly userId: string | null;
  readonly session: string | null;
  readonly properties: object;
}
const fields = "id at name userId session properties";

const track = async (person: Person, inputs: readonly object[]): Promise<Tracked[]> =>
  (
    await person.query<{ trackEvents: Tracked[] }>(
      `mutation ($inputs: [TrackEventInput!]!) { trackEvents(inputs: $inputs) { ${fields} } }`,
      { inputs },
    )
  ).trackEvents;

interface Page {
  readonly nodes: Tracked[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: number;
}
const pageOf = async (person: Person, variables: object): Promise<Page> =>
  (
    await person.query<{ productEvents: Page }>(
      `query ($filter: ProductEventFilter, $first: Int! = 20, $after: String) {
        productEvents(filter: $filter, first: $first, after: $after) {
          nodes { ${fields} } pageInfo { hasNextPage endCursor } totalCount } }`,
      variables,
    )
  ).productEvents;

interface Count {
  readonly at: string;
  readonly name: string | null;
  readonly count: number;
}
const countsOf = async (person: Person, variables: object): Promise<Count[]> =>
  (
    await person.query<{ eventCounts: Count[] }>(
      `query ($range: TimeRange!, $bucket: String, $zone: String! = "UTC", $names: [String!], $by: EventKey) {
        eventCounts(range: $range, bucket: $bucket, timeZone: $zone, names: $names, groupBy: $by, first: 5000) { at name count } }`,
      variables,
    )
  ).eventCounts;

const stored = (workspaceId: string) =>
  atrium.database.query<Record<string, unknown>>(
    "select * from analytics.product_event where workspace_id = $1 order by at, id",
    [workspaceId],
  );

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
const ago = (ms: number) => new Date(clock.now().getTime() - ms);

test("A3 an event is stored once, with its defaults, and what is sent again changes nothing", async () => {
  const { trackEvent } = await bob.query<{ trackEvent: Tracked }>(
    `mutation { trackEvent(input: { name: "opened" }) { ${fields} } }`,
  );
  expect(trackEvent).toMatchObject({ name: "opened", userId: bob.userId, session: null, properties: {} });
  expect(Math.abs(Date.parse(trackEvent.at) - Date.now())).toBeLessThan(60_000);
  const at = ago(hourMs).toISOString();
  const event = { id: "mine", at, name: "saved", session: "s1", properties: { size: 3, deep: { is: [true, "é"] } } };
  const first = await track(bob, [event, { ...event, name: "again" }, { ...event, id: "other" }]);
  expect(first.map(({ id, name }) => [id, name])).toEqual([
    ["mine", "saved"],
    ["mine", "saved"],
    ["other", "saved"],
  ]);
  expect(first[0]).toEqual({ ...event, userId: bob.userId });
  // From somebody else, at another time, and side by side.
  const again = await Promise.all(Array.from({ length: 5 }, () => track(ann, [{ ...event, name: "late" }])));
  for (const [one] of again) expect(one).toEqual(first[0]);
  await track(ann, [{ ...event, at: ago(2 * hourMs).toISOString() }]);
  expect((await stored(team.id)).map(({ id }) => id).sort()).toEqual(["mine", "mine", "other", trackEvent.id].sort());
});

test("A3 who did it is the caller; a key names a member or nobody, and nobody else names others", async () => {
  const { createApiKey } = await ann.sdk.CreateApiKey({ input: { name: "k", scopes: ["analytics:write"] } });
  const send = (input: object) =>
    ask(
      atrium.url,
      {
        query: "mutation ($input: TrackEventInput!) { trackEvent(input: $input) { userId } }",
        variables: { input: { name: "by key", ...input } },
      },
      { authorization: `Bearer ${createApiKey.secret}`, "x-workspace-id": team.id },
    );
  expect((await send({})).data).toEqual({ trackEvent: { userId: null } });
  expect((await send({ userId: bob.userId })).data).toEqual({ trackEvent: { userId: bob.userId } });
  const stranger = (await startTeam(atrium)).owner;
  expect((await send({ userId: stranger.userId })).errors?.[0]?.extensions).toMatchObject({
    code: "BAD_USER_INPUT",
    field: "input.userId",
  });
  expect((await errorOf(track(bob, [{ name: "a", userId: ann.userId }]))).details).toMatchObject({
    field: "inputs.0.userId",
  });
});

test("A3 what cannot be stored is refused by name, and then nothing of the call is stored", async () => {
  const { owner, id } = await startTeam(atrium);
  const refused: readonly (readonly [object, string])[] = [
    [{ name: "a", at: new Date(clock.now().getTime() + dayMs + 60_000) }, "inputs.1.at"],
    [{ name: "a", at: ago(90 * dayMs + 60_000) }, "inputs.1.at"],
    [{ name: "a", properties: { text: "x".repeat(16 * 1024) } }, "inputs.1.properties"],
    [{ name: "" }, "inputs.1.name"],
    [{ name: "a", id: "x".repeat(101) }, "inputs.1.id"],
    [{ name: "a", session: "" }, "inputs.1.session"],
  ];
  for (const [input, field] of refused)
    expect(await errorOf(track(owner, [{ name: "good" }, input]))).toMatchObject({
      code: "BAD_USER_INPUT",
      details: { field },
    });
  expect((await errorOf(track(owner, []))).code).toBe("BAD_USER_INPUT");
  const many = Array.from({ length: 1_001 }, () => ({ name: "a" }));
  expect((await errorOf(track(owner, many))).code).toBe("BAD_USER_INPUT");
  expect(await stored(id)).toEqual([]);
  await track(owner, many.slice(0, 1_000));
  expect(await stored(id)).toHaveLength(1_000);
});

test("A3 a dry run stores nothing, and an audit entry tells of a call without what events say", async () => {
  const { owner, id } = await startTeam(atrium);
  const query = "mutation ($inputs: [TrackEventInput!]!) { trackEvents(inputs: $inputs) { id } }";
  const inputs = ["a", "b", "a"].map((name) => ({ name, properties: { secret: "canary-4711" } }));
  const rehearsed = await ask(atrium.url, { query, variables: { inputs } }, { ...bearer(owner), "dry-run": "true" });
  expect(rehearsed.data?.trackEvents).toHaveLength(3);
  expect(await stored(id)).toEqual([]);
  await track(owner, inputs);
  const entries = await atrium.database.query<{ after: object }>(
    "select * from audit_entry where workspace_id = $1 and action = 'product_event.tracked'",
    [id],
  );
  expect(entries.map(({ after }) => after)).toEqual([{ events: 3, names: ["a", "b"] }]);
  expect(JSON.stringify(entries)).not.toContain("canary");
});

test("A3 pages of events are newest first, whole and filtered, and another workspace's are nobody's here", async () => {
  const { owner, id } = await startTeam(atrium);
  const inputs = Array.from({ length: 45 }, (_, index) => ({
    ...{ id: `e${index}`, name: `n${index % 3}`, session: `s${index % 2}` },
    // Several at the same time, over two days.
    at: ago(Math.floor(index / 4) * 4 * hourMs).toISOString(),
  }));
  await track(owner, inputs);
  const wanted = (await stored(id)).map((row) => row.id).reverse();
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page = await pageOf(owner, { first: 7, after });
    seen.push(...page.nodes.map((node) => node.id));
    expect(page.totalCount).toBe(45);
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) break;
  }
  expect(seen).toEqual(wanted);
  const { productEvents: ends } = await owner.query<{ productEvents: { edges: { cursor: string; node: Tracked }[] } }>(
    "{ productEvents(last: 10, orderBy: [{ field: AT }]) { edges { cursor node { id } } pageInfo { hasPreviousPage } } }",
  );
  expect(ends.edges.map(({ node }) => node.id)).toEqual(wanted.slice(0, 10).reverse());
  const { productEvents: between } = await owner.query<{ productEvents: { nodes: Tracked[] } }>(
    "query ($after: String, $before: String) { productEvents(orderBy: [{ field: AT }], after: $after, before: $before) { nodes { id } } }",
    { after: ends.edges[2]?.cursor, before: ends.edges[6]?.cursor },
  );
  expect(between.nodes.map((node) => node.id)).toEqual(ends.edges.slice(3, 6).map(({ node }) => node.id));
  const range = { from: ago(20 * hourMs).toISOString(), until: ago(3 * hourMs).toISOString() };
  const filter = { name: "n1", session: "s0", userId: owner.userId, range };
  const fitting = inputs.filter(
    ({ name, session, at }) => name === "n1" && session === "s0" && at >= range.from && at < range.until,
  );
  expect(fitting.length).toBeGreaterThan(1);
  const page = await pageOf(owner, { filter });
  expect(page.nodes.map((node) => node.id).sort()).toEqual(fitting.map((event) => event.id).sort());
  expect((await pageOf((await startTeam(atrium)).owner, {})).nodes).toEqual([]);
  expect((await errorOf(pageOf(owner, { after: "nonsense" }))).details).toMatchObject({ field: "after" });
  expect((await errorOf(pageOf(bob, {}))).code).toBe("FORBIDDEN");
});

const zones = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham"] as const;
const units = { PT1H: "hour", P1D: "day", P1W: "week", P1M: "month", P3M: "quarter", P1Y: "year" } as const;

/** Some events, or a look of a worker, in any order; then questions. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(
      fc.record({ name: fc.constantFrom("a", "b", "c"), minutes: fc.nat(40 * 24 * 60), id: fc.nat(500) }),
      { minLength: 1, maxLength: 40 },
    ),
  },
  fc.constant("worker" as const),
);
const question = fc.record({
  from: fc.nat(40 * 24 * 60),
  length: fc.integer({ min: 1, max: 45 * 24 * 60 }),
  bucket: fc.option(fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]))),
  zone: fc.constantFrom(...zones),
  names: fc.option(fc.subarray(["a", "b", "c"])),
  by: fc.option(fc.constant("NAME")),
});

test("A3 eventCounts equals a count of the events themselves, however far workers are, in any zone, bucket and range", async () => {
  const end = clock.now().getTime();
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.array(question, { minLength: 6, maxLength: 6 }),
      async (steps, questions) => {
        const { owner, id } = await startTeam(atrium);
        for (const each of steps)
          if (each === "worker") await atrium.app.eventRollups.catchUp();
          else
            await track(
              owner,
              each.map(({ name, minutes, id }) => ({ name, id: `${id}`, at: new Date(end - minutes * 60_000) })),
            );
        for (const { from, length, bucket, zone, names, by } of questions) {
          const range = { from: new Date(end - from * 60_000), until: new Date(end - (from - length) * 60_000) };
          const rows = await atrium.database.query<Count & { at: Date; count: string }>(
            `select ${bucket ? `date_trunc('${units[bucket]}', at, '${bucket === "PT1H" ? "UTC" : zone}')` : "$2::timestamptz"} as at,
              ${by ? "name" : "null"} as name, count(*) from analytics.product_event
             where workspace_id = $1 and at >= $2 and at < $3 and ($4::text[] is null or name = any($4)) group by 1, 2 order by 1, 2`,
            [id, range.from, range.until, names],
          );
          expect(await countsOf(owner, { range, bucket, zone, names, by })).toEqual(
            rows.map(({ at, name, count }) => ({ at: at.toISOString(), name, count: Number(count) })),
          );
        }
      },
    ),
    { numRuns: 12 },
  );
});

/** Figures as they are stored, and as they follow from the events. */
const figures = (workspaceId: string) =>
  Promise.all(
    [
      `select 'hour' as level, start, name as what, count from analytics.event_hour where workspace_id = $1
       union all select 'user hour', start, user_id, 1 from analytics.active_user_hour where workspace_id = $1
       union all select 'user day', start, user_id, 1 from analytics.active_user_day where workspace_id = $1 order by 1, 2, 3`,
      `select 'hour' as level, date_trunc('hour', at, 'UTC') as start, name as what, count(*) from analytics.product_event
         where workspace_id = $1 group by 2, 3
       union all select distinct 'user hour', date_trunc('hour', at, 'UTC'), user_id, 1 from analytics.product_event
         where workspace_id = $1 and user_id is not null
       union all select distinct 'user day', date_trunc('day', at, 'UTC'), user_id, 1 from analytics.product_event
         where workspace_id = $1 and user_id is not null order by 1, 2, 3`,
    ].map((text) => atrium.database.query<{ level: string }>(text, [workspaceId])),
  );

test("A3 two workers beside those who write, one of which is taken back in the middle, come to what the events say", async () => {
  const other = await startAtrium({ withWorkers: false, database: atrium.database, clock });
  const { id, owner, join } = await startTeam(atrium);
  const people = [owner, await join("EDITOR"), await join("VIEWER")];
  const inputs = () =>
    Array.from({ length: 30 }, () => ({
      name: `n${Math.floor(Math.random() * 3)}`,
      at: ago(Math.random() * 3 * dayMs),
    }));
  try {
    await Promise.all([
      ...people.map(async (person) => {
        for (let call = 0; call < 8; call += 1) await track(person, inputs());
      }),
      ...[atrium, other].map(async ({ app }) => {
        for (let look = 0; look < 10; look += 1) await app.eventRollups.catchUp();
      }),
      atrium.app.database
        .write(
          { workspaceId: "", userId: "", permissions: new Set(), requestId: "r", isSystem: true },
          async (change) => {
            // Has taken its marks, and never ends.
            await change.sql(sql`delete from analytics.stale_hour where workspace_id = ${id}`);
            throw new Error("crash");
          },
        )
        .catch(() => {}),
    ]);
    await atrium.app.eventRollups.catchUp();
    const [kept, counted] = await figures(id);
    expect(kept).toEqual(counted);
    expect(new Set(kept?.map(({ level }) => level))).toEqual(new Set(["hour", "user hour", "user day"]));
    expect(await atrium.database.query("select 1 from analytics.stale_hour where workspace_id = $1", [id])).toEqual([]);
  } finally {
    await other.close();
  }
});

test("A3 a worker sums up by itself, and drops the days whose time is over; the counts of those stay", async () => {
  const early = new TestClock();
  early.pass(-120 * dayMs);
  const before = await startAtrium({ withWorkers: false, database: atrium.database, clock: early });
  const { id, owner } = await startTeam(before);
  const at = (hours: number) => new Date(early.now().getTime() - hours * hourMs);
  await track(
    owner,
    [1, 2, 30, 31, 32].map((hours) => ({ name: "old", at: at(hours) })),
  );
  await before.close();
  const days = async () =>
    (
      await atrium.database.query<{ day: string }>(
        "select distinct at::date::text as day from analytics.product_event where workspace_id = $1",
        [id],
      )
    ).length;
  // What nobody has summed up yet is not dropped.
  const partitions = new DailyPartitions(atrium.app.database, "analytics", "product_event");
  const sweep = eventSweep({ ...atrium.app, partitions, rawDays: 90 });
  await sweep.sweep();
  expect(await days()).toBeGreaterThan(1);
  const working = await startAtrium({ database: atrium.database });
  try {
    const stale = () => atrium.database.query("select 1 from analytics.stale_hour where workspace_id = $1", [id]);
    await eventually(stale, (rows) => rows.length === 0);
    await sweep.sweep();
    expect(await days()).toBe(0);
    const range = { from: ago(130 * dayMs), until: ago(100 * dayMs) };
    const [row] = await atrium.database.query<{ count: string }>(
      "select sum(count) as count from analytics.event_hour where workspace_id = $1",
      [id],
    );
    expect(row?.count).toBe("5");
    const { signIn } = await atrium.stranger.sdk.SignIn({ input: { email: owner.email, password: owner.password } });
    const { data } = await ask(
      atrium.url,
      { query: "query ($range: TimeRange!) { eventCounts(range: $range) { name count } }", variables: { range } },
      { authorization: `Bearer ${signIn.accessToken}` },
    );
    expect(data?.eventCounts).toEqual([{ name: null, count: 5 }]);
  } finally {
    await working.close();
  }
});

test("A3 who is erased is in no event any more, and no count changes; an export has them all", async () => {
  const working = await startAtrium({ database: atrium.database });
  try {
    const { id, owner, join } = await startTeam(working);
    const carol = await join("EDITOR");
    const now = Date.now();
    const events = [1, 2, 50].map((hours) => ({
      ...{ name: "seen", session: "carol's", properties: { note: "canary" } },
      at: new Date(now - hours * hourMs),
    }));
    await track(carol, events);
    await track(owner, [{ name: "seen", at: new Date(now - hourMs) }]);
    await working.app.eventRollups.catchUp();
    const { exportMyData } = await carol.query<{ exportMyData: { id: string } }>("mutation { exportMyData { id } }");
    expect(endOf(await collect(carol, exportMyData.id)).status).toBe("SUCCEEDED");
    const { dataExport } = await carol.query<{ dataExport: { url: string } }>("{ dataExport { url } }");
    const text = await (await fetch(dataExport.url, { headers: bearer(carol) })).text();
    expect((JSON.parse(text) as { data: { product_event: object[] } }).data.product_event).toHaveLength(3);
    const range = { from: new Date(now - 5 * dayMs), until: new Date(now) };
    const counts = await countsOf(owner, { range, bucket: "PT1H", by: "NAME" });
    await carol.query("mutation ($i: EraseAccountInput!) { eraseMyAccount(input: $i) { id } }", {
      i: { password: carol.password, confirmEmail: carol.email },
    });
    await eventually(
      () => stored(id),
      (rows) => !JSON.stringify(rows).includes(carol.userId),
    );
    await working.app.eventRollups.catchUp();
    expect(JSON.stringify([await stored(id), await figures(id)])).not.toMatch(
      new RegExp(`${carol.userId}|carol's|canary`),
    );
    expect(await countsOf(owner, { range, bucket: "PT1H", by: "NAME" })).toEqual(counts);
    const [kept, counted] = await figures(id);
    expect(kept).toEqual(counted);
    // And with its workspace everything goes.
    await atrium.database.query("delete from membership where workspace_id = $1", [id]);
    await atrium.database.query("delete from workspace where id = $1", [id]);
    expect(await stored(id)).toEqual([]);
    expect((await figures(id))[0]).toEqual([]);
  } finally {
    await working.close();
  }
});
