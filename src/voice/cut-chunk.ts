import { type Ffmpeg, inputOf } from "./ffmpeg.js";
import type { Span } from "./plan-chunks.js";
import type { Sound } from "./transcriber.js";

/** As transcribers hear: 16 kHz, one channel, 16 bits. */
export const asHeard = ["-map", "0:a:0", "-vn", "-ac", "1", "-ar", "16000", "-sample_fmt", "s16"];

const seconds = (ms: number) => (ms / 1000).toFixed(3);

/** A stretch of a sound, written to `path` as FLAC. The sound is FLAC or WAV: of those FFmpeg finds each sample. */
export const cutChunk = async (
  ffmpeg: Ffmpeg,
  sound: Sound,
  { startMs, endMs }: Span,
  { path, signal }: { path: string; signal: AbortSignal },
): Promise<Sound> => {
  const durationMs = endMs - startMs;
  const cut = ["-ss", seconds(startMs), "-t", seconds(durationMs)];
  await ffmpeg.run([...cut, ...inputOf(sound), ...asHeard, "-c:a", "flac", "-f", "flac", `file:${path}`], {
    signal,
    deadlineMs: 60_000 + durationMs,
  });
  return { path, contentType: "audio/flac", durationMs };
};
