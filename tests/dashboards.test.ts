import { seriesWidgets } from "#src/analytics/series-widgets.js";
import { type MetricSeriesArgs, SeriesAggregate, SeriesGaps } from "#src/telemetry/metric-series-inputs.js";
import type { MetricSeriesService } from "#src/telemetry/metric-series-service.js";
import { ask, dataOf } from "./support/ask.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { setLatest, storedTwin } from "./support/measured-twins.js";
import { grant, revoke } from "./support/sharing.js";
import { actorOf } from "./support/stored-files.js";
import { type Member, startTeam, type Team } from "./support/team.js";

let atrium: TestAtrium;
let team: Team;
let ann: Member;
let bob: Member;
let vera: Member;
let pump: string;
let fan: string;

beforeAll(async () => {
  atrium = await startAtrium();
  team = await startTeam(atrium);
  ann = team.owner;
  bob = await team.join("EDITOR");
  vera = await team.join("VIEWER");
  pump = await storedTwin(atrium, team, "Pump 1");
  fan = await storedTwin(atrium, team, "Fan 1", "fan");
});
afterAll(async () => {
  for (const member of [bob, vera]) await member?.close();
  await atrium.close();
});

interface Figure {
  name: string;
  figure: string;
  value: string | null;
  unit: string | null;
}
interface Widget {
  key: string;
  title: string;
  kind: string;
  place: object;
  query: object;
  data: {
    figures: Figure[];
    lines: { name: string; times: string[]; values: (string | null)[] }[];
    problem: { code: string; message: string } | null;
  };
}
interface Dashboard {
  id: string;
  name: string;
  description: string | null;
  revision: number;
  visibility: string;
  widgets: Widget[];
}

const shape = `{ id name description revision visibility widgets { key title kind place { x y width height }
  query { series { twinIds twinType metric last bucket aggregate percentile timeZone gaps } latest { twinIds metrics }
    events { names last bucket timeZone } }
  data { figures { name figure value unit } lines { name times values } isPartial problem { code message } } } }`;
const create = async (person: Person, input: object): Promise<Dashboard> =>
  (
    await person.query<{ createDashboard: Dashboard }>(
      `mutation ($input: CreateDashboardInput!) { createDashboard(input: $input) ${shape} }`,
      { input },
    )
  ).createDashboard;
const update = async (person: Person, id: string, input: object): Promise<Dashboard> =>
  (
    await person.query<{ updateDashboard: Dashboard }>(
      `mutation ($id: ID!, $input: UpdateDashboardInput!) { updateDashboard(id: $id, input: $input) ${shape} }`,
      { id, input },
    )
  ).updateDashboard;
const remove = (person: Person, id: string) =>
  person.query<{ deleteDashboard: { id: string } }>("mutation ($id: ID!) { deleteDashboard(id: $id) { id } }", { id });
const read = async (person: Person, id: string): Promise<Dashboard | null> =>
  (await person.query<{ dashboard: Dashboard | null }>(`query ($id: ID!) { dashboard(id: $id) ${shape} }`, { id }))
    .dashboard;
const place = { x: 0, y: 0, width: 6, height: 4 };
const latest = (twinIds: string[], metrics = ["temperature"]) => ({
  ...{ key: "now", title: "Now", kind: "STAT", place },
  query: { latest: { twinIds, metrics } },
});
const series = (query: object) => ({
  ...{ key: "day", title: "The day", kind: "LINE", place: { ...place, x: 6 } },
  query: { series: { metric: "temperature", last: "PT24H", ...query } },
});
const events = (query: object = {}) => ({
  ...{ key: "events", title: "Events", kind: "BAR", place },
  query: { events: { last: "P7D", bucket: "P1D", ...query } },
});

test("A5 a dashboard is what was said of it, and each change is of a revision", async () => {
  const widgets = [
    latest([pump]),
    series({ twinType: "pump", bucket: "PT1H", aggregate: "PERCENTILE", percentile: 99, timeZone: "Europe/Berlin" }),
  ];
  const made = await create(ann, { name: " Hall 1 ", description: "All of it.", widgets });
  expect(made).toMatchObject({ name: "Hall 1", description: "All of it.", revision: 1, visibility: "WORKSPACE" });
  expect(made.widgets).toMatchObject(widgets);
  expect(made.widgets[0]?.query).toEqual({
    ...{ series: null, events: null },
    latest: { twinIds: [pump], metrics: ["temperature"] },
  });
  expect(await read(vera, made.id)).toMatchObject({ id: made.id, widgets });
  const listed = await vera.query<{ dashboards: { nodes: { id: string; widgets: { key: string }[] }[] } }>(
    `{ dashboards(filter: { name: { eq: "Hall 1" } }) { nodes { id widgets { key } } } }`,
  );
  expect(listed.dashboards.nodes).toEqual([{ id: made.id, widgets: [{ key: "now" }, { key: "day" }] }]);

  const renamed = await update(bob, made.id, { revision: 1, name: "Hall 2" });
  expect(renamed).toMatchObject({ name: "Hall 2", description: "All of it.", revision: 2, widgets });
  const stale = await errorOf(update(ann, made.id, { revision: 1, widgets: [] }));
  expect(stale).toMatchObject({ code: "CONFLICT", details: { field: "input.revision" } });
  const [moved] = (await update(ann, made.id, { revision: 2, widgets: [{ ...latest([fan]), key: "fan" }] })).widgets;
  expect(moved).toMatchObject({ key: "fan", query: { latest: { twinIds: [fan] } } });
  const both = [update(ann, made.id, { revision: 3, name: "A" }), update(bob, made.id, { revision: 3, name: "B" })];
  const outcomes = (await Promise.allSettled(both)).map(({ status }) => status).sort();
  expect(outcomes).toEqual(["fulfilled", "rejected"]);

  expect((await errorOf(remove(vera, made.id))).code).toBe("FORBIDDEN");
  expect((await remove(ann, made.id)).deleteDashboard.id).toBe(made.id);
  expect(await read(ann, made.id)).toBeNull();
  const kinds = await atrium.database.query<{ kind: string }>(
    "select kind from event where subject_id = $1 order by created_at, id",
    [made.id],
  );
  expect(kinds.map(({ kind }) => kind)).toEqual([
    "dashboard.created",
    ...["dashboard.updated", "dashboard.updated", "dashboard.updated"],
    "dashboard.deleted",
  ]);
});

test("A5 widgets are checked before they are stored, and the error names the place", async () => {
  const cases: [object[], string][] = [
    [[latest([pump]), latest([fan])], "input.widgets.1.key"],
    [[{ ...latest([pump]), title: " " }], "input.widgets.0.title"],
    [[{ ...latest([pump]), kind: "LINE" }], "input.widgets.0.kind"],
    [[{ ...latest([pump]), place: { ...place, x: 7 } }], "input.widgets.0.place.width"],
    [[{ ...latest([pump]), place: { ...place, height: 0 } }], "input.widgets.0.place.height"],
    [[{ ...latest([pump]), query: {} }], "input.widgets.0.query"],
    [
      [{ ...series({ twinIds: [pump] }), query: { ...series({ twinIds: [pump] }).query, ...latest([pump]).query } }],
      "input.widgets.0.query",
    ],
    [[latest([])], "input.widgets.0.query.latest.twinIds"],
    [[latest([pump, pump])], "input.widgets.0.query.latest.twinIds"],
    [
      [
        latest(
          [pump],
          Array.from({ length: 51 }, (_, n) => `m${n}`),
        ),
      ],
      "input.widgets.0.query.latest",
    ],
    [[series({})], "input.widgets.0.query.series"],
    [[series({ twinIds: [pump], twinType: "pump" })], "input.widgets.0.query.series"],
    [[series({ twinType: "pump", last: "a day" })], "input.widgets.0.query.series.last"],
    [[series({ twinType: "pump", last: "PT1S" })], "input.widgets.0.query.series.last"],
    [[series({ twinType: "pump", bucket: "PT7M" })], "input.widgets.0.query.series.bucket"],
    [[series({ twinType: "pump", percentile: 50 })], "input.widgets.0.query.series.percentile"],
    [[series({ twinType: "pump", timeZone: "Mars/Olympus" })], "input.widgets.0.query.series.timeZone"],
    [[series({ twinIds: ["pump 1"] })], "input.widgets.0.query.series.twinIds"],
    [[events({ bucket: "PT5M" })], "input.widgets.0.query.events.bucket"],
    [[events({ last: "P60D", bucket: "PT1H" })], "input.widgets.0.query.events.bucket"],
    [
      [events({ last: "P30D", bucket: "PT1H", names: ["a", "b", "c", "d", "e", "f", "g"] })],
      "input.widgets.0.query.events.bucket",
    ],
    [[events({ names: ["a", " a"] })], "input.widgets.0.query.events.names"],
    [[events({ names: [] })], "input.widgets.0.query.events.names"],
    [[events({ last: "P3651D", bucket: "P1Y" })], "input.widgets.0.query.events.last"],
    [[events({ timeZone: "+02:00" })], "input.widgets.0.query.events.timeZone"],
    [Array.from({ length: 31 }, (_, n) => ({ ...latest([pump]), key: `k${n}` })), "input.widgets"],
  ];
  for (const [widgets, field] of cases) {
    const error = await errorOf(create(ann, { name: "Wrong", widgets }));
    expect([error.code, error.details.field]).toEqual(["BAD_USER_INPUT", field]);
  }
  const stranger = await startTeam(atrium);
  const foreign = await storedTwin(atrium, stranger, "Theirs");
  expect((await errorOf(create(ann, { name: "Wrong", widgets: [latest([foreign])] }))).code).toBe("NOT_FOUND");
});

test("A5 a private dashboard is for who made it and whom they let, by the level of their grant", async () => {
  const { id } = await create(ann, { name: "Mine", visibility: "PRIVATE", widgets: [latest([pump])] });
  expect(await read(bob, id)).toBeNull();
  expect((await errorOf(update(bob, id, { revision: 1, name: "His" }))).code).toBe("NOT_FOUND");
  await grant(ann, id, vera, "READ");
  expect(await read(vera, id)).toMatchObject({ id, widgets: [{ key: "now" }] });
  expect((await errorOf(update(vera, id, { revision: 1, name: "Hers" }))).code).toBe("FORBIDDEN");
  await grant(ann, id, vera, "WRITE");
  expect(await update(vera, id, { revision: 1, name: "Ours" })).toMatchObject({ name: "Ours", revision: 2 });
  expect((await errorOf(update(vera, id, { revision: 2, visibility: "WORKSPACE" }))).code).toBe("FORBIDDEN");
  await update(ann, id, { revision: 2, visibility: "WORKSPACE" });
  expect(await read(bob, id)).toMatchObject({ visibility: "WORKSPACE", revision: 3 });
  await update(ann, id, { revision: 3, visibility: "PRIVATE" });
  expect(await read(bob, id)).toBeNull();
  const open = await atrium.database.query("select 1 from event where subject_id = $1 and visibility = 'WORKSPACE'", [
    id,
  ]);
  expect(open).toEqual([]);
});

test("A5 widgets show the latest values; what one of them cannot show does not keep the others from it", async () => {
  const gone = await storedTwin(atrium, team, "Old pump");
  await setLatest(atrium, team, { twinId: pump, metric: "temperature", value: "21.50", unit: "Cel" });
  const { id } = await create(ann, {
    name: "Values",
    widgets: [latest([fan, pump], ["temperature", "pressure"]), { ...latest([gone]), key: "gone" }],
  });
  await atrium.database.query("delete from twin where id = $1", [gone]);
  const shown = await read(ann, id);
  expect(shown?.widgets[0]?.data).toMatchObject({
    problem: null,
    figures: [
      { name: "Fan 1", figure: "temperature", value: null, unit: null },
      { name: "Fan 1", figure: "pressure", value: null, unit: null },
      { name: "Pump 1", figure: "temperature", value: "21.50", unit: "Cel" },
      { name: "Pump 1", figure: "pressure", value: null, unit: null },
    ],
  });
  expect(shown?.widgets[1]?.data).toMatchObject({ figures: [], problem: { code: "NOT_FOUND" } });
  expect(shown?.widgets[1]?.data.problem?.message).toContain(gone);

  const { createApiKey } = await ann.query<{ createApiKey: { secret: string } }>(
    `mutation { createApiKey(input: { name: "wall", scopes: ["dashboard:read"] }) { secret } }`,
  );
  const answer = await ask(
    atrium.url,
    { query: `query ($id: ID!) { dashboard(id: $id) ${shape} }`, variables: { id } },
    { authorization: `Bearer ${createApiKey.secret}` },
  );
  const { widgets } = dataOf<Dashboard>(answer, "dashboard");
  expect(widgets.map(({ data }) => data.problem?.code)).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  expect(JSON.stringify(widgets)).not.toContain("21.5");
});

test("A5 a widget of series has a line for each twin, with what was asked for", async () => {
  const type = "valve";
  const valves: string[] = [];
  for (let n = 0; n < 11; n++) valves.push(await storedTwin(atrium, team, `Valve ${String(n).padStart(2, "0")}`, type));
  const asked: MetricSeriesArgs[] = [];
  const metricSeries = {
    read: async (_actor, args) => {
      asked.push(args);
      return args.twinIds.map((twinId, n) => ({
        ...{ twinId, metric: args.metric, unit: "Cel" },
        points: [{ at: args.range.from, value: `${n}.5`, count: 2 }],
      }));
    },
  } satisfies Pick<MetricSeriesService, "read">;
  const { database, clock } = atrium.app;
  const source = seriesWidgets({ database, clock, metricSeries });
  const wish = source.parse({ twinType: type, metric: "temperature", last: "P1D", bucket: "PT1H" }, "query");
  const { lines = [], isPartial } = await source.read(actorOf(team), wish);
  expect(isPartial).toBe(true);
  expect(lines.map(({ twinId }) => twinId)).toEqual(valves.slice(0, 10));
  expect(lines[3]).toMatchObject({ name: "Valve 03", unit: "Cel", values: ["3.5"] });
  const [request] = asked;
  expect(request).toMatchObject({
    ...{ metric: "temperature", bucket: "PT1H", aggregate: SeriesAggregate.AVG, gaps: SeriesGaps.SKIP },
    ...{ timeZone: "UTC", maxPoints: 1_000 },
  });
  expect((request?.range.until.getTime() ?? 0) - (request?.range.from.getTime() ?? 0)).toBe(86_400_000);
  const named = await source.read(actorOf(team), { ...wish, twinType: null, twinIds: [fan, pump] });
  expect(named.lines?.map(({ name }) => name)).toEqual(["Fan 1", "Pump 1"]);
  expect(named.isPartial).toBe(false);
  expect((await source.read(actorOf(team), { ...wish, twinType: "none of this type" })).lines ?? []).toEqual([]);
});

test("A5 a widget of series draws what was measured, to the last point", async () => {
  const twinId = await storedTwin(atrium, team, "Drawn", "drawn");
  const at = [30, 20, 10].map((minutes) => new Date(Date.now() - minutes * 60_000).toISOString());
  await ann.query("mutation ($points: [TelemetryPointInput!]!) { ingestTelemetry(points: $points) { accepted } }", {
    points: at.map((each, n) => ({ twinId, metric: "temperature", at: each, value: `${n + 1}.25` })),
  });
  const { widgets } = await create(ann, {
    name: "Drawn",
    widgets: [series({ twinType: "drawn", last: "PT1H" }), { ...latest([twinId]), key: "now" }],
  });
  expect(widgets[0]?.data).toMatchObject({
    problem: null,
    lines: [{ name: "Drawn", times: at, values: ["1.25", "2.25", "3.25"] }],
  });
  expect(widgets[1]?.data.figures).toMatchObject([{ value: "3.25" }]);
});

/** Noon of a day in UTC, so many days ago. */
const noon = (daysAgo: number): string =>
  `${new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10)}T12:00:00.000Z`;
const track = (inputs: { name: string; at: string }[]) =>
  ann.query("mutation ($inputs: [TrackEventInput!]!) { trackEvents(inputs: $inputs) { id } }", { inputs });

test("A5 a widget of events counts them in each bucket, with a 0 where there were none", async () => {
  await track([4, 4, 2].map((days) => ({ name: "visit", at: noon(days) })));
  await track([{ name: "sale", at: noon(2) }]);
  const { widgets } = await create(ann, {
    name: "Visits",
    widgets: [
      events({ names: ["sale", "visit", "nothing"] }),
      { ...events({ timeZone: "Europe/Berlin" }), key: "all" },
    ],
  });
  const [named, all] = widgets.map(({ data }) => data);
  const shown = (data: Widget["data"] | undefined) =>
    data?.lines.map(({ name, values }) => [name, values.slice(-6, -1)]);
  expect(shown(named)).toEqual([
    ["sale", ["0", "0", "0", "1", "0"]],
    ["visit", ["0", "2", "0", "1", "0"]],
    ["nothing", ["0", "0", "0", "0", "0"]],
  ]);
  expect(named?.lines[0]?.times.at(-3)).toBe(noon(2).replace("T12", "T00"));
  expect(all?.lines.map(({ name }) => name)).toEqual(["Events"]);
  expect(all?.lines[0]?.values.reduce((sum, value) => sum + Number(value), 0)).toBe(4);
});

test("A5 a dashboard that counts events hears of those that come, and of no others", async () => {
  const { id } = await create(ann, { name: "Clicks", widgets: [events({ names: ["click"] })] });
  const { told } = follow(ann, id, beginning);
  await eventually(
    async () => told,
    (seen) => seen.length > 0,
  );
  await track(Array.from({ length: 3 }, () => ({ name: "click", at: new Date().toISOString() })));
  await eventually(
    async () => told,
    (seen) => seen.at(-1)?.line?.at(-1) === "3",
  );
  const seen = told.length;
  const stranger = await startTeam(atrium);
  await stranger.owner.query(`mutation { trackEvent(input: { name: "click" }) { id } }`);
  await eventually(
    () => atrium.database.query("select 1 from analytics.event_news where workspace_id = $1", [stranger.id]),
    (rows) => rows.length === 1,
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(told.length).toBe(seen);
}, 30_000);

interface Told {
  readonly line: readonly (string | null)[] | undefined;
  readonly cursor: string;
  readonly revision: number;
  readonly value: string | null | undefined;
}

/** What a subscription tells, as it comes, until it is enough, and how it ended. */
const follow = (
  person: Person,
  id: string,
  after: string | null = null,
  isEnough: (told: Told) => boolean = () => false,
) => {
  const told: Told[] = [];
  const stream = person.subscribe<{ dashboardChanged: { cursor: string; dashboard: Dashboard } }>(
    `subscription ($id: ID!, $after: String) { dashboardChanged(id: $id, after: $after) { cursor dashboard {
      revision widgets { data { figures { value } lines { values } } } } } }`,
    { id, after },
  );
  const ended = (async () => {
    for await (const { dashboardChanged } of stream) {
      const { revision, widgets } = dashboardChanged.dashboard;
      const { figures, lines } = widgets[0]?.data ?? {};
      const last = {
        ...{ cursor: dashboardChanged.cursor, revision },
        ...{ value: figures?.[0]?.value, line: lines?.[0]?.values },
      };
      told.push(last);
      if (isEnough(last)) break;
    }
    return undefined;
  })().catch((error: { code: string }) => error);
  return { told, ended };
};
const beginning = Buffer.from("0.0").toString("base64url");
const setTemperature = (twinId: string, value: string) =>
  setLatest(atrium, team, { twinId, metric: "temperature", value });

test("A5 a subscription has the live values, gathered, and misses nothing over a cut", async () => {
  const live = await storedTwin(atrium, team, "Live");
  const { id } = await create(ann, { name: "Live", widgets: [latest([live])] });
  const stream = follow(vera, id, beginning, ({ revision }) => revision === 2);
  await eventually(
    async () => stream.told,
    (told) => told.length > 0,
  );
  expect(stream.told[0]).toMatchObject({ revision: 1, value: null });
  for (let n = 1; n <= 30; n++) await setTemperature(live, `${n}`);
  await eventually(
    async () => stream.told,
    (told) => told.at(-1)?.value === "30",
  );
  // Thirty changes are a few for who looks.
  expect(stream.told.length).toBeLessThan(15);
  const quiet = stream.told.length;
  await setTemperature(fan, "1");
  await update(ann, id, { revision: 1, name: "Still live" });
  await stream.ended;
  // One may be of a place before the value that was there already; the fan is no twin of this dashboard.
  expect(stream.told.length).toBeLessThanOrEqual(quiet + 2);
  const { cursor } = stream.told.at(-1) ?? { cursor: "" };

  await setTemperature(live, "31");
  await setTemperature(live, "32");
  const again = follow(vera, id, cursor, ({ value }) => value === "33");
  await eventually(
    async () => again.told,
    (told) => told.length > 0,
  );
  expect(again.told[0]).toMatchObject({ revision: 2, value: "32" });
  await setTemperature(live, "33");
  await again.ended;
  expect(again.told.at(-1)?.value).toBe("33");
  expect(await follow(vera, id, "nonsense").ended).toMatchObject({ code: "BAD_USER_INPUT" });
}, 30_000);

test("A5 a dashboard of a type of twins hears of those that come, change and go", async () => {
  const { id } = await create(ann, { name: "Motors", widgets: [{ ...series({ twinType: "motor" }), kind: "TABLE" }] });
  const { told } = follow(ann, id, beginning);
  const more = async (than: number) =>
    eventually(
      async () => told.length,
      (length) => length > than,
    );
  await more(0);
  let seen = told.length;
  const motor = await storedTwin(atrium, team, "Motor 1", "motor");
  await more(seen);
  seen = told.length;
  await setTemperature(motor, "80");
  await more(seen);
  seen = told.length;
  await atrium.database.query("delete from twin where id = $1", [motor]);
  await more(seen);
  seen = told.length;
  const turned = await storedTwin(atrium, team, "Motor 2", "motor");
  await more(seen);
  seen = told.length;
  // It leaves what shows motors.
  await atrium.database.query("update twin set type = 'pump' where id = $1", [turned]);
  await more(seen);
}, 30_000);

test("A5 a lost grant, and the end of the dashboard, end who follows it", async () => {
  const { id } = await create(ann, { name: "Secret", visibility: "PRIVATE", widgets: [latest([pump])] });
  expect(await follow(vera, id).ended).toMatchObject({ code: "NOT_FOUND" });
  await grant(ann, id, vera, "READ");
  const [hers, own] = [follow(vera, id, beginning), follow(ann, id, beginning)];
  await eventually(
    async () => [hers.told.length, own.told.length],
    (counts) => counts.every((count) => count > 0),
  );
  await revoke(ann, id, vera);
  expect(await hers.ended).toMatchObject({ code: "NOT_FOUND" });
  const seen = own.told.length;
  await update(ann, id, { revision: 1, name: "Still mine" });
  await eventually(
    async () => own.told,
    (told) => told.length > seen && told.at(-1)?.revision === 2,
  );
  await remove(ann, id);
  expect(await own.ended).toMatchObject({ code: "NOT_FOUND" });
}, 30_000);

test("A5 with who leaves go their private dashboards; those of the workspace stay", async () => {
  const eve = await team.join("EDITOR");
  const kept = await create(eve, { name: "For all", widgets: [latest([pump])] });
  const hidden = await create(eve, { name: "Eve's own", visibility: "PRIVATE" });
  await eve.query(
    `mutation ($password: String!, $email: String!) { eraseMyAccount(input: { password: $password, confirmEmail: $email }) { id } }`,
    {
      ...{ password: eve.password, email: eve.email },
    },
  );
  await eventually(
    () => atrium.database.query<{ id: string }>("select id from dashboard where id = $1", [hidden.id]),
    (rows) => rows.length === 0,
  );
  expect(await read(ann, kept.id)).toMatchObject({ name: "For all", widgets: [{ key: "now" }] });
  await eve.close();
}, 30_000);
