import { errorOf, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { createTwin } from "./support/twins.js";

let atrium: TestAtrium;
let ann: Person;
beforeAll(async () => {
  atrium = await startAtrium();
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

const hour = 3_600_000;
const week = 168 * hour;

const anomaliesOf = async (person: Person, variables: object) =>
  (
    await person.query<{ metricAnomalies: { at: string; value: string; score: number | null; method: string }[] }>(
      `query ($twinId: ID!, $range: TimeRange!, $bucket: String = "PT1H", $first: Int = 100) {
        metricAnomalies(twinId: $twinId, metric: "power", range: $range, bucket: $bucket, first: $first) { at value expected score method } }`,
      variables,
    )
  ).metricAnomalies;

test("L4 of what was ingested a spike is told, and the peak of every week is not", async () => {
  const { id: twinId } = await createTwin(ann, { name: "Oven" });
  const begin = Math.floor(Date.now() / hour) * hour - week;
  const points = [];
  for (let at = begin - 8 * week; at < begin + week; at += hour) {
    const peak = (at - begin) % week === 9 * hour || (at - begin) % week === 9 * hour - week ? 50 : 0;
    const spike = at === begin + 40 * hour ? 30 : 0;
    points.push({
      ...{ twinId, metric: "power", at: new Date(at).toISOString() },
      value: String(20 + (((at / hour) * 7) % 11) / 10 + peak + spike),
    });
  }
  await ann.query("mutation ($points: [TelemetryPointInput!]!) { ingestTelemetry(points: $points) { accepted } }", {
    points,
  });
  const range = { from: new Date(begin).toISOString(), until: new Date(begin + week).toISOString() };
  const found = await anomaliesOf(ann, { twinId, range });
  expect(found.map(({ at, method }) => [Date.parse(at), method])).toEqual([[begin + 40 * hour, "SEASONAL"]]);
  const stranger = await atrium.signUp();
  expect((await errorOf(anomaliesOf(stranger, { twinId, range }))).code).toBe("NOT_FOUND");
});

test("L4 what cannot be judged is refused", async () => {
  const { id: twinId } = await createTwin(ann, { name: "Oven" });
  const range = { from: "2026-01-08T00:00:00Z", until: "2026-01-01T00:00:00Z" };
  const refused = async (variables: object) =>
    (await errorOf(anomaliesOf(ann, { twinId, ...variables }))).details.field;
  expect(await refused({ range })).toBe("range.until");
  const right = { from: range.until, until: range.from };
  expect(await refused({ range: right, bucket: "PT7M" })).toBe("bucket");
  expect(await refused({ range: right, first: 1_001 })).toBe("first");
});
