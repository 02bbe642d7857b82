import { parse } from "node:path";
import { extractText, getDocumentProxy } from "unpdf";
import type { MetricSeries, MetricSeriesArgs } from "#src/telemetry/metric-series-inputs.js";
import { errorOf, eventually, startAtrium, type TestAtrium, testEnv } from "./support/atrium.js";
import { collect } from "./support/follow.js";
import { measuredTwin } from "./support/measured-twin.js";
import { joinWorkspace, type Member, signUpMember } from "./support/members.js";
import { endLeases, spawnAtrium } from "./support/processes.js";
import { bytesOf, createReport, deleteReport, type ReportRow, reportOf, reportsOf } from "./support/reports.js";
import { grant, revoke } from "./support/sharing.js";
import { filesBelow } from "./support/stored-files.js";
import { createTestDatabase } from "./support/test-database.js";

let atrium: TestAtrium;
let ann: Member;
let bob: Member;
let pump: string;
let fan: string;
let real: TestAtrium["app"]["metricSeries"]["read"];

const hourMs = 3_600_000;
const range = { from: "2026-11-16T00:00:00.000Z", until: "2026-11-17T00:00:00.000Z" };
const start = Date.parse(range.from);
/** Every minute of the day, in thousandths: the mean of an hour is exact. */
const thousandths = (place: number, minute: number) => 20_000 + place * 1_000 + ((minute * 37) % 400) - 200;
const points = (place: number) =>
  Array.from({ length: 1_440 }, (_, minute) => ({
    at: new Date(start + minute * 60_000),
    value: (thousandths(place, minute) / 1_000).toFixed(3),
  }));

beforeAll(async () => {
  atrium = await startAtrium();
  ann = await signUpMember(atrium);
  bob = await joinWorkspace(atrium, ann.workspaceId, "EDITOR");
  const { workspaceId } = ann;
  pump = await measuredTwin(atrium, { workspaceId, name: '=Pump "north", Αθήνα', points: points(0) });
  fan = await measuredTwin(atrium, { workspaceId, name: "Fan", points: points(1) });
  real = atrium.app.metricSeries.read.bind(atrium.app.metricSeries);
}, 60_000);
afterAll(() => atrium.close());
afterEach(() => answer(real));

/** Has something else answer for what was measured, where a test is about reports alone. */
const answer = (read: typeof real) => Object.assign(atrium.app.metricSeries, { read });
const seriesOf = async (_actor: unknown, { twinIds, metric }: MetricSeriesArgs): Promise<MetricSeries[]> =>
  twinIds.map((twinId) => ({
    ...{ twinId, metric, unit: "Cel" },
    points: [0, 1, 2].map((hour) => ({ at: new Date(start + hour * hourMs), value: `${hour}.25`, count: 60 })),
  }));

const section = (title: string, series: object = {}, chart = "LINE") => ({
  ...{ title, chart },
  series: { twinIds: [pump, fan], metric: "temperature", bucket: "PT1H", ...series },
});
const wish = (format: string, more: object = {}) => ({
  ...{ title: "Monday", format, range, timeZone: "Europe/Berlin" },
  sections: [section("Temperature")],
  ...more,
});
const textOf = async (bytes: Buffer): Promise<string> =>
  (await extractText(await getDocumentProxy(new Uint8Array(bytes)), { mergePages: true })).text;
const rowsOf = (bytes: Buffer): string[] => bytes.toString("utf8").split("\r\n");
const leftOf = (title: string) =>
  atrium.database.query("select id from stored_file where name like $1", [`%${title}%`]);

test("A4 a report goes from request to file, and its job tells of each section", async () => {
  answer(seriesOf);
  const input = wish("PDF", { sections: [section("First"), section("Second", { gaps: "NULL" }, "BAR")] });
  const jobId = await createReport(ann, input);
  const report = await reportOf(ann, jobId, "DONE");
  expect(report).toMatchObject({
    ...{ title: "Monday", format: "PDF", visibility: "WORKSPACE", timeZone: "Europe/Berlin", errorCode: null },
    ...{ rangeFrom: range.from, rangeUntil: range.until },
    sections: [
      { title: "First", chart: "LINE", series: { twinIds: [pump, fan], aggregate: "AVG", gaps: "SKIP" } },
      { title: "Second", chart: "BAR", series: { bucket: "PT1H", percentile: null, gaps: "NULL" } },
    ],
    file: { name: "Monday.pdf", contentType: "application/pdf" },
  });
  const bytes = await bytesOf(report);
  expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
  expect(bytes).toHaveLength(report.file?.size ?? 0);
  const { job } = await ann.query<{ job: object }>(
    "query ($id: ID!) { job(id: $id) { kind progress result { ... on Report { id title } } } }",
    { id: jobId },
  );
  expect(job).toEqual({ kind: "analytics.report", progress: 1, result: { id: report.id, title: "Monday" } });
  const thread = await collect(ann, jobId);
  const steps = thread.filter(({ __typename }) => __typename === "StepFinished");
  expect(steps).toMatchObject([{ step: "section 1" }, { step: "section 2" }]);
  const found = await ann.query<{ report: object; reportsAggregate: object }>(
    "query ($id: ID!) { report(id: $id) { status } reportsAggregate(groupBy: [FORMAT]) { count } }",
    { id: report.id },
  );
  expect(found.report).toEqual({ status: "DONE" });
}, 60_000);

test("A4 the CSV has what was measured, by the clock of its zone, and nothing that a spreadsheet would run", async () => {
  const jobId = await createReport(ann, wish("CSV", { sections: [section("+Temperature")] }));
  const report = await reportOf(ann, jobId, "DONE");
  expect(parse(report.file?.name ?? "").ext).toBe(".csv");
  const rows = rowsOf(await bytesOf(report));
  expect(rows[0]).toBe("section,twin,twin id,metric,unit,bucket start,value,count");
  expect(rows.at(-1)).toBe("");
  const means = [0, 1].map((place) =>
    Array.from({ length: 24 }, (_, hour) => {
      const values = Array.from({ length: 60 }, (_, minute) => thousandths(place, hour * 60 + minute));
      return values.reduce((sum, value) => sum + value, 0) / 60_000;
    }),
  );
  expect(rows.slice(1, -1)).toHaveLength(48);
  for (const [index, row] of rows.slice(1, -1).entries()) {
    const [place, hour] = [Math.floor(index / 24), index % 24];
    const named = place === 0 ? `'+Temperature,"'=Pump ""north"", Αθήνα",${pump}` : `'+Temperature,Fan,${fan}`;
    const local = new Date(start + (hour + 1) * hourMs).toISOString().slice(0, 19);
    expect(row.slice(0, row.lastIndexOf(",60") - 0)).toContain(`${named},temperature,Cel,${local}+01:00,`);
    expect(Number(row.split(",").at(-2))).toBeCloseTo(means[place]?.[hour] ?? Number.NaN, 9);
    expect(row.endsWith(",60")).toBe(true);
  }
}, 60_000);

test("A4 totals of a PDF equal those of what was measured", async () => {
  const sections = [
    section("Sums", { aggregate: "SUM" }),
    section("All points", { bucket: null }, "AREA"),
    section("Another metric", { metric: "pressure" }),
  ];
  const jobId = await createReport(ann, wish("PDF", { sections }));
  const text = await textOf(await bytesOf(await reportOf(ann, jobId, "DONE")));
  for (const place of [0, 1]) {
    const values = Array.from({ length: 1_440 }, (_, minute) => thousandths(place, minute));
    const sum = values.reduce((total, value) => total + value, 0);
    const [least, most] = [Math.min(...values), Math.max(...values)].map((each) => String(each / 1_000));
    const mean = String(Math.round((sum * 1_000) / 1_440) / 1e6);
    expect(text).toContain(`1440 1440 ${sum / 1_000} ${least} ${most} ${mean}`);
    expect(text).toContain(`24 1440 ${sum / 1_000} `);
  }
  expect(text).toContain("There are no values in this time.");
  expect(text).toContain("Αθήνα");
}, 60_000);

test("A4 what is asked for wrongly is refused before anything is written", async () => {
  const before = (await reportsOf(ann)).length;
  const refusals: readonly (readonly [object, string])[] = [
    [{ range: { from: range.until, until: range.from } }, "input.range.until"],
    [{ timeZone: "Mars/Olympus" }, "input.timeZone"],
    [{ timeZone: "+02:00" }, "input.timeZone"],
    [{ title: " " }, "input.title"],
    [{ sections: [] }, "input.sections"],
    [{ sections: [{ ...section("x"), title: " " }] }, "input.sections.0.title"],
    [{ sections: Array.from({ length: 51 }, () => section("x")) }, "input.sections"],
    [{ sections: [section("x", { bucket: "PT7M" })] }, "input.sections.0.series.bucket"],
    [{ sections: [section("x"), section("y", { percentile: 100 })] }, "input.sections.1.series.percentile"],
    [{ sections: [section("x", { twinIds: [] })] }, "input.sections.0.series.twinIds"],
    [{ sections: [section("x", { twinIds: ["nonsense"] })] }, "input.sections.0.series.twinIds.0"],
  ];
  for (const [more, field] of refusals) {
    const refused = await errorOf(createReport(ann, wish("CSV", more))).catch(() => "accepted");
    expect([field, refused]).toMatchObject([field, { code: "BAD_USER_INPUT", details: { field } }]);
  }
  const stranger = await signUpMember(atrium);
  const foreign = await errorOf(createReport(stranger, wish("CSV")));
  expect(foreign).toMatchObject({ code: "NOT_FOUND", details: { field: "input.sections.0.series.twinIds" } });
  expect(await reportsOf(ann)).toHaveLength(before);
}, 60_000);

test("A4 a report that fails says why, leaves no file, and is written when it is tried again", async () => {
  answer(() => Promise.reject(new Error("the disk is on fire")));
  const jobId = await createReport(ann, wish("CSV", { title: "Unlucky" }));
  const failed = await reportOf(ann, jobId, "FAILED", 30_000);
  expect(failed).toMatchObject({ errorCode: "INTERNAL", file: null });
  expect(failed.errorMessage).not.toContain("fire");
  expect(failed.finishedAt).not.toBeNull();
  expect(await leftOf("Unlucky")).toEqual([]);
  answer(seriesOf);
  await ann.sdk.RetryJob({ id: jobId });
  const done = await reportOf(ann, jobId, "DONE");
  expect(done).toMatchObject({ id: failed.id, errorCode: null, errorMessage: null });
  expect(rowsOf(await bytesOf(done))).toHaveLength(1 + 6 + 1);
}, 60_000);

test("A4 a report that is cancelled or deleted while it is written leaves no file and no bytes", async () => {
  await atrium.app.objects.removal.sweep();
  const before = await filesBelow(`${atrium.database.dataDir}/files`);
  let reads = 0;
  const hanging: typeof real = async (actor, asked) => {
    reads += 1;
    if (reads % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1_000));
    return seriesOf(actor, asked);
  };
  answer(hanging);
  const sections = Array.from({ length: 20 }, (_, index) => section(`Part ${index}`));
  const cancelled = await createReport(ann, wish("CSV", { title: "Stopped", sections }));
  await reportOf(ann, cancelled, "RUNNING");
  await ann.sdk.CancelJob({ id: cancelled });
  expect(await reportOf(ann, cancelled, "CANCELLED")).toMatchObject({ file: null, errorCode: null });

  const deleted = await createReport(ann, wish("PDF", { title: "Deleted", sections }));
  const { id } = await reportOf(ann, deleted, "RUNNING");
  await deleteReport(ann, id);
  await eventually(
    () => ann.sdk.Job({ id: deleted }),
    ({ job }) => job?.status === "CANCELLED",
  );
  expect(await leftOf("Stopped")).toEqual([]);
  expect(await leftOf("Deleted")).toEqual([]);
  await eventually(
    async () => {
      await atrium.app.objects.removal.sweep();
      return filesBelow(`${atrium.database.dataDir}/files`);
    },
    (files) => files.length === before.length,
  );
}, 60_000);

test("A4 a report is deleted with its file, and a private one is for who made it alone", async () => {
  answer(seriesOf);
  const jobId = await createReport(ann, wish("CSV", { visibility: "PRIVATE", title: "Secret" }));
  const report = await reportOf(ann, jobId, "DONE");
  const read =
    "query ($r: ID!, $j: ID!, $f: ID!) { report(id: $r) { id } job(id: $j) { id } storedFile(id: $f) { id } }";
  const variables = { r: report.id, j: jobId, f: report.file?.id };
  expect(await bob.query(read, variables)).toEqual({ report: null, job: null, storedFile: null });
  expect(await errorOf(deleteReport(bob, report.id))).toMatchObject({ code: "NOT_FOUND" });
  await grant(ann, report.id, bob);
  const shared = await bob.query<{ report: ReportRow }>("query ($r: ID!) { report(id: $r) { file { id url } } }", {
    r: report.id,
  });
  expect(await bytesOf(shared.report)).toEqual(await bytesOf(report));
  await revoke(ann, report.id, bob);
  expect(await bob.query(read, variables)).toEqual({ report: null, job: null, storedFile: null });
  expect(await ann.query(read, variables)).toMatchObject({
    report: { id: report.id },
    storedFile: { id: variables.f },
  });
  await deleteReport(ann, report.id);
  expect(await ann.query(read, variables)).toEqual({ report: null, job: { id: jobId }, storedFile: null });
  await expect(bytesOf(report)).rejects.toThrow("404");
  const shown = await createReport(ann, wish("CSV"));
  const { id } = await reportOf(bob, shown, "DONE");
  const viewer = await joinWorkspace(atrium, ann.workspaceId, "VIEWER");
  expect(await errorOf(deleteReport(viewer, id))).toMatchObject({ code: "FORBIDDEN" });
  expect(await errorOf(createReport(viewer, wish("CSV")))).toMatchObject({ code: "FORBIDDEN" });
}, 60_000);

test("A4 a worker that is killed in the middle of a report leaves no half file, and another one writes it", async () => {
  const database = await createTestDatabase();
  const api = await startAtrium({ database, withWorkers: false });
  const env = { ...testEnv(database), ...api.env, PORT: "0" };
  const first = await spawnAtrium("worker", env);
  let second: typeof first | undefined;
  try {
    const cat = await signUpMember(api);
    const twin = await measuredTwin(api, { workspaceId: cat.workspaceId, name: "Busy", points: points(0) });
    const all = { twinIds: Array.from({ length: 20 }, () => twin), metric: "temperature" };
    const sections = Array.from({ length: 10 }, (_, index) => ({
      title: `Part ${index}`,
      chart: "TABLE",
      series: all,
    }));
    const jobId = await createReport(cat, { ...wish("CSV", { title: "Killed" }), sections });
    await eventually(
      () => cat.query<{ job: { progress: number } }>("query ($id: ID!) { job(id: $id) { progress } }", { id: jobId }),
      ({ job }) => job.progress > 0,
    );
    await first.kill("SIGKILL");
    const { job } = await cat.query<{ job: { status: string } }>("query ($id: ID!) { job(id: $id) { status } }", {
      id: jobId,
    });
    expect(job.status).toBe("RUNNING");
    await endLeases(database);
    second = await spawnAtrium("worker", env);
    const report = await reportOf(cat, jobId, "DONE", 60_000);
    expect(rowsOf(await bytesOf(report))).toHaveLength(1 + 10 * 20 * 1_440 + 1);
    const files = await database.query("select id from stored_file");
    expect(files).toEqual([{ id: report.file?.id }]);
  } finally {
    await first.kill();
    await second?.kill();
    await api.close();
    await database.drop();
  }
}, 100_000);
