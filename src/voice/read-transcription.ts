import { readLanguage } from "./read-language.js";
import type { Heard, HeardSegment } from "./transcriber.js";

/** What a transcriber has written is in none of the forms that are known. */
export class UnreadableTranscription extends Error {
  constructor(form: string) {
    super(`What the transcriber has written is not ${form}.`);
    this.name = "UnreadableTranscription";
  }
}

interface Verbose {
  readonly text?: unknown;
  readonly language?: unknown;
  readonly segments?: unknown;
  readonly transcription?: unknown;
  readonly result?: { readonly language?: unknown } | null;
  readonly logprobs?: unknown;
}

/**
 * Reads what transcribers write: JSON of OpenAI's API or of whisper.cpp, SRT, WebVTT, lines with times in brackets, or
 * nothing but words, which then last as long as the sound.
 * @throws UnreadableTranscription
 */
export const readTranscription = (written: string, durationMs: number): Heard => {
  const text = written.replace(/^\uFEFF/, "").trim();
  if (/^[[{]["\s{\]}]/.test(text) && isJson(text)) return readJsonTranscription(JSON.parse(text), durationMs);
  if (/^\{\s*"/.test(text)) throw new UnreadableTranscription("whole JSON");
  const cues = /^WEBVTT(\s|$)/.test(text) || srtCue.test(text) ? readCues(text) : readBracketed(text);
  return { segments: tidied(cues ?? [{ startMs: 0, endMs: durationMs, text }], durationMs) };
};

const isJson = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
};

/** The same for JSON that has been parsed. @throws UnreadableTranscription */
export const readJsonTranscription = (value: unknown, durationMs: number): Heard => {
  if (!isRecord(value)) throw new UnreadableTranscription("an object");
  const { text, language, segments, transcription, result, logprobs } = value as Verbose;
  if (Array.isArray(transcription)) return heardOf(transcription.map(ofWhisperCpp), result?.language, durationMs);
  if (Array.isArray(segments) && (segments.length > 0 || String(text ?? "").trim() === ""))
    return heardOf(segments.flatMap(ofOpenAi), language, durationMs);
  if (typeof text !== "string") throw new UnreadableTranscription("a transcription");
  const confidence = Array.isArray(logprobs) ? likelihoodOf(logprobs.map((each) => each?.logprob)) : undefined;
  return heardOf([{ startMs: 0, endMs: durationMs, text, ...known({ confidence }) }], language, durationMs);
};

const heardOf = (segments: readonly HeardSegment[], told: unknown, durationMs: number): Heard => {
  const language = typeof told === "string" ? readLanguage(told) : undefined;
  return { segments: tidied(segments, durationMs), ...known({ language }) };
};

/** The rule of OpenAI's own decoder: probably silence, and words that it was not sure of. */
const isSilence = (logprob: unknown, noSpeech: unknown): boolean =>
  typeof noSpeech === "number" && typeof logprob === "number" && noSpeech > 0.6 && logprob < -1;

const ofOpenAi = (segment: unknown): HeardSegment[] => {
  if (!isRecord(segment)) throw new UnreadableTranscription("a list of segments");
  const { start, end, text, avg_logprob: logprob, no_speech_prob: noSpeech } = segment;
  if (!isTime(start) || !isTime(end) || typeof text !== "string") throw new UnreadableTranscription("segments");
  if (isSilence(logprob, noSpeech)) return [];
  const speech = typeof noSpeech === "number" ? 1 - noSpeech : 1;
  const confidence = typeof logprob === "number" ? Math.exp(logprob) * speech : undefined;
  return [{ startMs: start * 1000, endMs: end * 1000, text, ...known({ confidence }) }];
};

const ofWhisperCpp = (segment: unknown): HeardSegment => {
  const { offsets, text, tokens } = isRecord(segment) ? segment : {};
  const { from, to } = isRecord(offsets) ? offsets : {};
  if (!isTime(from) || !isTime(to) || typeof text !== "string") throw new UnreadableTranscription("segments");
  const words = Array.isArray(tokens) ? tokens.filter((each) => !/^\[_/.test(String(each?.text))) : [];
  const confidence = likelihoodOf(words.map((each) => Math.log(Math.max(Number(each?.p), 1e-9))));
  return { startMs: from, endMs: to, text, ...known({ confidence }) };
};

/** Geometric mean of what logarithms stand for; nothing without numbers. */
const likelihoodOf = (logarithms: readonly unknown[]): number | undefined => {
  const numbers = logarithms.filter((each): each is number => typeof each === "number" && Number.isFinite(each));
  return numbers.length === 0 ? undefined : Math.exp(numbers.reduce((sum, each) => sum + each, 0) / numbers.length);
};

const time = String.raw`(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})`;
const srtCue = new RegExp(String.raw`^(?:\d+[ \t]*\r?\n)?${time}[ \t]+-->[ \t]+${time}`);
const bracketed = new RegExp(String.raw`^\[${time}[ \t]+-->[ \t]+${time}\][ \t]*(.*)$`);

const msOf = (parts: readonly (string | undefined)[]): number => {
  const [hours, minutes, seconds, fraction = ""] = parts;
  const whole = (Number(hours ?? 0) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1000 + Number(fraction.padEnd(3, "0"));
};

/** SRT and WebVTT: blocks of lines, of which those with a time are cues. */
const readCues = (text: string): HeardSegment[] =>
  text.split(/(?:\r?\n){2,}/).flatMap((block) => {
    const lines = block.trim().split(/\r?\n/);
    const at = lines.findIndex((line) => cueTime.test(line));
    const times = cueTime.exec(lines[at] ?? "");
    if (times === null) return [];
    const words = lines.slice(at + 1).join(" ");
    return [{ startMs: msOf(times.slice(1, 5)), endMs: msOf(times.slice(5, 9)), text: withoutMarkup(words) }];
  });

const cueTime = new RegExp(String.raw`^${time}[ \t]+-->[ \t]+${time}`);
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", nbsp: " ", lrm: "", rlm: "" };

const withoutMarkup = (text: string): string =>
  text.replaceAll(/<[^>]*>/g, "").replaceAll(/&(amp|lt|gt|nbsp|lrm|rlm);/g, (_, name: string) => entities[name] ?? "");

/** What programs of Whisper's family print; nothing when no line is of that form. */
const readBracketed = (text: string): HeardSegment[] | undefined => {
  const found = text.split(/\r?\n/).flatMap((line) => {
    const parts = bracketed.exec(line.trim());
    if (parts === null) return [];
    return [{ startMs: msOf(parts.slice(1, 5)), endMs: msOf(parts.slice(5, 9)), text: parts[9] ?? "" }];
  });
  return found.length === 0 ? undefined : found;
};

/** How programs write down that nothing was said. */
const nothingSaid = /^[[(]\s*(blank[_ ]audio|silence|no speech|no audio)\s*[\])]$/i;

const tidied = (segments: readonly HeardSegment[], durationMs: number): HeardSegment[] =>
  segments
    .map(({ startMs, endMs, text, confidence, ...rest }) => {
      const start = within(startMs, 0, durationMs);
      const words = text.replaceAll(/\s+/g, " ").trim();
      const end = within(endMs, start, durationMs);
      const sure = confidence === undefined ? undefined : Math.min(1, Math.max(0, confidence));
      return { ...rest, startMs: start, endMs: end, text: words, ...known({ confidence: sure }) };
    })
    .filter(({ text }) => text !== "" && !nothingSaid.test(text))
    .sort((a, b) => a.startMs - b.startMs);

const within = (ms: number, least: number, most: number) => Math.round(Math.min(most, Math.max(least, ms)));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const known = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
