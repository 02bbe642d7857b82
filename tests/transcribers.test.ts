import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "#src/platform/config.js";
import { chooseTranscriber, configuredTranscribers } from "#src/voice/configured-transcribers.js";
import { Ffmpeg } from "#src/voice/ffmpeg.js";
import { retryTranscriber } from "#src/voice/retry-transcriber.js";
import type { Sound, Transcriber } from "#src/voice/transcriber.js";
import { openAiLimits, openAiTranscriber } from "#src/voice/transcribers/openai-transcriber.js";
import { eventually } from "./support/atrium.js";
import { tones } from "./support/spoken-sounds.js";
import { startWhisperStub, type WhisperReply, type WhisperStub } from "./support/whisper-stub.js";
import { stubKey } from "./support/wire-stub.js";

const { signal } = new AbortController();

let folder: string;
let stub: WhisperStub;
let sound: Sound;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "transcribers-test-"));
  const path = await tones(join(folder, "tone.flac"), [{ seconds: 2, hertz: 440 }]);
  sound = { path, contentType: "audio/flac", durationMs: 2_000 };
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  stub = await startWhisperStub();
});
afterEach(() => stub.close());

/** Those that settings turn on. */
const configured = (settings: Record<string, string>) =>
  configuredTranscribers(readConfig(settings), { ffmpeg: new Ffmpeg(undefined), logger: { warn: () => {} } });

const server = async (more: Record<string, string> = {}): Promise<Transcriber> => {
  const [transcriber] = await configured({
    ATRIUM_TRANSCRIPTION_URL: `${stub.url}/v1/`,
    ATRIUM_TRANSCRIPTION_KEY: stubKey,
    ...more,
  });
  return transcriber as Transcriber;
};

/** One with deadlines of its own. */
const impatient = (deadlineMs: number, url = `${stub.url}/v1/audio/transcriptions`): Transcriber =>
  openAiTranscriber({
    ...{ name: "server", models: ["whisper-1"], limits: openAiLimits, urlOf: () => url, headers: {} },
    deadlineOf: () => deadlineMs,
  });

const ask = (transcriber: Transcriber, more: { model?: string; language?: string; signal?: AbortSignal } = {}) =>
  transcriber.transcribe({ sound, model: transcriber.models[0] as string, signal, ...more });

const failureOf = (asked: Promise<unknown>) =>
  asked.then(
    () => Promise.reject(new Error("It succeeded, and should have failed.")),
    (error: { fault?: string; message: string; details?: object; code?: string }) => error,
  );

test("V2 a server is sent the sound and answers with segments", async () => {
  stub.script({
    kind: "heard",
    language: "german",
    segments: [
      { start: 0, end: 0.75, text: " Guten Morgen." },
      { start: 0.75, end: 1.9, text: " Danke fürs Zuschauen!", avg_logprob: -1.3, no_speech_prob: 0.8 },
    ],
  });
  const heard = await ask(await server({ ATRIUM_TRANSCRIPTION_MODELS: "large-v3,small" }), { language: "de-AT" });
  expect(heard.language).toBe("de");
  expect(heard.segments).toEqual([
    { startMs: 0, endMs: 750, text: "Guten Morgen.", confidence: expect.closeTo(Math.exp(-0.2) * 0.99) },
  ]);
  const [request] = stub.requests;
  expect(request?.path).toBe("/v1/audio/transcriptions");
  expect(request?.headers.authorization).toBe(`Bearer ${stubKey}`);
  expect(request?.headers["transfer-encoding"]).toBeUndefined();
  expect(request?.fields).toEqual({
    ...{ model: "large-v3", response_format: "verbose_json", temperature: "0", language: "de" },
  });
  expect(request?.file).toEqual({ name: "sound.flac", contentType: "audio/flac", bytes: await readFile(sound.path) });
  expect(request?.durationMs).toBe(2_000);
  await eventually(
    async () => stub.open,
    (open) => open === 0,
  );
});

test("V2 Azure is asked at the address of the deployment, with its key", async () => {
  const [azure] = await configured({
    AZURE_OPENAI_API_KEY: stubKey,
    AZURE_OPENAI_ENDPOINT: stub.url,
    AZURE_OPENAI_DEPLOYMENTS: "our-chat",
    AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENTS: "our whisper",
  });
  expect((await ask(azure as Transcriber)).segments.map(({ text }) => text)).toEqual(["Words of 2.0 seconds."]);
  const [request] = stub.requests;
  expect(request?.path).toBe("/openai/deployments/our%20whisper/audio/transcriptions");
  expect(request?.query.get("api-version")).toMatch(/^20\d\d-/);
  expect(request?.headers["api-key"]).toBe(stubKey);
  expect(request?.headers.authorization).toBeUndefined();
});

test("V2 models that give no times are asked for words alone", async () => {
  const transcriber = await server({ ATRIUM_TRANSCRIPTION_MODELS: "gpt-4o-transcribe,parrot" });
  stub.script({ kind: "json", value: { text: "Hello.", logprobs: [{ token: "Hello", logprob: -0.2 }] } });
  expect((await ask(transcriber)).segments).toEqual([
    { startMs: 0, endMs: 2_000, text: "Hello.", confidence: expect.closeTo(Math.exp(-0.2)) },
  ]);
  expect(stub.requests[0]?.fields).toMatchObject({ response_format: "json", "include[]": "logprobs" });
  // One that nobody knows says so itself, once.
  const message = "response_format 'verbose_json' is not compatible with model 'parrot'. Use 'json' instead.";
  stub.script({ kind: "status", status: 400, body: JSON.stringify({ error: { message } }) });
  for (const _ of [1, 2])
    expect((await ask(transcriber, { model: "parrot" })).segments).toEqual([
      { startMs: 0, endMs: 2_000, text: "Words of 2.0 seconds." },
    ]);
  const formats = stub.requests.slice(1).map(({ fields }) => fields.response_format);
  expect(formats).toEqual(["verbose_json", "json", "json"]);
});

const refusal = (status: number, headers: Record<string, string> = {}): WhisperReply => ({
  ...{ kind: "status", status, headers },
  body: JSON.stringify({ error: { message: `Nobody may read this: ${stubKey}` } }),
});

test.each<[string, WhisperReply, string]>([
  ["429", refusal(429), "rate_limited"],
  ["500", refusal(500), "unavailable"],
  ["503", refusal(503), "unavailable"],
  ["401", refusal(401), "credentials"],
  ["400", refusal(400), "rejected"],
  ["413", refusal(413), "rejected"],
  ["a redirect", refusal(302, { location: "http://127.0.0.1:9/elsewhere" }), "invalid_answer"],
  ["a reset connection", { kind: "reset" }, "unavailable"],
  ["half an answer", { kind: "cut" }, "cut"],
  ["a web page", { kind: "garbage", form: "page" }, "invalid_answer"],
  ["broken JSON", { kind: "garbage", form: "half" }, "invalid_answer"],
  ["no HTTP", { kind: "garbage", form: "bytes" }, "invalid_answer"],
  ["nothing", { kind: "garbage", form: "empty" }, "invalid_answer"],
  ["JSON of something else", { kind: "json", value: { ok: true } }, "invalid_answer"],
])("V2 %s is a fault, and says nothing that the server said", async (_, reply, fault) => {
  stub.script(reply);
  const error = await failureOf(ask(await server()));
  expect(error).toMatchObject({ code: "PROVIDER_UNAVAILABLE", fault });
  expect(error.message).toMatch(/^The provider server [a-z ]+\.$/);
  expect(stub.requests).toHaveLength(1);
});

test("V2 a server that is silent, or is not there, is given up on", async () => {
  stub.script({ kind: "hang" });
  expect(await failureOf(ask(impatient(300)))).toMatchObject({ fault: "timeout" });
  expect(await stub.requests[0]?.ended).toBe("client");
  const nowhere = impatient(10_000, "http://127.0.0.1:9/v1/audio/transcriptions");
  expect(await failureOf(ask(nowhere))).toMatchObject({ fault: "unavailable" });
});

test("V2 cancelling closes the connection at once", async () => {
  stub.script({ kind: "hang" });
  const controller = new AbortController();
  const asked = failureOf(ask(await server(), { signal: controller.signal }));
  await eventually(
    async () => stub.requests.length,
    (count) => count === 1,
  );
  controller.abort(new Error("cancelled by Ann"));
  expect((await asked).message).toBe("cancelled by Ann");
  expect(await stub.requests[0]?.ended).toBe("client");
  await eventually(
    async () => stub.open,
    (open) => open === 0,
  );
  const late = await failureOf(ask(await server(), { signal: controller.signal }));
  expect(late.message).toBe("cancelled by Ann");
  expect(stub.requests).toHaveLength(1);
});

test("V2 who refuses before all of the sound was sent is heard", async () => {
  const path = join(folder, "large.wav");
  await writeFile(path, Buffer.alloc(20 * 2 ** 20));
  const early = createServer((_, response) => {
    response.writeHead(413, { connection: "close" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(early, "listening");
  const url = `http://127.0.0.1:${(early.address() as AddressInfo).port}/`;
  const large = { path, contentType: "audio/wav", durationMs: 60_000 };
  for (let time = 0; time < 10; time += 1) {
    const asked = impatient(10_000, url).transcribe({ sound: large, model: "whisper-1", signal });
    expect(await failureOf(asked)).toMatchObject({ fault: "rejected", status: 413 });
  }
  early.closeAllConnections();
  early.close();
});

const quick = { attempts: 3, baseDelayMs: 5 };

test("V2 a passing fault is tried again, no sooner than the server wants", async () => {
  stub.script(refusal(500), refusal(429, { "retry-after": "1" }));
  const heard = await ask(retryTranscriber(await server(), quick));
  expect(heard.segments).toHaveLength(1);
  const [first, second, third] = stub.requests.map(({ at }) => at) as [number, number, number];
  expect(stub.requests).toHaveLength(3);
  expect(second - first).toBeLessThan(900);
  expect(third - second).toBeGreaterThanOrEqual(990);
});

test("V2 a lasting fault is not tried again, and no fault more than twice", async () => {
  stub.script(refusal(401));
  const transcriber = retryTranscriber(await server(), quick);
  expect(await failureOf(ask(transcriber))).toMatchObject({ fault: "credentials" });
  expect(stub.requests).toHaveLength(1);
  stub.byDefault = { kind: "reset" };
  expect(await failureOf(ask(transcriber))).toMatchObject({ fault: "unavailable" });
  expect(stub.requests).toHaveLength(4);
  stub.byDefault = refusal(429, { "retry-after": "3600" });
  expect(await failureOf(ask(transcriber))).toMatchObject({ fault: "rate_limited", details: { retryAfter: 3_600 } });
  expect(stub.requests).toHaveLength(5);
});

test("V2 cancelling does not wait for the next try", async () => {
  stub.byDefault = refusal(429, { "retry-after": "60" });
  const controller = new AbortController();
  const asked = failureOf(ask(retryTranscriber(await server(), quick), { signal: controller.signal }));
  await eventually(
    async () => stub.requests.length,
    (count) => count === 1,
  );
  await sleep(50);
  controller.abort(new Error("cancelled by Ann"));
  expect((await asked).message).toBe("cancelled by Ann");
  expect(stub.requests).toHaveLength(1);
});

test("V2 the settings say who transcribes, and who does unless another one is named", async () => {
  const all = {
    OPENAI_API_KEY: stubKey,
    ATRIUM_TRANSCRIPTION_URL: `${stub.url}/v1`,
    ATRIUM_TRANSCRIBE_COMMAND: "/opt/whisper/whisper-cli -m model.bin {input}",
  };
  const names = async (settings: Record<string, string>) => (await configured(settings)).map(({ name }) => name);
  expect(await names({})).toEqual([]);
  expect(await names(all)).toEqual(["openai", "server", "command"]);
  expect(await names({ ...all, ATRIUM_TRANSCRIBER: "command" })).toEqual(["command", "openai", "server"]);
  // Its key is that of the other server then.
  expect(await names({ ...all, OPENAI_BASE_URL: stub.url, OPENAI_MODELS: "m" })).toEqual(["server", "command"]);
  const transcribers = await configured(all);
  expect(chooseTranscriber(transcribers, {})).toMatchObject({ transcriber: { name: "openai" }, model: "whisper-1" });
  expect(chooseTranscriber(transcribers, { transcriber: "command" }).model).toBe("whisper-cli");
});

test("V2 what is not configured is refused with what would be right", async () => {
  expect(() => chooseTranscriber([], {})).toThrow(
    "Nobody is configured to write down what is spoken. Set OPENAI_API_KEY, AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENTS, ATRIUM_TRANSCRIPTION_URL or ATRIUM_TRANSCRIBE_COMMAND; docs/voice.md says how.",
  );
  const transcribers = [await server()];
  const refusedWith = (asked: object) => {
    try {
      return chooseTranscriber(transcribers, asked);
    } catch (error) {
      return error;
    }
  };
  expect(refusedWith({ transcriber: "siri" })).toMatchObject({
    ...{ code: "BAD_USER_INPUT", details: { field: "input.transcriber" } },
    message: 'There is no transcriber "siri". There are: server.',
  });
  expect(refusedWith({ model: "whisper-9" })).toMatchObject({
    ...{ code: "BAD_USER_INPUT", details: { field: "input.model" } },
    message: 'The transcriber server has no model "whisper-9". It has: whisper-1.',
  });
});

test.each<[string, Record<string, string>, string]>([
  ["a command without a place for the sound", { ATRIUM_TRANSCRIBE_COMMAND: "whisper" }, "{input}"],
  ["a command that is only a place", { ATRIUM_TRANSCRIBE_COMMAND: "{input}" }, "{input}"],
  ["a default that is not turned on", { ATRIUM_TRANSCRIBER: "azure" }, "(now none)"],
  ["a key without a server", { ATRIUM_TRANSCRIPTION_KEY: stubKey }, "ATRIUM_TRANSCRIPTION_URL is missing"],
])("V2 %s stops the start", (_, settings, said) => {
  expect(() => readConfig(settings)).toThrow(said);
});
