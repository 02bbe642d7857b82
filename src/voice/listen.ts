import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asHeard, cutChunk } from "./cut-chunk.js";
import { type Ffmpeg, ffmpegMissing, formatOf, inputOf } from "./ffmpeg.js";
import { findSpeech, paddingMs } from "./find-speech.js";
import { planChunks, type Span } from "./plan-chunks.js";
import { SoundLevels } from "./sound-levels.js";
import type { Sound, Transcriber } from "./transcriber.js";

/** A sound that is ready to be sent chunk by chunk. Disposing of it removes what was made for it. */
export interface PreparedSound extends AsyncDisposable {
  /** Milliseconds of all of it, counted in the sound itself where FFmpeg is there. */
  readonly durationMs: number;
  /** What is sent, in its order; the same each time. None of them when nobody speaks. */
  readonly chunks: readonly Span[];
  /** The sound of a chunk, of these or of an earlier plan; times in it count from the chunk's beginning. */
  soundOf(chunk: Span, signal: AbortSignal): Promise<Sound & AsyncDisposable>;
}

interface Listening {
  readonly ffmpeg: Ffmpeg;
  /** Those of who is to listen. */
  readonly limits: Transcriber["limits"];
  readonly signal: AbortSignal;
}

const longestChunkMs = 15 * 60_000;
const longestSilenceMs = 3_000;
/** FLAC is never longer than the samples themselves but for its frames' headers. */
const bytesAMs = 32.2;
const headerBytes = 16 * 1024;

/**
 * Finds where somebody speaks and plans what is sent. Without FFmpeg a sound is sent as it is, when the transcriber takes
 * that much at once.
 * @throws DomainError when the sound cannot be read, or needs FFmpeg
 */
export const prepareSound = async (sound: Sound, listening: Listening): Promise<PreparedSound> => {
  const { ffmpeg, limits, signal } = listening;
  formatOf(sound.contentType);
  if ((await ffmpeg.version()) === undefined) return await asItIs(sound, limits);
  const folder = await mkdtemp(join(tmpdir(), "atrium-sound-"));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    const { whole, levels } = await heard(sound, join(folder, "whole.flac"), ffmpeg, signal);
    const longestMs = Math.floor(Math.min(longestChunkMs, limits.durationMs, (limits.bytes - headerBytes) / bytesAMs));
    const spoken = findSpeech(levels.levels(), whole.durationMs);
    const chunks = planChunks(spoken, { longestMs, silenceMs: longestSilenceMs - 2 * paddingMs });
    let count = 0;
    return {
      durationMs: whole.durationMs,
      chunks,
      async soundOf(chunk, chunkSignal) {
        count += 1;
        const path = join(folder, `${count}.flac`);
        const cut = await cutChunk(ffmpeg, whole, chunk, { path, signal: chunkSignal });
        return { ...cut, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
};

/** All of it as FLAC, in which chunks are found exactly whatever the format was, and how loud it is: in one reading. */
const heard = async (sound: Sound, path: string, ffmpeg: Ffmpeg, signal: AbortSignal) => {
  const levels = new SoundLevels();
  const file = [...asHeard, "-c:a", "flac", "-f", "flac", `file:${path}`];
  const samples = [...asHeard, "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"];
  await ffmpeg.run([...inputOf(sound), ...file, ...samples], {
    signal,
    deadlineMs: 60_000 + sound.durationMs / 2,
    onOutput: (piece) => levels.add(piece),
  });
  const whole: Sound = { path, contentType: "audio/flac", durationMs: levels.durationMs };
  return { whole, levels };
};

const asItIs = async (sound: Sound, limits: Transcriber["limits"]): Promise<PreparedSound> => {
  const { size } = await stat(sound.path);
  const longestMs = Math.min(limits.durationMs, longestChunkMs);
  if (size > limits.bytes || sound.durationMs > longestMs)
    throw ffmpegMissing(
      `A recording of more than ${Math.floor(longestMs / 60_000)} minutes or ${Math.floor(limits.bytes / 2 ** 20)} MiB`,
    );
  const dispose = async () => {};
  return {
    durationMs: sound.durationMs,
    chunks: [{ startMs: 0, endMs: sound.durationMs }],
    soundOf: async () => ({ ...sound, [Symbol.asyncDispose]: dispose }),
    [Symbol.asyncDispose]: dispose,
  };
};
