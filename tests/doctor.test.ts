import { stripVTControlCharacters } from "node:util";
import { startAnthropicStub } from "./support/anthropic-stub.js";
import { startOpenAiStub } from "./support/openai-stub.js";
import { runAtrium } from "./support/processes.js";
import { startS3 } from "./support/s3-server.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";
import { type Reply, stubKey, type WireStub } from "./support/wire-stub.js";

let database: TestDatabase;
let openai: WireStub;
let anthropic: WireStub;

beforeAll(async () => {
  [database, openai, anthropic] = await Promise.all([createTestDatabase(), startOpenAiStub(), startAnthropicStub()]);
});
afterAll(() => Promise.all([openai.close(), anthropic.close(), database.drop()]));

/** What `atrium doctor` prints, by the part that it is about. */
const doctor = async (env: Record<string, string>) => {
  const base = {
    DATABASE_URL: database.url,
    ATRIUM_DATA_DIR: database.dataDir,
    ATRIUM_SECRET: "a secret of the tests that is long enough",
  };
  const { code, output } = await runAtrium(["doctor"], { ...base, ...env });
  expect(output).not.toContain(stubKey);
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .map((line) => line.trim());
  const of = (part: string) =>
    lines.filter((line) => new RegExp(`^[✔✖] ${part} `).test(line)).map((line) => line.replaceAll(/\d+ ms/g, "… ms"));
  const mendings = lines.filter((line) => line.startsWith("→"));
  return { code, of, mendings };
};

const refused = (status: number): Reply => ({
  ...{ kind: "status", status },
  body: JSON.stringify({ error: { type: "some_error", message: `Incorrect API key provided: ${stubKey}.` } }),
});

test("O1 doctor has each configured provider give a sign of life, a few words and a vector", async () => {
  const { code, of, mendings } = await doctor({
    AZURE_OPENAI_API_KEY: stubKey,
    AZURE_OPENAI_ENDPOINT: openai.url,
    AZURE_OPENAI_DEPLOYMENTS: "our-chat",
    AZURE_OPENAI_EMBEDDING_DEPLOYMENTS: "our-vectors",
    ANTHROPIC_API_KEY: stubKey,
    ANTHROPIC_BASE_URL: anthropic.url,
    ANTHROPIC_MODELS: "model-a",
    OPENAI_BASE_URL: `${openai.url}/v1`,
    OPENAI_MODELS: "model-b",
    OPENAI_EMBEDDING_MODELS: "embedding-b",
    ATRIUM_AI_SERVERS: "ollama",
    ATRIUM_AI_OLLAMA_BASE_URL: `${openai.url}/v1`,
    ATRIUM_AI_OLLAMA_MODELS: "model-c",
  });
  const life = "gives a sign of life in … ms";
  const words = (model: string) => `${model}-2026 answers (11 tokens in, 7 out) in … ms`;
  const vector = (model: string) => `${model} embeds into 3 numbers (1 tokens in) in … ms`;
  expect(of("azure")).toEqual([life, words("our-chat"), vector("our-vectors")].map((text) => `✔ azure       ${text}`));
  expect(of("anthropic")).toEqual([life, words("model-a")].map((text) => `✔ anthropic   ${text}`));
  expect(of("compatible")).toEqual(
    [life, words("model-b"), vector("embedding-b")].map((text) => `✔ compatible  ${text}`),
  );
  expect(of("ollama")).toEqual([life, words("model-c")].map((text) => `✔ ollama      ${text}`));
  expect(of("offline")).toHaveLength(1);
  expect({ code, mendings }).toEqual({ code: 0, mendings: [] });
  expect(openai.requests.filter(({ body }) => body.messages).map(({ body }) => body.max_tokens)).toEqual([
    256, 256, 256,
  ]);
});

test("O1 doctor says of a provider that fails what to do about it, and tells no key", async () => {
  const gone = await startOpenAiStub();
  await gone.close();
  // The list of models may be forbidden to a key that may do all else.
  anthropic.script(refused(403), refused(404));
  openai.script({ kind: "garbage" }, { kind: "empty" }, { kind: "status", status: 500 }, refused(401));
  const { code, of, mendings } = await doctor({
    OPENAI_BASE_URL: `${openai.url}/v1`,
    OPENAI_MODELS: "model-b",
    ANTHROPIC_API_KEY: stubKey,
    ANTHROPIC_BASE_URL: anthropic.url,
    ANTHROPIC_MODELS: "model-a",
    ATRIUM_AI_SERVERS: "gone,wrong",
    ATRIUM_AI_GONE_BASE_URL: `${gone.url}/v1`,
    ATRIUM_AI_GONE_MODELS: "model-a",
    ATRIUM_AI_WRONG_BASE_URL: `${openai.url}/v1`,
    ATRIUM_AI_WRONG_API_KEY: stubKey,
    ATRIUM_AI_WRONG_MODELS: "model-a",
  });
  expect(code).toBe(1);
  expect(of("compatible")).toEqual([
    "✖ compatible  probe: The provider compatible gave an answer that could not be read.",
    "✖ compatible  model-b: The provider compatible gave an answer that could not be read.",
    "✖ compatible  text-embedding-3-small: The provider compatible could not be reached or failed. (HTTP 500)",
  ]);
  expect(of("anthropic")).toEqual([
    "✖ anthropic   probe: The provider anthropic refused the configured credentials. (HTTP 403)",
    "✖ anthropic   model-a: The provider anthropic refused the request. (HTTP 404)",
  ]);
  expect(of("gone")).toEqual(["✖ gone        probe: The provider gone could not be reached or failed. (ECONNREFUSED)"]);
  expect(of("wrong")).toEqual([
    "✖ wrong       probe: The provider wrong refused the configured credentials. (HTTP 401)",
  ]);
  const proxy =
    "→ what answers there is no model, a proxy in between, or a model that only thinks: look at OPENAI_BASE_URL";
  expect(mendings).toEqual([
    proxy,
    proxy,
    "→ the server fails: look at its own log",
    "→ the key in ANTHROPIC_API_KEY is not allowed to do this",
    "→ there is no such model or address: look at ANTHROPIC_MODELS, and ANTHROPIC_BASE_URL",
    "→ nobody answers there: look at ATRIUM_AI_GONE_BASE_URL",
    "→ the key in ATRIUM_AI_WRONG_API_KEY is wrong",
  ]);
});

test("V2 doctor says who transcribes, and whether FFmpeg is there", async () => {
  const nobody = await doctor({});
  expect(nobody.of("ffmpeg")).toEqual([expect.stringMatching(/^✔ ffmpeg {6}FFmpeg \d/)]);
  expect(nobody.of("speech")).toEqual([
    "✔ speech      none: recordings are not transcribed (OPENAI_API_KEY, AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENTS, ATRIUM_TRANSCRIPTION_URL or ATRIUM_TRANSCRIBE_COMMAND changes it)",
  ]);
  const wrong = await doctor({
    FFMPEG_PATH: "/nowhere/ffmpeg",
    ATRIUM_TRANSCRIPTION_URL: "http://127.0.0.1:9/v1",
    ATRIUM_TRANSCRIPTION_KEY: stubKey,
    ATRIUM_TRANSCRIBE_COMMAND: "no-such-program {input}",
  });
  expect(wrong.code).toBe(1);
  expect(wrong.of("ffmpeg")).toEqual(["✖ ffmpeg      FFMPEG_PATH names no program that runs"]);
  expect(wrong.of("speech")).toEqual(["✖ speech      no-such-program is not a program that runs"]);
  expect(wrong.mendings).toContain("→ look at ATRIUM_TRANSCRIBE_COMMAND");
  const right = await doctor({ ATRIUM_TRANSCRIBE_COMMAND: "pocketsphinx_continuous -infile {input}" });
  expect(right.of("speech")).toEqual(["✔ speech      command (pocketsphinx_continuous)"]);
});

test("S1 doctor writes, reads and removes an object where files are kept, and says what is wrong there", async () => {
  const s3 = await startS3();
  const here = await doctor({});
  expect(here.of("files")).toEqual([`✔ files       folder ${database.dataDir}/files: written, read and removed`]);
  const there = await doctor(s3.env);
  expect(there.of("files")).toEqual(["✔ files       S3, bucket atrium-files: written, read and removed"]);
  const wrong = await doctor({ ...s3.env, S3_BUCKET: "another-bucket" });
  expect(wrong.code).toBe(1);
  expect(wrong.of("files")).toEqual([expect.stringContaining("there is no such bucket")]);
  expect(wrong.mendings).toContain("→ look at S3_BUCKET");
  await s3.close();
});
