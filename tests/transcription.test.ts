import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { textOf } from "./support/follow.js";
import { endLeases, spawnAtrium } from "./support/processes.js";
import { ended, recordingOf, transcribe, transcriptOf, transcriptsOf } from "./support/recordings.js";
import { silence, speech } from "./support/speech.js";
import { startWhisperStub, type WhisperStub } from "./support/whisper-stub.js";

let atrium: TestAtrium;
let ann: Person;
let whisper: WhisperStub;
let three: Buffer;

beforeAll(async () => {
  whisper = await startWhisperStub();
  three = await speech("Measure twice and cut once.", "The sea is calm tonight.", "Nobody knew how old the dog was.");
  atrium = await startAtrium({
    env: {
      ATRIUM_TRANSCRIPTION_URL: `${whisper.url}/v1`,
      ATRIUM_TRANSCRIPTION_MODELS: "whisper-1",
      ATRIUM_TRANSCRIPTION_PARALLEL: "2",
    },
  });
  ann = await atrium.signUp();
});
afterAll(async () => {
  await atrium.close();
  await whisper.close();
});

/** Requests that a piece of work made. */
const requestsIn = async <T>(work: () => Promise<T>): Promise<{ result: T; count: number }> => {
  const before = whisper.requests.length;
  const result = await work();
  return { result, count: whisper.requests.length - before };
};

const callsOf = (transcriptId: string) =>
  atrium.database.query<{ outcome: string; cost_micros: string | null; operation: string; created_by_id: string }>(
    "select * from provider_call where transcript_id = $1 order by started_at, id",
    [transcriptId],
  );

describe("transcribing", () => {
  test("V2 each stretch between silences is sent by itself, and its words have the recording's times", async () => {
    const recording = await recordingOf(ann, three);
    const { count } = await requestsIn(async () => {
      const jobId = await transcribe(ann, recording.id);
      const pending = await transcriptOf(ann, recording.id);
      expect(["PENDING", "PROCESSING", "DONE"]).toContain(pending.status);
      const { events, job } = await ended(ann, jobId);
      expect(job).toMatchObject({ status: "SUCCEEDED", result: { __typename: "Transcript" } });
      const transcript = await transcriptOf(ann, recording.id);
      expect(transcript).toMatchObject({ status: "DONE", language: "en", errorCode: null });
      expect(transcript.text).toBe(textOf(events));
      expect(transcript.text.split("Words of")).toHaveLength(4);
      expect(transcript.text).toBe(transcript.segments.nodes.map(({ text }) => text).join(" "));
      expect(transcript.chunks.nodes.map(({ status, attempts }) => [status, attempts])).toEqual(
        Array.from({ length: 3 }, () => ["DONE", 1]),
      );
      const { chunks, segments } = transcript;
      for (const [index, { startMs, endMs }] of segments.nodes.entries()) {
        expect(startMs).toBeGreaterThanOrEqual(chunks.nodes[index]?.startMs ?? Number.NaN);
        expect(endMs).toBeLessThanOrEqual(chunks.nodes[index]?.endMs ?? Number.NaN);
      }
      expect(chunks.nodes[1]?.startMs).toBeGreaterThan(5_000);
      const spoken = chunks.nodes.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
      expect(transcript.spokenMs).toBe(spoken);
      expect(spoken).toBeLessThan(recording.duration - 8_000);
      expect(transcript.confidence).toBeCloseTo(Math.exp(-0.2) * 0.99, 3);
      const progress = events.flatMap((event) => (event.__typename === "JobProgressed" ? [event.progress] : []));
      expect(progress).toEqual([...progress].sort((a, b) => a - b));
      expect(progress.length).toBeGreaterThan(2);
    });
    expect(count).toBe(3);
  }, 60_000);

  test("V2 of silence nothing is sent, and nothing comes of it", async () => {
    const recording = await recordingOf(ann, await silence(4));
    const { count } = await requestsIn(async () => {
      const { job } = await ended(ann, await transcribe(ann, recording.id));
      expect(job.status).toBe("SUCCEEDED");
    });
    expect(count).toBe(0);
    expect(await transcriptOf(ann, recording.id)).toMatchObject({
      ...{ status: "DONE", text: "", spokenMs: 0, confidence: null },
      ...{ segments: { nodes: [] }, chunks: { nodes: [] } },
    });
  }, 60_000);

  test("V2 one short word in much silence is heard", async () => {
    const recording = await recordingOf(ann, await speech("Hello."));
    const { count } = await requestsIn(async () => ended(ann, await transcribe(ann, recording.id)));
    expect(count).toBe(1);
    expect((await transcriptOf(ann, recording.id)).segments.nodes).toHaveLength(1);
  }, 60_000);

  test("V2 a passing failure repeats one stretch alone, and the ledger has each request", async () => {
    const recording = await recordingOf(ann, three);
    whisper.script({ kind: "status", status: 503 });
    const { count } = await requestsIn(async () => ended(ann, await transcribe(ann, recording.id)));
    expect(count).toBe(4);
    const transcript = await transcriptOf(ann, recording.id);
    expect(transcript.status).toBe("DONE");
    expect(transcript.chunks.nodes.map(({ attempts }) => attempts).sort()).toEqual([1, 1, 2]);
    const calls = await callsOf(transcript.id);
    expect(calls.map(({ outcome }) => outcome).sort()).toEqual(["OK", "OK", "OK", "UNAVAILABLE"]);
    expect(new Set(calls.map(({ operation }) => operation))).toEqual(new Set(["TRANSCRIPTION"]));
    // whisper-1 costs 0.006 dollars a minute, and a refused request nothing.
    const costs = transcript.chunks.nodes.map(({ startMs, endMs }) => Math.ceil(((endMs - startMs) * 6_000) / 60_000));
    const sum = calls.reduce((total, { cost_micros }) => total + Number(cost_micros), 0);
    expect(sum).toBe(costs.reduce((total, cost) => total + cost, 0));
  }, 60_000);

  test("V2 a stretch that cannot be heard fails the transcript and names itself; a retry sends that one alone", async () => {
    const recording = await recordingOf(ann, three);
    const probe = await recordingOf(ann, three);
    await ended(ann, await transcribe(ann, probe.id));
    const planned = (await transcriptOf(ann, probe.id)).chunks.nodes;
    const lengths = planned.map(({ startMs, endMs }) => endMs - startMs) as [number, number, number];
    const refuses = ({ durationMs }: { durationMs: number }) => Math.abs(durationMs - lengths[1]) < 60;
    whisper.byDefault = (request) => (refuses(request) ? { kind: "status", status: 400 } : { kind: "heard" });
    const jobId = await transcribe(ann, recording.id);
    const { job } = await ended(ann, jobId);
    expect(job.status).toBe("FAILED");
    expect(job.error?.code).toBe("PROVIDER_UNAVAILABLE");
    const failed = await transcriptOf(ann, recording.id);
    expect(failed).toMatchObject({ status: "FAILED", errorCode: "PROVIDER_UNAVAILABLE" });
    expect(failed.errorMessage).toMatch(/The stretch from 0:0\d to 0:\d\d could not be heard/);
    expect(failed.chunks.nodes.map(({ status }) => status)).toEqual(["DONE", "FAILED", "DONE"]);
    expect(failed.segments.nodes).toHaveLength(2);
    expect(failed.text.split("Words of")).toHaveLength(3);

    whisper.byDefault = { kind: "heard" };
    const { count } = await requestsIn(async () => {
      await ann.sdk.RetryJob({ id: jobId });
      const again = await ended(ann, jobId);
      expect(again.job.status).toBe("SUCCEEDED");
    });
    expect(count).toBe(1);
    const done = await transcriptOf(ann, recording.id);
    expect(done).toMatchObject({ status: "DONE", errorCode: null, errorMessage: null });
    expect(done.segments.nodes).toHaveLength(3);
  }, 60_000);

  test("V2 a cancelled transcription keeps what it has, and the request under way is closed", async () => {
    const recording = await recordingOf(ann, three);
    const before = whisper.requests.length;
    let served = 0;
    whisper.byDefault = () => {
      served += 1;
      return served === 1 ? { kind: "heard" } : { kind: "hang" };
    };
    const jobId = await transcribe(ann, recording.id);
    const partial = await eventually(
      () => transcriptOf(ann, recording.id),
      ({ text, segments }) => text !== "" && segments.nodes.length === 1 && whisper.requests.length - before >= 3,
    );
    expect(partial.status).toBe("PROCESSING");
    await ann.sdk.CancelJob({ id: jobId });
    const { job } = await ended(ann, jobId);
    expect(job.status).toBe("CANCELLED");
    const kept = await transcriptOf(ann, recording.id);
    expect(kept).toMatchObject({ status: "CANCELLED", text: partial.text });
    expect(kept.segments.nodes).toHaveLength(1);
    await eventually(
      async () => whisper.open,
      (open) => open === 0,
    );
    const calls = await callsOf(kept.id);
    expect(calls.map(({ outcome }) => outcome).sort()).toEqual(["OK", "STOPPED", "STOPPED"]);
    whisper.byDefault = { kind: "heard" };
    const { count } = await requestsIn(async () => {
      await ann.sdk.RetryJob({ id: jobId });
      expect((await ended(ann, jobId)).job.status).toBe("SUCCEEDED");
    });
    expect(count).toBe(2);
  }, 60_000);

  test("V2 unknown transcribers, models and languages are refused before a job is made", async () => {
    const recording = await recordingOf(ann, await speech("Good morning to all of you."));
    const cases = [
      [{ transcriber: "nobody" }, "input.transcriber"],
      [{ model: "whisper-9" }, "input.model"],
      [{ language: "not a language" }, "input.language"],
    ] as const;
    for (const [input, field] of cases)
      expect(await errorOf(transcribe(ann, recording.id, input))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field },
      });
    const stranger = await atrium.signUp();
    expect(await errorOf(transcribe(stranger, recording.id))).toMatchObject({ code: "NOT_FOUND" });
    expect(await transcriptsOf(ann, recording.id)).toEqual([]);
    // A second transcript of the same recording is allowed.
    const jobs = [await transcribe(ann, recording.id), await transcribe(ann, recording.id, { language: "de" })];
    for (const id of jobs) expect((await ended(ann, id)).job.status).toBe("SUCCEEDED");
    expect(await transcriptsOf(ann, recording.id)).toHaveLength(2);
    expect(whisper.requests.at(-1)?.fields).toMatchObject({ model: "whisper-1" });
    expect(
      whisper.requests
        .slice(-2)
        .map(({ fields }) => fields.language ?? "")
        .sort(),
    ).toEqual(["", "de"]);
  }, 60_000);

  test("M3 a budget that a minute would go beyond refuses it, and nothing is sent", async () => {
    const bea = await atrium.signUp();
    const recording = await recordingOf(bea, three);
    await bea.query("mutation { setBudget(input: { scope: WORKSPACE, period: TOTAL, limitMicros: 100 }) { id } }");
    const { count } = await requestsIn(async () => {
      const { job } = await ended(bea, await transcribe(bea, recording.id));
      expect(job).toMatchObject({ status: "FAILED", error: { code: "BUDGET_EXCEEDED" } });
    });
    expect(count).toBe(0);
    expect((await transcriptOf(bea, recording.id)).errorCode).toBe("BUDGET_EXCEEDED");
  }, 60_000);
});

test("V2 after a worker was killed, another one sends only what is missing", async () => {
  const api = await startAtrium({
    withWorkers: false,
    env: { ATRIUM_TRANSCRIPTION_URL: `${whisper.url}/v1`, ATRIUM_TRANSCRIPTION_PARALLEL: "1" },
  });
  const cal = await api.signUp();
  const first = await spawnAtrium("worker", api.env);
  try {
    const recording = await recordingOf(cal, three);
    const before = whisper.requests.length;
    let served = 0;
    whisper.byDefault = () => {
      served += 1;
      return served === 2 ? { kind: "hang" } : { kind: "heard" };
    };
    const jobId = await transcribe(cal, recording.id);
    await eventually(
      () => transcriptOf(cal, recording.id),
      ({ segments }) => segments.nodes.length === 1 && whisper.requests.length - before === 2,
    );
    await first.kill();
    await endLeases(api.database);
    const second = await spawnAtrium("worker", api.env);
    const { job } = await ended(cal, jobId);
    expect(job).toMatchObject({ status: "SUCCEEDED", attempts: 2 });
    // One that was heard, one that was lost, and the two that were missing.
    expect(whisper.requests.length - before).toBe(4);
    const transcript = await transcriptOf(cal, recording.id);
    expect(transcript.segments.nodes).toHaveLength(3);
    expect(transcript.chunks.nodes.map(({ attempts }) => attempts)).toEqual([1, 2, 1]);
    const calls = await api.database.query<{ outcome: string }>(
      "select outcome from provider_call where transcript_id = $1",
      [transcript.id],
    );
    expect(calls.map(({ outcome }) => outcome).sort()).toEqual(["LOST", "OK", "OK", "OK"]);
    await second.kill("SIGTERM");
  } finally {
    await first.kill();
    await api.close();
  }
}, 90_000);

test("V2 without a transcriber the error names the settings", async () => {
  const bare = await startAtrium();
  try {
    const dan = await bare.signUp();
    const recording = await recordingOf(dan, await speech("Good morning to all of you."));
    const error = await errorOf(transcribe(dan, recording.id));
    expect(error.code).toBe("PROVIDER_UNAVAILABLE");
    expect(error.message).toContain("ATRIUM_TRANSCRIBE_COMMAND");
  } finally {
    await bare.close();
  }
}, 60_000);
