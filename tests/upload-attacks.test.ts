import { readdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { ask, bearer } from "./support/ask.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { eachOf } from "./support/each-of.js";
import { hostileNames } from "./support/hostile-names.js";
import { hostileSounds } from "./support/hostile-sounds.js";
import { makeSounds, noiseWav } from "./support/sounds.js";
import { filesBelow } from "./support/stored-files.js";
import { uploadBytes } from "./support/uploads.js";

let atrium: TestAtrium;
let ann: Person;
let sounds: Map<string, Buffer>;

beforeAll(async () => {
  [atrium, sounds] = await Promise.all([startAtrium({ env: { ATRIUM_RECORDING_MINUTES: "1" } }), makeSounds()]);
  ann = await atrium.signUp();
}, 60_000);
afterAll(() => atrium.close());

test("V1 a recording of each format is taken, whatever it is called", async () => {
  const names = [
    "speech.wav",
    "speech-whole.mp3",
    "speech-whole.m4a",
    "speech-opus.ogg",
    "speech-opus.webm",
    "speech-whole.flac",
  ];
  const types: (string | undefined)[] = [];
  await eachOf(names.entries(), 3, async ([index, name]) => {
    const { status, file } = await uploadBytes(ann, sounds.get(name) as Buffer, { fileName: "anything.txt" });
    expect(status).toBe("READY");
    types[index] = file?.contentType;
  });
  expect(types).toEqual(["audio/wav", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/flac"]);
});

test("V1 programs, archives, pages, polyglots and sound that is not true are refused, each with its reason", async () => {
  // All of them are shown to the check itself in tests/units/inspect-sound.test.ts.
  const corpus = (await hostileSounds(sounds)).filter((_, index) => index % 5 === 0);
  expect(corpus.length).toBeGreaterThanOrEqual(20);
  const wrong: string[] = [];
  await eachOf(corpus, 6, async ({ name, bytes, problem }) => {
    const upload = await uploadBytes(ann, bytes, { fileName: name.replace(/\.\w+$/, ".wav") });
    const isRight = upload.status === "REFUSED" && upload.file === null && problem.test(upload.problem ?? "");
    if (!isRight) wrong.push(`${name}: ${upload.status} ${upload.problem}`);
  });
  expect(wrong).toEqual([]);
  expect(await atrium.database.query("select id from upload where status = 'REFUSED' and pieces <> '[]'")).toEqual([]);
}, 120_000);

test("V1 a recording that is longer than allowed is refused with both lengths", async () => {
  const { status, problem } = await uploadBytes(ann, noiseWav(44 + 61 * 32_000));
  expect(status).toBe("REFUSED");
  expect(problem).toContain("at most 1");
});

/** What lies below a folder under a name with these letters, packages and their like aside. */
const traces = async (folder: string, mark: string, depth = 6): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = entries
    .filter((each) => each.isDirectory() && depth > 0 && !["node_modules", ".git", "postgres"].includes(each.name))
    .map((each) => traces(join(folder, each.name), mark, depth - 1));
  const here = entries.filter(({ name }) => name.includes(mark)).map(({ name }) => join(folder, name));
  return [...here, ...(await Promise.all(below)).flat()];
};

test("V1 of 5,000 hostile names none leads anywhere: they are labels", async () => {
  const mark = `atrium-mark-${process.pid}`;
  const names = hostileNames(5_000, mark);
  const outside = [tmpdir(), process.cwd(), homedir(), "/etc", "/"];
  const before = new Set((await Promise.all(outside.map((folder) => traces(folder, mark, 1)))).flat());
  const announce = "createUpload(input: { fileName: $n, size: 1044 })";
  const labels: string[] = [];
  const failures: string[] = [];
  const chunks = Array.from({ length: 300 }, (_, index) => names.slice(index * 15, index * 15 + 15));
  await eachOf(chunks, 6, async (chunk) => {
    const fields = chunk.map((_, index) => `u${index}: ${announce.replace("$n", `$n${index}`)} { fileName }`);
    const query = `mutation (${chunk.map((_, index) => `$n${index}: String!`).join(" ")}) { ${fields.join(" ")} }`;
    // Mutations of one document: where one is refused, those behind it are still done, and all say null.
    const variables = Object.fromEntries(chunk.map((name, index) => [`n${index}`, name]));
    const answer = await ask(atrium.url, { query, variables }, bearer(ann));
    if (answer.status >= 500) failures.push(`${answer.status} of ${JSON.stringify(chunk)}`);
    for (const { message, extensions } of answer.errors ?? [])
      if (extensions.code !== "BAD_USER_INPUT") failures.push(`${extensions.code} ${message}`);
    for (const upload of Object.values(answer.data ?? {}))
      if (upload) labels.push((upload as { fileName: string }).fileName);
  });
  await eachOf(names.slice(4_600), 6, async (name) => {
    const metadata = `filename ${Buffer.from(name).toString("base64")}`;
    const headers = {
      "tus-resumable": "1.0.0",
      authorization: `Bearer ${ann.accessToken}`,
      "upload-length": "1044",
      "upload-metadata": metadata,
    };
    const { status } = await fetch(`${atrium.url}/uploads`, { method: "POST", headers });
    if (status !== 201 && status !== 400) failures.push(`${status} of ${JSON.stringify(name)}`);
  });
  expect(failures).toEqual([]);
  const stored = await atrium.database.query<{ name: string }>("select file_name as name from upload");
  for (const label of [...labels, ...stored.map(({ name }) => name)]) {
    expect([...label].length).toBeLessThanOrEqual(255);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there.
    expect(label).not.toMatch(/[/\\\u0000-\u001f\u007f\u202e]|^\.+$|^$/);
  }
  for (const fileName of names.filter((name) => name.includes(mark)).slice(0, 40)) {
    const { status } = await uploadBytes(ann, noiseWav(1_044), { fileName }).catch((error: Error) => {
      if (!error.message.includes("NUL")) throw error;
      return { status: "READY" };
    });
    expect(status).toBe("READY");
  }
  const after = (await Promise.all(outside.map((folder) => traces(folder, mark, 1)))).flat();
  expect(after.filter((path) => !before.has(path))).toEqual([]);
  expect(await traces(atrium.database.dataDir, mark)).toEqual([]);
  const kept = await filesBelow(join(atrium.database.dataDir, "files"));
  expect(kept.length).toBeGreaterThan(30);
  const folder = join(atrium.database.dataDir, "files");
  for (const path of kept)
    expect(path.slice(folder.length)).toMatch(/^\/([0-9a-f]{2}\/[0-9a-f]{40}|unfinished\/[0-9a-f]{32})$/);
  expect(await filesBelow(join(atrium.database.dataDir, "copies"))).toEqual([]);
}, 180_000);
