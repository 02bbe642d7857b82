import { newId } from "#src/platform/ids.js";
import { errorOf, startAtrium, type TestAtrium } from "./support/atrium.js";
import { type Member, startTeam, type Team } from "./support/team.js";

let atrium: TestAtrium;
let team: Team;
let other: Team;
let people: Member[];

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  team = await startTeam(atrium);
  other = await startTeam(atrium);
  people = [team.owner, await team.join("EDITOR"), await team.join("VIEWER")];
  await atrium.database.query("create table telemetry.point_rest partition of telemetry.point default");
});
afterAll(() => atrium.close());

const pick = <T>(...values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;
const some = (most: number) => Math.floor(Math.random() * most);
const hourMs = 60 * 60_000;
const now = Date.now();
/** Within the last ten days, to the millisecond. */
const sometime = () => new Date(now - some(10 * 24 * hourMs));

const insert = (table: string, row: Record<string, unknown>) =>
  atrium.database.query(
    `insert into ${table} (${Object.keys(row).join(", ")}) values (${Object.keys(row).map((_, at) => `$${at + 1}`)})`,
    Object.values(row),
  );

/** Rows of every kind that is counted, of any fate, as they would be stored. */
const fill = async ({ id: workspace_id, owner }: Team, count: number): Promise<void> => {
  const owned = () => ({
    ...{ workspace_id, created_by_id: owner.userId, visibility: pick("WORKSPACE", "PRIVATE") },
    created_at: sometime(),
  });
  for (let index = 0; index < count; index += 1) {
    const job = { ...owned(), id: newId("job"), kind: "test.none", lane: "media", payload: "{}", request_id: "r" };
    const status = pick("QUEUED", "SUCCEEDED", "FAILED", "CANCELLED");
    await insert("job", { ...job, status, run_at: job.created_at, finished_at: job.created_at });
    const quote = { ...owned(), id: newId("quote"), text: "a", author: "b", source: pick("USER", "AI_GENERATED") };
    await insert("quote", { ...quote, updated_at: quote.created_at });
    if (pick(true, false))
      await insert("quote_favourite", {
        ...{ id: newId("quote_favourite"), workspace_id, created_at: sometime() },
        ...{ user_id: owner.userId, quote_id: quote.id, visibility: "WORKSPACE" },
      });
    const generation = {
      ...owned(),
      id: newId("generation"),
      job_id: job.id,
      purpose: "test",
      request: "{}",
      text: "",
    };
    const fate = pick("SUCCEEDED", "SUCCEEDED", "FAILED", "CANCELLED");
    await insert("generation", { ...generation, status: fate, is_complete: false, finished_at: generation.created_at });
    await insert("provider_call", {
      ...{ id: newId("provider_call"), workspace_id, created_at: new Date(), visibility: "WORKSPACE" },
      ...{ generation_id: generation.id, created_by_id: owner.userId, purpose: "test", provider: pick("x", "y", "z") },
      ...{ model: "m", operation: "CHAT", outcome: "OK", started_at: sometime(), latency: 1, is_estimated: false },
      ...{ input_tokens: pick(null, some(1_000)), output_tokens: some(100), cost_micros: pick(null, some(5_000)) },
    });
    const file = {
      ...owned(),
      id: newId("stored_file"),
      name: "a",
      content_type: "audio/wav",
      sha256: "0",
      file_key: "-",
    };
    await insert("stored_file", { ...file, size: some(1_000_000), object_key: file.id });
    const recording = { ...owned(), id: newId("voice_recording"), title: "a", file_id: file.id, codec: "PCM" };
    await insert("voice_recording", { ...recording, duration: some(600_000), updated_at: recording.created_at });
    await insert("transcript", {
      ...{ ...owned(), id: newId("transcript"), recording_id: recording.id, job_id: job.id, text: "" },
      ...{ status: pick("PENDING", "DONE", "DONE", "FAILED"), transcriber: "t", model: "m" },
    });
    if (pick(true, false, false))
      await insert("voice_quote", {
        ...{ ...owned(), id: newId("voice_quote"), job_id: job.id, quote_id: quote.id, recording_id: recording.id },
      });
    const twin = { id: newId("twin"), workspace_id, created_at: sometime(), name: "t", type: "pump", status: "ACTIVE" };
    await insert("twin", { ...twin, revision: 1, updated_at: twin.created_at });
    const [metric] = await atrium.database.query<{ series: string }>(
      `insert into metric (id, workspace_id, created_at, twin_id, name, points, first_at, last_at, last_value)
       values ($1, $2, now(), $3, 'm', 0, now(), now(), 0) returning series`,
      [newId("metric"), workspace_id, twin.id],
    );
    // No worker has summed any of it up.
    await atrium.database.query(
      `with made as (insert into telemetry.point (series, at, value) select $1, t, 1 from unnest($2::timestamptz[]) t
         on conflict do nothing returning at)
       insert into telemetry.stale (series, start) select distinct $1::bigint, date_trunc('minute', at) from made`,
      [metric?.series, Array.from({ length: 5 }, sometime)],
    );
  }
};

interface Metrics {
  readonly quotes: Record<string, number>;
  readonly ai: Record<string, unknown> & { readonly providers: object[] };
  readonly voice: Record<string, number | null>;
  readonly activity: Record<string, number>;
  readonly volume: Record<string, number>;
  readonly jobs: readonly { readonly status: string; readonly count: number }[];
}

const metricsOf = async (person: Member, range: object, zone = "UTC"): Promise<Metrics> =>
  (
    await person.query<{ businessMetrics: Metrics }>(
      `query ($range: TimeRange!, $zone: String!) { businessMetrics(range: $range, timeZone: $zone) {
        quotes { made perDay written generated spoken favourites }
        ai { generations succeeded failed successRate calls inputTokens outputTokens costMicros unpricedCalls
          providers { provider calls inputTokens outputTokens costMicros } }
        voice { recordings minutes transcripts done failed successRate }
        activity { activeUsers events changes }
        volume { telemetryPoints twins files fileBytes }
        jobs { status count } } }`,
      { range, zone },
    )
  ).businessMetrics;

/** One number, counted in rows by what follows `select`; `$W` are those of the workspace in the range. */
const count = async (workspace: string, range: { from: Date; until: Date }, text: string): Promise<number | null> => {
  const within = (column: string) => `workspace_id = $1 and ${column} >= $2 and ${column} < $3`;
  const [row] = await atrium.database.query<{ n: string | null }>(
    `select (select ${text.replace("$W", within("created_at")).replace("$S", within("started_at")).replace("$A", within("at"))}) as n`,
    [workspace, range.from, range.until],
  );
  return row?.n == null ? null : Number(row.n);
};

const near = (value: number | null) => (value === null ? null : (expect.closeTo(value, 6) as number));

/** Each figure by a statement of its own. */
const recomputed = async (id: string, range: { from: Date; until: Date }): Promise<Metrics> => {
  const n = async (text: string) => (await count(id, range, text)) as number;
  const made = await n("count(*) from quote where $W");
  const spoken = "(select quote_id from voice_quote where quote_id is not null)";
  const rate = async (table: string, good: string) =>
    near(
      await count(
        id,
        range,
        `avg((status = '${good}')::int) from ${table} where $W and status in ('${good}', 'FAILED')`,
      ),
    );
  const providers: object[] = [];
  for (const provider of ["x", "y", "z"]) {
    const of = (what: string) => n(`coalesce(${what}, 0) from provider_call where $S and provider = '${provider}'`);
    const calls = await of("count(*)");
    if (calls > 0)
      providers.push({
        ...{ provider, calls, inputTokens: await of("sum(input_tokens)") },
        ...{ outputTokens: await of("sum(output_tokens)"), costMicros: await of("sum(cost_micros)") },
      });
  }
  const jobs: { status: string; count: number }[] = [];
  for (const status of ["CANCELLED", "FAILED", "QUEUED", "RUNNING", "SUCCEEDED", "WAITING"]) {
    const jobsOf = await n(`count(*) from job where $W and status = '${status}'`);
    if (jobsOf > 0) jobs.push({ status, count: jobsOf });
  }
  return {
    quotes: {
      made,
      perDay: near((made * 24 * hourMs) / (range.until.getTime() - range.from.getTime())) as number,
      spoken: await n(`count(*) from quote where $W and id in ${spoken}`),
      written: await n(`count(*) from quote where $W and source = 'USER' and id not in ${spoken}`),
      generated: await n(`count(*) from quote where $W and source = 'AI_GENERATED' and id not in ${spoken}`),
      favourites: await n("count(*) from quote_favourite where $W"),
    },
    ai: {
      generations: await n("count(*) from generation where $W"),
      succeeded: await n("count(*) from generation where $W and status = 'SUCCEEDED'"),
      failed: await n("count(*) from generation where $W and status = 'FAILED'"),
      successRate: await rate("generation", "SUCCEEDED"),
      calls: await n("count(*) from provider_call where $S"),
      inputTokens: await n("coalesce(sum(input_tokens), 0) from provider_call where $S"),
      outputTokens: await n("coalesce(sum(output_tokens), 0) from provider_call where $S"),
      costMicros: await n("coalesce(sum(cost_micros), 0) from provider_call where $S"),
      unpricedCalls: await n("count(*) from provider_call where $S and cost_micros is null"),
      providers,
    },
    voice: {
      recordings: await n("count(*) from voice_recording where $W"),
      minutes: near(await n("coalesce(sum(duration), 0) / 60000.0 from voice_recording where $W")),
      transcripts: await n("count(*) from transcript where $W"),
      done: await n("count(*) from transcript where $W and status = 'DONE'"),
      failed: await n("count(*) from transcript where $W and status = 'FAILED'"),
      successRate: await rate("transcript", "DONE"),
    },
    activity: {
      activeUsers: await n(`count(distinct u) from (select user_id as u from analytics.product_event where $A
        union select actor_id from audit_entry where workspace_id = $1 and created_at >= $2 and created_at < $3
          and outcome = 'SUCCEEDED' and credential_id like 'session%') u`),
      events: await n("count(*) from analytics.product_event where $A"),
      changes: await n("count(*) from audit_entry where $W and outcome = 'SUCCEEDED'"),
    },
    volume: {
      telemetryPoints: await n(`count(*) from telemetry.point where series in (
        select series from metric where workspace_id = $1) and at >= $2 and at < $3`),
      twins: await n("count(*) from twin where $W"),
      files: await n("count(*) from stored_file where $W"),
      fileBytes: await n("coalesce(sum(size), 0) from stored_file where $W"),
    },
    jobs,
  };
};

test("A6 every business metric equals its count in the rows, in any span, and another workspace's rows are not in it", async () => {
  await fill(team, 30);
  await fill(other, 10);
  for (const person of people)
    for (let call = 0; call < 3; call += 1)
      await person.query("mutation ($i: [TrackEventInput!]!) { trackEvents(inputs: $i) { id } }", {
        i: Array.from({ length: some(20) + 1 }, () => ({ name: "a", at: sometime() })),
      });
  await atrium.app.eventRollups.catchUp();
  await people[2]?.query('mutation { trackEvent(input: { name: "late" }) { id } }');
  await people[1]?.sdk.CreateQuote({ input: { text: "One.", author: "Ann" } });
  const spans = [
    { from: new Date(now - 11 * 24 * hourMs), until: new Date(Date.now() + hourMs) },
    { from: new Date(Math.floor((now - 5 * 24 * hourMs) / hourMs) * hourMs), until: new Date(now - hourMs) },
    { from: sometime(), until: new Date(Date.now() + 1) },
    { from: new Date(now - 20 * 24 * hourMs), until: new Date(now - 15 * 24 * hourMs) },
  ];
  for (const range of spans) {
    const found = await metricsOf(team.owner, range);
    const byName = (providers: readonly object[]) =>
      [...providers].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    const wanted = await recomputed(team.id, range);
    expect({ ...found, ai: { ...found.ai, providers: byName(found.ai.providers) } }).toEqual({
      ...wanted,
      ai: { ...wanted.ai, providers: byName(wanted.ai.providers) },
    });
  }
  const all = await metricsOf(team.owner, spans[0] as object);
  expect(all.quotes.made).toBe(31);
  expect(all.activity.activeUsers).toBe(3);
  for (const figure of ["spoken", "written", "generated", "favourites"]) expect(all.quotes[figure]).toBeGreaterThan(0);
  expect(all.volume.telemetryPoints).toBeGreaterThan(100);
});

test("A6 a day is one by the clock of the time zone, and what makes no sense is refused", async () => {
  const { owner } = await startTeam(atrium);
  await owner.sdk.CreateQuote({ input: { text: "One.", author: "Ann" } });
  await atrium.database.query("update quote set created_at = '2026-03-29T12:00:00Z' where created_by_id = $1", [
    owner.userId,
  ]);
  // The clock goes forward that day.
  const range = { from: "2026-03-28T23:00:00Z", until: "2026-03-29T22:00:00Z" };
  expect((await metricsOf(owner, range, "Europe/Berlin")).quotes.perDay).toBe(1);
  expect((await metricsOf(owner, range)).quotes.perDay).toBeCloseTo(24 / 23, 9);
  expect(await errorOf(metricsOf(owner, range, "Mars/Olympus"))).toMatchObject({
    code: "BAD_USER_INPUT",
    details: { field: "timeZone" },
  });
  expect(await errorOf(metricsOf(owner, range, "+01:00"))).toMatchObject({ code: "BAD_USER_INPUT" });
  const turned = { from: range.until, until: range.from };
  expect((await errorOf(metricsOf(owner, turned))).details).toMatchObject({ field: "range.until" });
  expect((await errorOf(metricsOf(owner, { ...range, from: "1990-01-01T00:00:00Z" }))).details).toMatchObject({
    field: "range.until",
  });
  expect((await errorOf(metricsOf(people[1] as Member, range))).code).toBe("FORBIDDEN");
});
