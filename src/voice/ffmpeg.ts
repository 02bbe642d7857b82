import { DomainError } from "#src/platform/errors.js";
import { ProgramError, runProgram } from "./run-program.js";
import { type SoundFormat, soundFormatOf } from "./sound-formats.js";
import type { Sound } from "./transcriber.js";

interface FfmpegRun {
  readonly signal: AbortSignal;
  /** Milliseconds it may take. */
  readonly deadlineMs: number;
  /** Is given what is written to `pipe:1`. */
  readonly onOutput?: (piece: Buffer) => void;
}

/** The program FFmpeg of this machine, which may not be there. */
export class Ffmpeg {
  readonly #command: string;

  /** @param configured FFMPEG_PATH; without it the one on PATH. */
  constructor(configured: string | undefined) {
    this.#command = configured ?? "ffmpeg";
  }

  /** Such as `5.1.9`; nothing when there is none that runs. */
  async version(): Promise<string | undefined> {
    let said = "";
    const onOutput = (piece: Buffer) => {
      if (said.length < 1_000) said += piece.toString("latin1");
    };
    const { signal } = new AbortController();
    try {
      await runProgram({ command: this.#command, args: ["-version"], signal, deadlineMs: 10_000, onOutput });
    } catch (error) {
      if (error instanceof ProgramError) return undefined;
      throw error;
    }
    return /^ffmpeg version (\S+)/.exec(said)?.[1];
  }

  /** @throws DomainError, which says what is wrong with the sound or with FFmpeg; the signal's reason */
  async run(args: readonly string[], { signal, deadlineMs, onOutput = () => {} }: FfmpegRun): Promise<void> {
    try {
      const all = ["-nostdin", "-hide_banner", "-v", "error", "-y", ...args];
      await runProgram({ command: this.#command, args: all, signal, deadlineMs, onOutput });
    } catch (error) {
      throw error instanceof ProgramError ? explained(error) : error;
    }
  }
}

/**
 * Arguments that name a sound as what FFmpeg reads. Its format is told, never guessed: a playlist that calls itself sound
 * would have FFmpeg read other files and addresses.
 */
export const inputOf = ({ path, contentType }: Pick<Sound, "path" | "contentType">): string[] => [
  ...["-protocol_whitelist", "file"],
  ...["-f", formatOf(contentType).demuxer],
  ...["-i", `file:${path}`],
];

/** @throws DomainError for what is not sound */
export const formatOf = (contentType: string): SoundFormat => {
  const format = soundFormatOf(contentType);
  if (format !== undefined) return format;
  throw new DomainError(
    "UNSUPPORTED_MEDIA_TYPE",
    `${contentType} is no sound that can be transcribed: wav, mp3, m4a, ogg, webm and flac are.`,
  );
};

/** @param need what cannot be done without it. */
export const ffmpegMissing = (need: string): DomainError =>
  new DomainError(
    "PROVIDER_UNAVAILABLE",
    `${need} needs FFmpeg, which is not on this server. Install it, or set FFMPEG_PATH to where it is.`,
  );

const explained = (error: ProgramError): Error => {
  if (error.fault === "missing") return ffmpegMissing("This recording");
  if (error.fault === "timeout")
    return new DomainError("TIMEOUT", "FFmpeg took too long to read the sound.", {}, { cause: error, transient: true });
  // Nothing that the one who sent the sound can mend.
  if (/No space left|Permission denied|Cannot allocate/i.test(error.said)) return error;
  return new DomainError(
    "UNSUPPORTED_MEDIA_TYPE",
    "The sound cannot be read: it is damaged, or holds no sound.",
    {},
    { cause: error },
  );
};
