import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Inspection, inspectSound } from "#src/files/inspect-sound.js";
import { hostileSounds } from "../support/hostile-sounds.js";
import { makeSounds } from "../support/sounds.js";

let folder: string;
let sounds: Map<string, Buffer>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "atrium-inspect-"));
  sounds = await makeSounds();
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const inspect = async (bytes: Buffer, maxMs = 60_000): Promise<Inspection> => {
  const path = join(folder, "sound");
  await writeFile(path, bytes);
  return inspectSound(path, maxMs);
};

test("V1 honest recordings of every format and many encoders are taken, with the length that they have", async () => {
  expect(sounds.size).toBeGreaterThanOrEqual(30);
  const wrong: string[] = [];
  for (const [name, bytes] of sounds) {
    const found = await inspect(bytes);
    const [least, most] = /^(tone|a-law|float)/.test(name) ? [950, 1_100] : [3_000, 6_000];
    const sound = "sound" in found ? found.sound : undefined;
    const isRight = sound && sound.durationMs >= least && sound.durationMs <= most && sound.codec && sound.sampleRate;
    if (!isRight) wrong.push(`${name}: ${JSON.stringify(found)}`);
  }
  expect(wrong).toEqual([]);
}, 60_000);

test("V1 programs, archives, pages, polyglots and sound that is not true are refused, each with its reason", async () => {
  const corpus = await hostileSounds(sounds);
  expect(corpus.length).toBeGreaterThanOrEqual(100);
  const wrong: string[] = [];
  for (const { name, bytes, problem } of corpus) {
    const found = await inspect(bytes);
    if (!("problem" in found) || !problem.test(found.problem)) wrong.push(`${name}: ${JSON.stringify(found)}`);
  }
  expect(wrong).toEqual([]);
}, 60_000);

test("V1 whatever is changed in a recording, it is taken or refused with a reason, and never breaks the check", async () => {
  const names = ["tone-whole.mp3", "tone-whole.m4a", "tone-opus.ogg", "tone-opus.webm", "tone-whole.flac", "a-law.wav"];
  const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 8,
  });
  const property = fc.asyncProperty(fc.constantFrom(...names), edits, fc.boolean(), async (name, changes, isAtHead) => {
    const bytes = Buffer.from(sounds.get(name) as Buffer);
    const reach = isAtHead ? Math.min(bytes.length, 400) : bytes.length;
    for (const [share, value] of changes) bytes[Math.floor(share * reach)] = value;
    const found = await inspect(bytes);
    if ("problem" in found) expect(found.problem).toMatch(/^[A-Z].+\.$/);
    else expect(found.sound.durationMs).toBeGreaterThan(0);
  });
  await fc.assert(property, { numRuns: 250 });
}, 60_000);
