// Transcriptions a minute with one worker process and with two, before a transcriber that takes its time.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import "reflect-metadata";
import { startEmbeddedPostgres } from "../../dist/src/platform/embedded-postgres.js";
import { killAll, migrate, start } from "./build.js";

const count = Number(process.env.BENCH_RECORDINGS);
/** Milliseconds that the transcriber takes. */
const waitMs = Number(process.env.BENCH_WAIT_MS);
/** Jobs of one worker process at a time. */
const concurrency = process.env.BENCH_CONCURRENCY;
const folder = mkdtempSync(join(tmpdir(), "atrium-bench-voice-"));

const startStub = async () => {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    await sleep(waitMs);
    const segments = [{ start: 0, end: 1, text: "Some words.", avg_logprob: -0.1, no_speech_prob: 0 }];
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ language: "english", duration: 1, text: "Some words.", segments }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, close: () => server.close() };
};

/** One second of a tone that comes and goes, which passes for speech: 16 kHz, mono, 16 bit. */
const sound = () => {
  const samples = Buffer.alloc(32_000);
  for (let at = 0; at < 16_000; at += 1)
    samples.writeInt16LE(Math.round(12_000 * Math.sin(at / 6) * Math.abs(Math.sin(at / 900))), at * 2);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(16_000, 24);
  head.writeUInt32LE(32_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
};

const stub = await startStub();
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
const env = {
  ...{ PATH: process.env.PATH, NODE_ENV: "production", LOG_LEVEL: "info", HOST: "127.0.0.1", PORT: "0" },
  ...{
    DATABASE_URL: postgres.url,
    ATRIUM_DATA_DIR: folder,
    ATRIUM_SECRET: "a secret of the bench that is long enough",
  },
  ...{ ATRIUM_ADMIN_PASSWORD: "a password that nobody uses", ATRIUM_RATE_LIMIT: "1000000000" },
  ...{ ATRIUM_TRANSCRIPTION_URL: stub.url, ATRIUM_CONCURRENCY: concurrency },
};
try {
  migrate(env);
  const api = await start("api", env);
  let token;
  const ask = async (query, variables = {}) => {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const body = JSON.stringify({ query, variables });
    const { data, errors } = await (await fetch(`${api.url}/graphql`, { method: "POST", headers, body })).json();
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };
  const input = { email: "bench@bench.localhost", password: "a password of the bench" };
  token = (await ask("mutation ($i: SignUpInput!) { signUp(input: $i) { accessToken } }", { i: input })).signUp
    .accessToken;
  const first = await start("worker", env);
  const bytes = sound();
  const { createUpload: upload } = await ask(
    "mutation ($i: CreateUploadInput!) { createUpload(input: $i) { id url } }",
    { i: { fileName: "tone.wav", size: bytes.length } },
  );
  await fetch(upload.url, { method: "PUT", body: bytes });
  for (;;) {
    const { upload: now } = await ask("query ($id: ID!) { upload(id: $id) { status problem } }", { id: upload.id });
    if (now.status === "READY") break;
    if (now.status === "REFUSED") throw new Error(now.problem);
    await sleep(100);
  }
  const { createVoiceRecording: recording } = await ask(
    "mutation ($u: ID!) { createVoiceRecording(input: { uploadId: $u }) { id } }",
    { u: upload.id },
  );
  const measure = async () => {
    const begun = performance.now();
    const { voiceStats: before } = await ask("{ voiceStats { done } }");
    for (let index = 0; index < count; index += 1)
      await ask("mutation ($r: ID!) { transcribeRecording(input: { recordingId: $r }) { id } }", { r: recording.id });
    for (;;) {
      const { voiceStats } = await ask("{ voiceStats { done failed } }");
      if (voiceStats.failed > 0) throw new Error("A transcription failed.");
      if (voiceStats.done - before.done === count) break;
      await sleep(50);
    }
    return (count / (performance.now() - begun)) * 60_000;
  };
  const one = await measure();
  const second = await start("worker", env);
  const two = await measure();
  const { voiceStats } = await ask("{ voiceStats { successRate } }");
  const result = { withOneWorker: one, withTwoWorkers: two, growth: two / one, ...voiceStats };
  process.stdout.write(JSON.stringify(result));
  await Promise.all([second.stop(), first.stop(), api.stop()]);
} finally {
  killAll();
  await postgres.stop();
  stub.close();
  rmSync(folder, { recursive: true, force: true });
}
