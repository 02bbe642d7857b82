import type { Span } from "./plan-chunks.js";
import { frameMs, quietest } from "./sound-levels.js";

/** Kept before and behind what is heard: words begin and end softly. */
export const paddingMs = 200;

const samplesOfLoudMs = 1_000;
/** Decibels. Speech is so much above the noise of its room, and its softest sounds are so much below its loudest. */
const aboveNoise = 6;
const rangeOfSpeech = 40;
/** Decibels below full scale: under the first nothing is heard, and an even noise is speech only above the second. */
const inaudible = 75;
const evenNoise = 45;
/** Less than this by itself is a click. */
const shortestMs = 60;

/**
 * Where somebody may be speaking, measured by the recording's own noise and its own loudest second, so that quiet speech is
 * not taken for silence. In doubt it is speech: a transcriber finds out, but nobody finds words that were not sent.
 * @param levels decibels below full scale of each frame.
 */
export const findSpeech = (levels: Uint8Array, durationMs: number): Span[] => {
  const threshold = thresholdOf(levels);
  if (threshold === undefined) return [];
  const heard: Span[] = [];
  for (let index = 0; index < levels.length; index += 1) {
    if ((levels[index] ?? quietest) > threshold) continue;
    const begin = index;
    while (index < levels.length && (levels[index] ?? quietest) <= threshold) index += 1;
    heard.push({ startMs: begin * frameMs, endMs: index * frameMs });
  }
  const padded = joined(
    heard.map(({ startMs, endMs }) => ({ startMs: startMs - paddingMs, endMs: endMs + paddingMs })),
  ).filter(({ startMs, endMs }) => endMs - startMs - 2 * paddingMs >= shortestMs);
  return padded
    .map(({ startMs, endMs }) => ({ startMs: Math.max(0, startMs), endMs: Math.min(durationMs, endMs) }))
    .filter(({ startMs, endMs }) => endMs > startMs);
};

/** Frames of this level and louder ones are heard; nothing when none is. */
const thresholdOf = (levels: Uint8Array): number | undefined => {
  const sorted = levels.slice().sort();
  const usual = sorted[Math.floor(Math.min(samplesOfLoudMs / frameMs, sorted.length * 0.1))];
  // A word may be all that is said.
  const loud = usual === undefined || usual > inaudible ? sorted[Math.floor(shortestMs / frameMs)] : usual;
  if (loud === undefined || loud > inaudible) return undefined;
  // Parts that were muted say nothing about the room.
  const audible = sorted.subarray(0, sorted.findLastIndex((level) => level < quietest - 10) + 1);
  const noise = audible[Math.floor(audible.length * 0.95)] ?? quietest;
  const isEven = noise - loud < aboveNoise;
  if (isEven) return loud > evenNoise ? undefined : noise;
  return Math.min(noise - Math.min(aboveNoise, (noise - loud) / 2), loud + rangeOfSpeech, inaudible);
};

/** Spans that touch become one. */
const joined = (spans: readonly Span[]): Span[] => {
  const all: Span[] = [];
  for (const span of spans) {
    const last = all.at(-1);
    if (last !== undefined && span.startMs <= last.endMs) all[all.length - 1] = { ...last, endMs: span.endMs };
    else all.push(span);
  }
  return all;
};
