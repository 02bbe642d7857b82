import { access, copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseBuffer } from "music-metadata";
import { Ffmpeg } from "#src/voice/ffmpeg.js";
import { prepareSound } from "#src/voice/listen.js";
import type { Sound } from "#src/voice/transcriber.js";
import { openAiLimits } from "#src/voice/transcribers/openai-transcriber.js";
import { eventually } from "./support/atrium.js";
import { loudParts, mixed, padded, samplesOf, say, sayings, type Tone, tones } from "./support/spoken-sounds.js";

const ffmpeg = new Ffmpeg(undefined);
const { signal } = new AbortController();
const listening = { ffmpeg, limits: openAiLimits, signal };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sound-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const contentTypes: Readonly<Record<string, string>> = {
  wav: "audio/wav",
  mp3: "audio/mpeg",
  m4a: "audio/x-m4a",
  ogg: "audio/ogg; codecs=opus",
  webm: "video/webm",
  flac: "audio/flac",
};

const toned = async (ending: string, parts: readonly Tone[]): Promise<Sound> => {
  const path = await tones(join(folder, `${crypto.randomUUID()}.${ending}`), parts);
  const durationMs = parts.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
  return { path, contentType: contentTypes[ending] as string, durationMs };
};

const near = (ms: number, expected: number, by: number) => {
  expect(ms).toBeGreaterThanOrEqual(expected - by);
  expect(ms).toBeLessThanOrEqual(expected + by);
};

test.each(Object.keys(contentTypes))("V2 a %s is cut where nothing is heard", async (ending) => {
  const sound = await toned(ending, [
    { seconds: 1.5 },
    { seconds: 2, hertz: 440 },
    { seconds: 0.8 },
    { seconds: 1, hertz: 660 },
    { seconds: 4 },
    { seconds: 1.25, hertz: 880 },
    { seconds: 5 },
  ]);
  await using prepared = await prepareSound(sound, listening);
  near(prepared.durationMs, 15_550, 60);
  // A silence below 3 s stays inside; each end has 200 ms of padding.
  expect(prepared.chunks).toHaveLength(2);
  const [first, second] = prepared.chunks as [never, never];
  for (const [chunk, [start, end]] of [
    [first, [1_300, 5_500]],
    [second, [9_100, 10_750]],
  ] as const) {
    const { startMs, endMs } = chunk as { startMs: number; endMs: number };
    near(startMs, start, 60);
    near(endMs, end, 60);
    await using cut = await prepared.soundOf(chunk, signal);
    const { format } = await parseBuffer(await readFile(cut.path), { mimeType: "audio/flac" }, { duration: true });
    near((format.duration ?? 0) * 1000, endMs - startMs, 1);
    expect(format.sampleRate).toBe(16_000);
    expect(format.numberOfChannels).toBe(1);
    // What is heard in the chunk is where it is in the whole.
    const begins = start === 1_300 ? [1_500, 4_300] : [9_300];
    const heard = await loudParts(cut);
    expect(heard).toHaveLength(begins.length);
    for (const [index, begin] of begins.entries()) near((heard[index]?.startMs ?? 0) + startMs, begin, 40);
  }
});

test("V2 a chunk has the very samples of its stretch, also of an mp3 whose frames differ in length", async () => {
  const path = await say(sayings.long, join(folder, "vbr.wav"));
  const mp3 = join(folder, "vbr.mp3");
  await ffmpeg.run(["-i", path, "-c:a", "libmp3lame", "-q:a", "6", "-write_xing", "0", mp3], {
    signal,
    deadlineMs: 60_000,
  });
  const sound: Sound = { path: mp3, contentType: "audio/mpeg", durationMs: 10_000 };
  const whole = await samplesOf(sound);
  await using prepared = await prepareSound(sound, listening);
  for (const chunk of [
    { startMs: 0, endMs: 700 },
    { startMs: 1_337, endMs: 2_001 },
    { startMs: 3_999, endMs: 5_000 },
  ]) {
    await using cut = await prepared.soundOf(chunk, signal);
    expect((await samplesOf(cut)).equals(whole.subarray(chunk.startMs * 32, chunk.endMs * 32))).toBe(true);
  }
});

/** Somebody speaks for some seconds from the tenth second of 30 on, in a room that is so loud (decibels below full scale). */
const inARoom = async (speechLevel: number, noiseLevel: number): Promise<Sound> => {
  const path = join(folder, `${crypto.randomUUID()}.wav`);
  await mixed(path, { speech: await say(sayings.short, join(folder, "short.wav")), speechLevel, noiseLevel });
  return { path, contentType: "audio/wav", durationMs: 30_000 };
};

test.each([
  ["loud speech in a quiet room", 0, 80],
  ["loud speech in a loud room", 0, 45],
  ["quiet speech in a quiet room", 30, 85],
  ["quiet speech without any noise", 35, undefined],
])("V2 %s is found, and nothing else is sent", async (_, speechLevel, noiseLevel) => {
  const sound = await inARoom(speechLevel, noiseLevel ?? 200);
  await using prepared = await prepareSound(sound, listening);
  expect(prepared.chunks).toHaveLength(1);
  const [chunk = { startMs: 0, endMs: 0 }] = prepared.chunks;
  near(chunk.startMs, 9_850, 100);
  const heard = await loudParts({ path: join(folder, "short.wav"), contentType: "audio/wav" });
  near(chunk.endMs, 10_000 + (heard.at(-1)?.endMs ?? 0) + 200, 150);
});

test.each([
  ["nothing at all", 200],
  ["a quiet room", 80],
  ["a fan", 50],
])("V2 of a recording of %s nothing is sent", async (_, noiseLevel) => {
  const sound = await inARoom(200, noiseLevel);
  await using prepared = await prepareSound(sound, listening);
  near(prepared.durationMs, 30_000, 20);
  expect(prepared.chunks).toEqual([]);
});

test("V2 speech beyond a transcriber's limit is cut between words", async () => {
  const path = await padded(await say(sayings.long, join(folder, "long.wav")), 1);
  const sound: Sound = { path, contentType: "audio/wav", durationMs: 20_000 };
  const limits = { bytes: 25 * 2 ** 20, durationMs: 5_000 };
  await using prepared = await prepareSound(sound, { ...listening, limits });
  expect(prepared.chunks.length).toBeGreaterThan(2);
  for (const chunk of prepared.chunks) {
    expect(chunk.endMs - chunk.startMs).toBeLessThanOrEqual(5_000);
    await using cut = await prepared.soundOf(chunk, signal);
    // No word touches an end: the padding is silent.
    const heard = await loudParts(cut);
    expect(heard[0]?.startMs).toBeGreaterThanOrEqual(60);
    expect(heard.at(-1)?.endMs).toBeLessThanOrEqual(chunk.endMs - chunk.startMs - 60);
  }
  const smaller = await prepareSound(sound, { ...listening, limits: { bytes: 100_000, durationMs: 60_000 } });
  await using cut = await smaller.soundOf(smaller.chunks[0] as never, signal);
  expect((await readFile(cut.path)).length).toBeLessThan(100_000);
  await smaller[Symbol.asyncDispose]();
  await expect(access(cut.path)).rejects.toThrow("ENOENT");
});

test("V2 without FFmpeg a short sound is sent as it is, and a long one names the setting", async () => {
  const sound = await toned("mp3", [{ seconds: 1, hertz: 440 }]);
  const without = { ...listening, ffmpeg: new Ffmpeg("/nowhere/ffmpeg") };
  await using prepared = await prepareSound(sound, without);
  expect(prepared.chunks).toEqual([{ startMs: 0, endMs: 1_000 }]);
  await using whole = await prepared.soundOf({ startMs: 0, endMs: 1_000 }, signal);
  expect(whole.path).toBe(sound.path);
  await whole[Symbol.asyncDispose]();
  await access(sound.path);
  const long = { ...sound, durationMs: 20 * 60_000 };
  await expect(prepareSound(long, without)).rejects.toMatchObject({
    code: "PROVIDER_UNAVAILABLE",
    message:
      "A recording of more than 15 minutes or 25 MiB needs FFmpeg, which is not on this server. Install it, or set FFMPEG_PATH to where it is.",
  });
});

test("V2 what is no sound, or has lost its sound, is refused as such", async () => {
  const broken = join(folder, "broken.mp3");
  await writeFile(broken, Buffer.alloc(20_000, "no sound at all "));
  const flac = await toned("flac", [{ seconds: 2, hertz: 440 }]);
  await truncate(flac.path, 30);
  for (const sound of [{ path: broken, contentType: "audio/mpeg", durationMs: 1_000 }, flac])
    await expect(prepareSound(sound, listening)).rejects.toMatchObject({
      code: "UNSUPPORTED_MEDIA_TYPE",
      message: "The sound cannot be read: it is damaged, or holds no sound.",
    });
  await expect(prepareSound({ ...flac, contentType: "application/pdf" }, listening)).rejects.toMatchObject({
    message: "application/pdf is no sound that can be transcribed: wav, mp3, m4a, ogg, webm and flac are.",
  });
});

test("V2 a playlist that calls itself sound makes FFmpeg read no other file", async () => {
  const secret = await toned("wav", [{ seconds: 1, hertz: 440 }]);
  const lists = [
    `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${secret.path}\n#EXT-X-ENDLIST\n`,
    `ffconcat version 1.0\nfile '${secret.path}'\n`,
  ];
  for (const list of lists)
    for (const contentType of Object.values(contentTypes)) {
      const path = join(folder, "list.wav");
      await writeFile(path, list);
      await expect(prepareSound({ path, contentType, durationMs: 1_000 }, listening)).rejects.toMatchObject({
        code: "UNSUPPORTED_MEDIA_TYPE",
      });
    }
});

test("V2 cancelling ends FFmpeg and leaves no file behind", async () => {
  const path = join(folder, "cancelled.wav");
  await copyFile(await say(sayings.long, join(folder, "again.wav")), path);
  const mine = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("atrium-sound-"));
  const before = await mine();
  const controller = new AbortController();
  const prepared = prepareSound(
    { path, contentType: "audio/wav", durationMs: 10_000 },
    { ...listening, signal: controller.signal },
  );
  // Other tests may prepare sounds at the same time; theirs go as well.
  const made = async () => (await mine()).filter((name) => !before.includes(name));
  const seen = await eventually(made, (names) => names.length > 0);
  controller.abort(new Error("cancelled"));
  await expect(prepared).rejects.toThrow("cancelled");
  await eventually(mine, (names) => !names.some((name) => seen.includes(name)));
});
