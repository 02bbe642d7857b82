import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import parseArguments from "string-argv";
import { type Config, programEnvironment } from "../platform/config.js";
import { configuredTranscribers, transcriberSettings } from "../voice/configured-transcribers.js";
import { Ffmpeg } from "../voice/ffmpeg.js";
import type { Finding } from "./doctor.js";

/** Whether FFmpeg runs. It is an error to name one that does not. */
export const checkFfmpeg = async ({ voice }: Config): Promise<Finding> => {
  const version = await new Ffmpeg(voice.ffmpegPath).version();
  if (version !== undefined) return { well: true, text: `FFmpeg ${version}` };
  if (voice.ffmpegPath !== undefined)
    return { well: false, text: "FFMPEG_PATH names no program that runs", mend: "look at FFMPEG_PATH" };
  return { well: true, text: "not found: long recordings are not transcribed, and silence is sent (FFMPEG_PATH)" };
};

/** Who transcribes. Nobody is asked: that would cost something. */
export const checkSpeech = async (config: Config): Promise<Finding> => {
  const logger = { warn: () => {} };
  const ffmpeg = new Ffmpeg(config.voice.ffmpegPath);
  const transcribers = await configuredTranscribers(config, { ffmpeg, logger });
  if (transcribers.length === 0)
    return { well: true, text: `none: recordings are not transcribed (${transcriberSettings} changes it)` };
  const text = transcribers.map(({ name, models }) => `${name} (${models.join(", ")})`).join(", ");
  const [program] = parseArguments(config.voice.command ?? "");
  if (program === undefined || (await canRun(program))) return { well: true, text };
  return { well: false, text: `${program} is not a program that runs`, mend: "look at ATRIUM_TRANSCRIBE_COMMAND" };
};

const canRun = async (program: string): Promise<boolean> => {
  const folders = (programEnvironment().PATH ?? "").split(delimiter);
  const paths = program.includes("/") ? [program] : folders.map((folder) => join(folder, program));
  const found = await Promise.all(
    paths.map((path) =>
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
};
