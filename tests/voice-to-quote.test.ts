import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { follow, type ThreadEvent } from "./support/follow.js";
import { startOpenAiStub } from "./support/openai-stub.js";
import { endLeases, spawnAtrium } from "./support/processes.js";
import { ended, recordingOf, sendUpload, transcriptOf, voiceToQuote } from "./support/recordings.js";
import { scriptedProvider } from "./support/scripted-provider.js";
import { silence, speech } from "./support/speech.js";
import { startWhisperStub, type WhisperReply, type WhisperStub } from "./support/whisper-stub.js";
import { stubKey } from "./support/wire-stub.js";

let whisper: WhisperStub;
let atrium: TestAtrium;
let ann: Person;
let sound: Buffer;
const words: WhisperReply = {
  kind: "heard",
  segments: [{ start: 0, end: 1.2, text: " The harbour was quiet and the old boats slept." }],
};

beforeAll(async () => {
  whisper = await startWhisperStub();
  whisper.byDefault = words;
  sound = await speech("The harbour was quiet and the old boats slept.");
  atrium = await startAtrium({ env: { ATRIUM_TRANSCRIPTION_URL: `${whisper.url}/v1` } });
  ann = await atrium.signUp();
});
afterAll(async () => {
  await atrium.close();
  await whisper.close();
});

interface Link {
  readonly id: string;
  readonly job: { readonly id: string } | null;
  readonly upload: { readonly id: string } | null;
  readonly recording: { readonly id: string; readonly title: string } | null;
  readonly transcript: { readonly id: string; readonly text: string } | null;
  readonly quote: { readonly id: string } | null;
}

const linkOf = async (person: Person, jobId: string): Promise<Link> => {
  const { voiceQuotes } = await person.query<{ voiceQuotes: { nodes: Link[] } }>(
    "{ voiceQuotes(first: 100) { nodes { id job { id } upload { id } recording { id title } transcript { id text } quote { id } } } }",
  );
  const found = voiceQuotes.nodes.find(({ job }) => job?.id === jobId);
  if (found === undefined) throw new Error("There is no voice quote of this job.");
  return found;
};

const stepsOf = (events: readonly ThreadEvent[]) =>
  events.flatMap((event) => (event.__typename === "StepFinished" ? [event.step] : []));

const idOf = ({ result }: Awaited<ReturnType<typeof ended>>["job"]): string => {
  if (result?.__typename !== "Quote") throw new Error(`The result is a ${result?.__typename}.`);
  return result.id;
};

/** The text of each step. */
const textsOf = (events: readonly ThreadEvent[]): string[] => {
  const texts = [""];
  for (const event of events) {
    if (event.__typename === "JobStarted") texts.splice(0, texts.length, "");
    else if (event.__typename === "StepFinished") texts.push("");
    else if (event.__typename === "TextChunk") texts.push(`${texts.pop()}${event.text}`);
  }
  return texts;
};

test("V3 an upload becomes a quote by one job, and the quote names recording and transcript", async () => {
  const upload = await sendUpload(ann, sound);
  const jobId = await voiceToQuote(ann, { uploadId: upload.id, title: "Harbour", tone: "calm", audience: "sailors" });
  const { events, job } = await ended(ann, jobId);
  expect(job.status).toBe("SUCCEEDED");
  expect(stepsOf(events)).toEqual(["check", "transcription"]);
  const [, transcribed, written] = textsOf(events);
  const { quote } = await ann.query<{ quote: Record<string, unknown> }>(
    `query ($id: ID!) { quote(id: $id) { text tone audience source topic generation { purpose text promptVersion { prompt { name } } }
      voice { job { id } recording { id title } transcript { text status } upload { id } } } }`,
    { id: idOf(job) },
  );
  expect(quote).toMatchObject({
    ...{ text: written, tone: "calm", audience: "sailors", source: "AI_GENERATED" },
    generation: { purpose: "voice.to_quote", text: written, promptVersion: { prompt: { name: "quotes.from_voice" } } },
    voice: {
      ...{ job: { id: jobId }, upload: { id: upload.id }, recording: { title: "Harbour" } },
      transcript: { text: transcribed, status: "DONE" },
    },
  });
  expect(transcribed).toBe("The harbour was quiet and the old boats slept.");
  expect(written?.length).toBeGreaterThan(10);
  expect((await linkOf(ann, jobId)).quote?.id).toBe(idOf(job));
  // The words that were said are what the provider is asked about.
  const [generation] = await atrium.database.query<{ request: { messages: { text: string }[] } }>(
    "select request from generation where purpose = 'voice.to_quote'",
  );
  expect(generation?.request.messages.at(-1)?.text).toContain(transcribed);
}, 60_000);

test("V3 a recording that is there already is not uploaded again", async () => {
  const recording = await recordingOf(ann, sound);
  const { job } = await ended(ann, await voiceToQuote(ann, { recordingId: recording.id }));
  expect(job).toMatchObject({ status: "SUCCEEDED", result: { __typename: "Quote" } });
  const again = await ended(ann, await voiceToQuote(ann, { recordingId: recording.id }));
  expect(idOf(again.job)).not.toBe(idOf(job));
}, 60_000);

test("V3 what cannot become a quote is refused at once, or fails with the reason", async () => {
  const recording = await recordingOf(ann, sound);
  const upload = await sendUpload(ann, sound);
  const cases = [
    [{}, "input.uploadId"],
    [{ uploadId: upload.id, recordingId: recording.id }, "input.uploadId"],
    [{ recordingId: recording.id, transcriber: "nobody" }, "input.transcriber"],
    [{ recordingId: recording.id, transcriptionModel: "ear-9" }, "input.transcriptionModel"],
    [{ recordingId: recording.id, provider: "nobody" }, "input.provider"],
  ] as const;
  for (const [input, field] of cases)
    expect(await errorOf(voiceToQuote(ann, input))).toMatchObject({ code: "BAD_USER_INPUT", details: { field } });
  const stranger = await atrium.signUp();
  expect(await errorOf(voiceToQuote(stranger, { recordingId: recording.id }))).toMatchObject({ code: "NOT_FOUND" });
  expect(await errorOf(voiceToQuote(stranger, { uploadId: upload.id }))).toMatchObject({ code: "NOT_FOUND" });

  const program = await sendUpload(ann, Buffer.concat([Buffer.from("\x7fELF"), Buffer.alloc(2_000, 7)]));
  const refused = await voiceToQuote(ann, { uploadId: program.id }).then(
    async (id) => (await ended(ann, id)).job.error?.message ?? "",
    (error: Error) => error.message,
  );
  expect(refused).toContain("REFUSED");

  const before = whisper.requests.length;
  const nobody = await sendUpload(ann, await silence(4));
  const { job } = await ended(ann, await voiceToQuote(ann, { uploadId: nobody.id }));
  expect(job).toMatchObject({ status: "FAILED", error: { code: "BAD_USER_INPUT" } });
  expect(job.error?.message).toContain("Nobody speaks");
  expect(whisper.requests.length).toBe(before);
}, 60_000);

test("V3 cancelled while somebody listens, it keeps the recording; a retry goes on from there", async () => {
  whisper.byDefault = { kind: "hang" };
  const before = whisper.requests.length;
  const upload = await sendUpload(ann, sound);
  const jobId = await voiceToQuote(ann, { uploadId: upload.id });
  await eventually(
    async () => whisper.requests.length,
    (count) => count > before,
  );
  await ann.sdk.CancelJob({ id: jobId });
  const { job } = await ended(ann, jobId);
  expect(job).toMatchObject({ status: "CANCELLED", result: { __typename: "Transcript" } });
  const link = await linkOf(ann, jobId);
  expect(link).toMatchObject({ recording: { title: "talk.wav" }, quote: null });
  expect((await transcriptOf(ann, link.recording?.id ?? "")).status).toBe("CANCELLED");
  whisper.byDefault = words;
  await ann.sdk.RetryJob({ id: jobId });
  const again = await ended(ann, jobId);
  expect(again.job).toMatchObject({ status: "SUCCEEDED", result: { __typename: "Quote" } });
  expect(await linkOf(ann, jobId)).toMatchObject({
    recording: { id: link.recording?.id },
    transcript: { id: link.transcript?.id },
  });
}, 60_000);

test("V3 cancelled while the quote is written, it keeps the transcript and the words until then", async () => {
  const { provider } = scriptedProvider({ words: Array.from({ length: 200 }, (_, at) => ` word${at}`), delayMs: 100 });
  const slow = await startAtrium({
    providers: [provider],
    env: { ATRIUM_TRANSCRIPTION_URL: `${whisper.url}/v1` },
  });
  try {
    const bea = await slow.signUp();
    const upload = await sendUpload(bea, sound);
    const jobId = await voiceToQuote(bea, { uploadId: upload.id });
    let isWriting = false;
    for await (const event of follow(bea, jobId)) {
      isWriting ||= event.__typename === "StepFinished" && event.step === "transcription";
      if (isWriting && event.__typename === "TextChunk") break;
    }
    await bea.sdk.CancelJob({ id: jobId });
    const { job, events } = await ended(bea, jobId);
    expect(job).toMatchObject({ status: "CANCELLED", result: { __typename: "Generation", isComplete: false } });
    expect(textsOf(events).at(-1)).toContain("word0");
    const link = await linkOf(bea, jobId);
    expect(link.transcript?.text).toContain("harbour");
    expect((await transcriptOf(bea, link.recording?.id ?? "")).status).toBe("DONE");
  } finally {
    await slow.close();
  }
}, 60_000);

test("V3 a worker killed in any step loses no step that was done, and one quote comes of it", async () => {
  const openai = await startOpenAiStub();
  const api = await startAtrium({
    withWorkers: false,
    env: {
      ATRIUM_TRANSCRIPTION_URL: `${whisper.url}/v1`,
      OPENAI_API_KEY: stubKey,
      OPENAI_BASE_URL: `${openai.url}/v1`,
      OPENAI_MODELS: "model-a",
    },
  });
  let worker = await spawnAtrium("worker", api.env);
  try {
    const cal = await api.signUp();
    const before = whisper.requests.length;
    whisper.byDefault = { kind: "hang" };
    const upload = await sendUpload(cal, sound);
    const jobId = await voiceToQuote(cal, { uploadId: upload.id, provider: "compatible" });
    await eventually(
      async () => whisper.requests.length - before,
      (count) => count === 1,
      30_000,
    );
    await worker.kill();
    await endLeases(api.database);
    whisper.byDefault = words;
    openai.script({ kind: "hang", tokens: 2 });
    worker = await spawnAtrium("worker", api.env);
    await eventually(
      async () => openai.requests.filter(({ path }) => path.endsWith("/chat/completions")).length,
      (count) => count === 1,
      30_000,
    );
    await worker.kill();
    await endLeases(api.database);
    worker = await spawnAtrium("worker", api.env);
    const { job } = await ended(cal, jobId);
    expect(job).toMatchObject({ status: "SUCCEEDED", attempts: 3, result: { __typename: "Quote" } });
    expect(whisper.requests.length - before).toBe(2);
    const counts = await api.database.query<{ table: string; count: string }>(
      `select 'quote' as table, count(*) from quote union all select 'recording', count(*) from voice_recording
       union all select 'transcript', count(*) from transcript union all select 'generation', count(*) from generation`,
    );
    expect(counts.map(({ count }) => Number(count))).toEqual([1, 1, 1, 1]);
  } finally {
    await worker.kill();
    await api.close();
    await openai.close();
  }
}, 120_000);
