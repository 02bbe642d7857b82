import { newId } from "#src/platform/ids.js";
import { errorOf, startAtrium, type TestAtrium } from "./support/atrium.js";
import { type Member, startTeam, type Team } from "./support/team.js";

let atrium: TestAtrium;
let team: Team;
let ann: Member;
let bob: Member;

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  team = await startTeam(atrium);
  ann = team.owner;
  bob = await team.join("VIEWER");
});
afterAll(() => atrium.close());

interface Figures {
  readonly transcripts: number;
  readonly pending: number;
  readonly processing: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly successRate: number | null;
  readonly realTimeFactorP50: number | null;
  readonly realTimeFactorP95: number | null;
  readonly words: number;
}
interface Stats extends Figures {
  readonly recordings: number;
  readonly minutes: number;
  readonly transcribers: (Figures & { readonly transcriber: string })[];
}

const figures =
  "transcripts pending processing done failed cancelled successRate realTimeFactorP50 realTimeFactorP95 words";

const statsOf = async (person: Member, range: object = {}): Promise<Stats> =>
  (
    await person.query<{ voiceStats: Stats }>(
      `query ($from: DateTimeISO, $to: DateTimeISO) { voiceStats(from: $from, to: $to) {
        recordings minutes ${figures} transcribers { transcriber ${figures} } } }`,
      range,
    )
  ).voiceStats;

const insert = (table: string, row: Record<string, unknown>) =>
  atrium.database.query(
    `insert into ${table} (${Object.keys(row).join(", ")}) values (${Object.keys(row).map((_, at) => `$${at + 1}`)})`,
    Object.values(row),
  );

interface Fate {
  readonly status: string;
  readonly transcriber: string;
  readonly durationMs: number;
  readonly tookMs: number;
  readonly words: number;
  readonly visibility: string;
  readonly day: number;
}

const day = (number: number) => new Date(Date.UTC(2030, 0, number));

const store = async (fate: Fate): Promise<void> => {
  const { visibility, durationMs, status } = fate;
  const at = day(fate.day);
  const owned = { workspace_id: team.id, created_by_id: ann.userId, visibility, created_at: at };
  const file = { id: newId("stored_file"), name: "a", content_type: "audio/wav", size: 1, sha256: "0", file_key: "-" };
  await insert("stored_file", { ...owned, ...file, object_key: file.id });
  const recording = { id: newId("voice_recording"), title: "a", file_id: file.id, duration: durationMs, codec: "PCM" };
  await insert("voice_recording", { ...owned, ...recording, updated_at: at });
  const job = { id: newId("job"), kind: "test.none", lane: "media", payload: "{}", status: "SUCCEEDED" };
  await insert("job", { ...owned, ...job, request_id: "r", run_at: at, finished_at: at });
  const text = Array.from({ length: fate.words }, () => "word").join(" ");
  await insert("transcript", {
    ...{ ...owned, id: newId("transcript"), recording_id: recording.id, job_id: job.id, status, text },
    ...{ transcriber: fate.transcriber, model: "m", started_at: status === "PENDING" ? null : at },
    finished_at: status === "DONE" || status === "FAILED" ? new Date(at.getTime() + fate.tookMs) : null,
  });
};

/** The same numbers, counted here. */
const counted = (fates: readonly Fate[]): Figures => {
  const of = (status: string) => fates.filter((fate) => fate.status === status);
  const [done, failed] = [of("DONE").length, of("FAILED").length];
  const factors = of("DONE")
    .map(({ tookMs, durationMs }) => tookMs / durationMs)
    .sort((a, b) => a - b);
  const percentile = (share: number) => {
    if (factors.length === 0) return null;
    const place = share * (factors.length - 1);
    const [low = 0, high = 0] = [factors[Math.floor(place)], factors[Math.ceil(place)]];
    return expect.closeTo(low + (high - low) * (place - Math.floor(place)), 6) as number;
  };
  return {
    ...{ transcripts: fates.length, done, failed, pending: of("PENDING").length },
    ...{ processing: of("PROCESSING").length, cancelled: of("CANCELLED").length },
    successRate: done + failed === 0 ? null : (expect.closeTo(done / (done + failed), 9) as number),
    ...{ realTimeFactorP50: percentile(0.5), realTimeFactorP95: percentile(0.95) },
    words: fates.reduce((sum, { words }) => sum + words, 0),
  };
};

const expected = (fates: readonly Fate[]): Stats => ({
  ...counted(fates),
  recordings: fates.length,
  minutes: expect.closeTo(fates.reduce((sum, { durationMs }) => sum + durationMs, 0) / 60_000, 6) as number,
  transcribers: [...new Set(fates.map(({ transcriber }) => transcriber))]
    .sort()
    .map((transcriber) => ({ transcriber, ...counted(fates.filter((fate) => fate.transcriber === transcriber)) })),
});

test("V4 voiceStats equals the rows, of any fates, for whoever sees them and in any span", async () => {
  expect(await statsOf(ann)).toEqual(expected([]));
  const pick = <T>(...values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;
  const fates = Array.from(
    { length: 60 },
    (): Fate => ({
      status: pick("PENDING", "PROCESSING", "DONE", "DONE", "DONE", "FAILED", "CANCELLED"),
      transcriber: pick("openai", "server", "command"),
      durationMs: 1 + Math.floor(Math.random() * 600_000),
      tookMs: Math.floor(Math.random() * 100_000),
      words: Math.floor(Math.random() * 50),
      visibility: pick("WORKSPACE", "WORKSPACE", "PRIVATE"),
      day: 1 + Math.floor(Math.random() * 20),
    }),
  );
  for (const fate of fates) await store(fate);
  expect(await statsOf(ann)).toEqual(expected(fates));
  expect(await statsOf(bob)).toEqual(expected(fates.filter(({ visibility }) => visibility === "WORKSPACE")));
  for (const [from, to] of [
    [1, 10],
    [5, 6],
    [15, 40],
  ] as const)
    expect(await statsOf(ann, { from: day(from), to: day(to) })).toEqual(
      expected(fates.filter((fate) => fate.day >= from && fate.day < to)),
    );
  const rows = await atrium.database.query<{ status: string; count: string }>(
    "select status, count(*) from transcript where workspace_id = $1 group by status",
    [team.id],
  );
  const stats = await statsOf(ann);
  for (const { status, count } of rows) expect(stats[status.toLowerCase() as "done"]).toBe(Number(count));
});

test("V4 a span that ends before it begins is refused, and another workspace's rows are nobody's here", async () => {
  expect(await errorOf(statsOf(ann, { from: day(2), to: day(1) }))).toMatchObject({
    code: "BAD_USER_INPUT",
    details: { field: "to" },
  });
  const other = await startTeam(atrium);
  expect(await statsOf(other.owner)).toEqual(expected([]));
});
