import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import parseArguments from "string-argv";
import { ProviderError } from "#src/ai/provider.js";
import { DomainError, SettingError } from "#src/platform/errors.js";
import type { Logger } from "#src/platform/logger.js";
import { asHeard } from "../cut-chunk.js";
import { type Ffmpeg, ffmpegMissing, formatOf, inputOf } from "../ffmpeg.js";
import { languageOf, readLanguage } from "../read-language.js";
import { readTranscription } from "../read-transcription.js";
import { ProgramError, runProgram } from "../run-program.js";
import type { Heard, Sound, TranscribeRequest, Transcriber } from "../transcriber.js";

export interface CommandTranscriberOptions {
  /** Program and arguments, as in a shell but without one, with the places `{input}`, `{output}`, `{language}` and `{model}`. */
  readonly template: string;
  /** For `{model}`, the default first. */
  readonly models: readonly string[];
  readonly ffmpeg: Ffmpeg;
  readonly logger: Pick<Logger, "warn">;
  /** Milliseconds that so much sound may take. Default: two minutes, and ten times the sound. */
  readonly deadlineOf?: (durationMs: number) => number;
}

const name = "command";
const setting = "ATRIUM_TRANSCRIBE_COMMAND";
const mostOutputBytes = 10 * 2 ** 20;

/** A program of this machine, such as whisper.cpp, that writes down what it hears in a WAV file. */
export const commandTranscriber = (options: CommandTranscriberOptions): Transcriber => {
  const { template, ffmpeg, logger } = options;
  const [command, ...args] = parseArguments(template);
  if (command === undefined || !args.some((each) => each.includes("{input}")))
    throw new SettingError(setting, "ATRIUM_TRANSCRIBE_COMMAND must be a program with `{input}` among its arguments.");
  const deadlineOf = options.deadlineOf ?? ((durationMs: number) => 120_000 + 10 * durationMs);
  // A program that is told no model has but one.
  const models = template.includes("{model}") ? options.models : [basename(command)];

  const explained = (error: unknown): unknown => {
    if (!(error instanceof ProgramError)) return error;
    const { fault, exitCode, said } = error;
    if (fault === "missing")
      return new DomainError(
        "PROVIDER_UNAVAILABLE",
        "ATRIUM_TRANSCRIBE_COMMAND names a program that is not on this server, or may not be run.",
        {},
        { cause: error },
      );
    logger.warn({ transcriber: name, fault, exitCode, said }, "the transcriber failed");
    return new ProviderError(name, fault === "timeout" ? "timeout" : "unavailable", { cause: error });
  };

  const run = async (folder: string, { sound, model, language, signal }: TranscribeRequest): Promise<string> => {
    const output = join(folder, "output");
    const input = await asWav(sound, join(folder, "input.wav"), ffmpeg, signal);
    const values = { input, output, model, language: language === undefined ? "auto" : languageOf(language) };
    const filled = args.map((each) =>
      each.replaceAll(/\{(input|output|language|model)\}/g, (_, place: keyof typeof values) => values[place]),
    );
    const pieces: Buffer[] = [];
    let bytes = 0;
    const onOutput = (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > mostOutputBytes) throw tooMuch();
      pieces.push(piece);
    };
    const cwd = join(folder, "work");
    await mkdir(cwd);
    await runProgram({ command, args: filled, cwd, signal, deadlineMs: deadlineOf(sound.durationMs), onOutput });
    return (await writtenTo(output)) ?? Buffer.concat(pieces).toString("utf8");
  };

  return {
    name,
    isLocal: true,
    models,
    limits: { bytes: Number.MAX_SAFE_INTEGER, durationMs: 15 * 60_000 },
    async transcribe(request): Promise<Heard> {
      const folder = await mkdtemp(join(tmpdir(), "atrium-transcribe-"));
      let written: string;
      try {
        written = await run(folder, request);
      } catch (error) {
        throw explained(error);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
      try {
        const heard = readTranscription(written, request.sound.durationMs);
        const language =
          heard.language ?? (request.language === undefined ? undefined : readLanguage(request.language));
        return language === undefined ? heard : { ...heard, language };
      } catch (cause) {
        throw new ProviderError(name, "invalid_answer", { cause });
      }
    },
  };
};

/** What every program of this kind reads: 16 kHz, one channel, 16 bits. */
const asWav = async (sound: Sound, path: string, ffmpeg: Ffmpeg, signal: AbortSignal): Promise<string> => {
  const isThere = (await ffmpeg.version()) !== undefined;
  if (!isThere && formatOf(sound.contentType).extension === "wav") return sound.path;
  if (!isThere) throw ffmpegMissing("Sound other than WAV for ATRIUM_TRANSCRIBE_COMMAND");
  await ffmpeg.run([...inputOf(sound), ...asHeard, "-c:a", "pcm_s16le", "-f", "wav", `file:${path}`], {
    signal,
    deadlineMs: 60_000 + sound.durationMs,
  });
  return path;
};

/** In the order in which they say more. */
const endings = ["", ".json", ".srt", ".vtt", ".txt"];

/** What a program has written to `{output}`, with an ending of its own, or into a folder of that name. */
const writtenTo = async (output: string): Promise<string | undefined> => {
  const inside = await readdir(output).catch(() => []);
  const named = (ending: string) => inside.filter((file) => file.endsWith(ending)).map((file) => join(output, file));
  for (const path of endings.flatMap((ending) => [`${output}${ending}`, ...(ending === "" ? [] : named(ending))])) {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) continue;
    if (found.size > mostOutputBytes) throw tooMuch();
    return await readFile(path, "utf8");
  }
  return undefined;
};

const tooMuch = () =>
  new ProviderError(name, "invalid_answer", { cause: new Error(`It wrote more than ${mostOutputBytes} bytes.`) });
