import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ffmpeg } from "#src/voice/ffmpeg.js";
import { prepareSound } from "#src/voice/listen.js";
import type { HeardSegment, Sound, Transcriber } from "#src/voice/transcriber.js";
import { type CommandTranscriberOptions, commandTranscriber } from "#src/voice/transcribers/command-transcriber.js";
import { eventually } from "./support/atrium.js";
import { padded, say, sayClearly, tones } from "./support/spoken-sounds.js";

const { signal } = new AbortController();

let folder: string;
let flac: Sound;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "command test-"));
  const path = await tones(join(folder, "tone.flac"), [{ seconds: 2, hertz: 440 }]);
  flac = { path, contentType: "audio/flac", durationMs: 2_000 };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const warned: object[] = [];
beforeEach(() => void warned.splice(0));

/** A transcriber whose program is this script, with these arguments. */
const scripted = async (
  script: string,
  args: string,
  more: Partial<CommandTranscriberOptions> = {},
): Promise<Transcriber> => {
  const path = join(folder, `${crypto.randomUUID()}.mjs`);
  await writeFile(path, `import { mkdirSync, readFileSync, writeFileSync } from "node:fs";\n${script}`);
  return commandTranscriber({
    template: `"${process.execPath}" "${path}" ${args}`,
    models: ["large", "small"],
    ffmpeg: new Ffmpeg(undefined),
    logger: { warn: (line: object) => void warned.push(line) } as never,
    ...more,
  });
};

const ask = (
  transcriber: Transcriber,
  more: { sound?: Sound; model?: string; language?: string; signal?: AbortSignal } = {},
) => transcriber.transcribe({ sound: flac, model: transcriber.models[0] as string, signal, ...more });

const textOf = (segments: readonly HeardSegment[]) => segments.map(({ text }) => text).join(" ");

const failureOf = (asked: Promise<unknown>) =>
  asked.then(
    () => Promise.reject(new Error("It succeeded, and should have failed.")),
    (error: { fault?: string; message: string }) => error,
  );

test("V2 the program gets each argument as it is, without a shell, and a WAV file of what is said", async () => {
  const transcriber = await scripted(
    `const [input, ...rest] = process.argv.slice(2);
     const wav = readFileSync(input);
     const format = [wav.toString("latin1", 0, 4), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)];
     console.log(JSON.stringify({ text: JSON.stringify({ format, rest, cwd: process.cwd() }) }));`,
    `{input} --model=/models/{model}.bin {language} "two words" '$(touch ${join(folder, "pwned")})' ";" {unknown}`,
  );
  expect(transcriber.models).toEqual(["large", "small"]);
  const { segments, language } = await ask(transcriber, { model: "small; rm -rf /", language: "pt-BR" });
  const told = JSON.parse(textOf(segments)) as { format: unknown; rest: string[]; cwd: string };
  expect(told.format).toEqual(["RIFF", 1, 16_000, 16]);
  expect(told.rest).toEqual([
    "--model=/models/small; rm -rf /.bin",
    ...["pt", "two words", `$(touch ${join(folder, "pwned")})`, ";", "{unknown}"],
  ]);
  expect(language).toBe("pt-BR");
  await expect(access(join(folder, "pwned"))).rejects.toThrow("ENOENT");
  await expect(access(told.cwd)).rejects.toThrow("ENOENT");
  expect(textOf((await ask(transcriber)).segments)).toContain('"auto"');
});

test("V2 the program sees nothing of Atrium's settings", async () => {
  const before = { ...process.env };
  Object.assign(process.env, { ATRIUM_SECRET: "s3cret", OPENAI_API_KEY: "k3y", HF_HOME: "/models" });
  try {
    const transcriber = await scripted(
      "console.log(JSON.stringify({ text: JSON.stringify(process.env) }));",
      "{input}",
    );
    const seen = JSON.parse(textOf((await ask(transcriber)).segments)) as Record<string, string>;
    expect(seen).toMatchObject({ HF_HOME: "/models", PATH: process.env.PATH });
    expect(Object.keys(seen).filter((name) => /ATRIUM|OPENAI/.test(name))).toEqual([]);
  } finally {
    process.env = before;
  }
});

const srt = "1\\n00:00:00,500 --> 00:00:01,500\\nFrom a file.\\n";

test.each([
  ["a file of its name", `writeFileSync(process.argv[3], "${srt}")`],
  ["a file with an ending", `writeFileSync(process.argv[3] + ".srt", "${srt}")`],
  ["a folder of its name", `mkdirSync(process.argv[3]); writeFileSync(process.argv[3] + "/input.srt", "${srt}")`],
])("V2 what the program writes to {output} counts, as %s", async (_, script) => {
  const transcriber = await scripted(`console.log("progress 100 %"); ${script};`, "{input} {output}");
  expect((await ask(transcriber)).segments).toEqual([{ startMs: 500, endMs: 1_500, text: "From a file." }]);
});

test("V2 of the files of {output} the one that says most is read", async () => {
  const json = JSON.stringify({ transcription: [{ offsets: { from: 0, to: 900 }, text: " Most." }] });
  const transcriber = await scripted(
    `writeFileSync(process.argv[3] + ".txt", "Least."); writeFileSync(process.argv[3] + ".json", ${JSON.stringify(json)});`,
    "{input} {output}",
  );
  expect((await ask(transcriber)).segments).toEqual([{ startMs: 0, endMs: 900, text: "Most." }]);
});

test("V2 a program that fails tells the operator why, and the client that it failed", async () => {
  const transcriber = await scripted(
    `console.error("loading\\nerror: no model at /secret/place\\n"); process.exit(3);`,
    "{input}",
  );
  const error = await failureOf(ask(transcriber));
  expect(error).toMatchObject({ fault: "unavailable", transient: true });
  expect(error.message).toBe("The provider command could not be reached or failed.");
  expect(warned).toEqual([
    { transcriber: "command", fault: "failed", exitCode: 3, said: "loading | error: no model at /secret/place" },
  ]);
});

test("V2 a program that is not there, or may not be run, names the setting", async () => {
  const noProgram = join(folder, "no-program");
  await writeFile(noProgram, "");
  for (const program of ["/nowhere/whisper", "no-such-program-anywhere", noProgram]) {
    const transcriber = await scripted("", "", { template: `"${program}" {input}` });
    expect(await failureOf(ask(transcriber))).toMatchObject({
      ...{ code: "PROVIDER_UNAVAILABLE", transient: false },
      message: "ATRIUM_TRANSCRIBE_COMMAND names a program that is not on this server, or may not be run.",
    });
  }
});

const isThere = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Stays for a minute, with a child that does so too, and says who they are, and where. */
const lingering = (pids: string) => `
  import { spawn } from "node:child_process";
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { stdio: "inherit" });
  writeFileSync(${JSON.stringify(pids)} + ".new", JSON.stringify([process.pid, child.pid, process.cwd()]));
  (await import("node:fs")).renameSync(${JSON.stringify(pids)} + ".new", ${JSON.stringify(pids)});
  setTimeout(() => {}, 60000);`;

test.each(["cancelling", "the deadline"])("V2 %s ends the program with all that it has started", async (by) => {
  const pids = join(folder, `${crypto.randomUUID()}.json`);
  const transcriber = await scripted(lingering(pids), "{input}", { deadlineOf: () => 4_000 });
  const controller = new AbortController();
  const asked = failureOf(ask(transcriber, { signal: controller.signal }));
  const [program, child, place] = await eventually(
    async () => JSON.parse(await readFile(pids, "utf8").catch(() => "[]")) as [number, number, string],
    (found) => found.length === 3,
  );
  const running = [program, child];
  expect(running.map(isThere)).toEqual([true, true]);
  if (by === "cancelling") controller.abort(new Error("cancelled by Ann"));
  const error = await asked;
  if (by === "cancelling") expect(error.message).toBe("cancelled by Ann");
  else expect(error).toMatchObject({ fault: "timeout" });
  await eventually(
    async () => running.map(isThere),
    (found) => !found.includes(true),
  );
  await expect(access(place)).rejects.toThrow("ENOENT");
});

test.each([
  ["to its output", `const piece = "a".repeat(1e6); setInterval(() => process.stdout.write(piece), 1);`],
  ["to a file", `writeFileSync(process.argv[3], "a".repeat(11 * 2 ** 20));`],
])("V2 a program that writes more than 10 MiB %s is not believed", async (_, script) => {
  const transcriber = await scripted(script, "{input} {output}");
  const error = await failureOf(ask(transcriber));
  expect(warned).toEqual([]);
  expect(error).toMatchObject({ fault: "invalid_answer" });
});

test("V2 a program that writes broken JSON is not believed", async () => {
  const transcriber = await scripted(`console.log('{"text": "half');`, "{input}");
  expect(await failureOf(ask(transcriber))).toMatchObject({ fault: "invalid_answer" });
});

test("V2 without FFmpeg a WAV file is given as it is, and anything else names the setting", async () => {
  const ffmpeg = new Ffmpeg("/nowhere/ffmpeg");
  const transcriber = await scripted("console.log(process.argv[2]);", "{input}", { ffmpeg });
  const path = join(folder, "spoken.wav");
  const wav = { path: await say("Hello.", path), contentType: "audio/wav", durationMs: 1_000 };
  expect(textOf((await ask(transcriber, { sound: wav })).segments)).toBe(path);
  expect((await failureOf(ask(transcriber))).message).toBe(
    "Sound other than WAV for ATRIUM_TRANSCRIBE_COMMAND needs FFmpeg, which is not on this server. Install it, or set FFMPEG_PATH to where it is.",
  );
});

/** A recogniser that is on this machine. */
const sphinx = (more = "") =>
  commandTranscriber({
    template: `pocketsphinx_continuous -infile {input} -logfn /dev/null -time no ${more}`,
    models: [],
    ffmpeg: new Ffmpeg(undefined),
    logger: { warn: (line: object) => void warned.push(line) } as never,
  });

test("V2 a real recogniser hears real speech, with silence left out", async () => {
  const transcriber = sphinx();
  expect(transcriber.models).toEqual(["pocketsphinx_continuous"]);
  const spoken = await sayClearly("we will meet again on monday morning", join(folder, "clear.wav"));
  const path = await padded(spoken, 5);
  const sound = { path, contentType: "audio/wav", durationMs: 13_000 };
  await using prepared = await prepareSound(sound, {
    ffmpeg: new Ffmpeg(undefined),
    limits: transcriber.limits,
    signal,
  });
  expect(prepared.chunks).toHaveLength(1);
  const [chunk = { startMs: 0, endMs: 0 }] = prepared.chunks;
  expect(chunk.startMs).toBeGreaterThan(4_700);
  expect(chunk.endMs).toBeLessThan(prepared.durationMs - 4_700);
  await using cut = await prepared.soundOf(chunk, signal);
  const { segments } = await ask(transcriber, { sound: cut });
  const words = textOf(segments).split(" ");
  for (const word of ["we", "will", "meet", "again", "monday", "morning"]) expect(words).toContain(word);
  expect(segments[0]?.endMs).toBe(chunk.endMs - chunk.startMs);
});

test("V2 a real recogniser that is told what may be said understands espeak-ng as well", async () => {
  const grammar = join(folder, "days.gram");
  const names = "morning | mountain | yesterday | hello | courage | water | together";
  await writeFile(grammar, `#JSGF V1.0;\ngrammar days;\npublic <days> = ( ${names} )+ ;\n`);
  const path = await say("morning mountain yesterday", join(folder, "days.wav"));
  const { segments } = await ask(sphinx(`-jsgf "${grammar}"`), {
    sound: { path, contentType: "audio/wav", durationMs: 3_000 },
  });
  expect(textOf(segments)).toBe("morning mountain yesterday");
  expect(warned).toEqual([]);
});
