import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Ffmpeg, inputOf } from "#src/voice/ffmpeg.js";
import type { Span } from "#src/voice/plan-chunks.js";
import { SoundLevels } from "#src/voice/sound-levels.js";
import type { Sound } from "#src/voice/transcriber.js";

const run = promisify(execFile);

/** Somebody of espeak-ng's says a text: 16 kHz, one channel, WAV. */
export const say = async (text: string, path: string): Promise<string> => {
  await run("espeak-ng", ["-s", "130", "-w", `${path}.raw.wav`, text]);
  await run("sox", [`${path}.raw.wav`, "-r", "16000", "-c", "1", path]);
  return path;
};

/** The same by a clearer voice, which FFmpeg brings along: small recognisers understand it. */
export const sayClearly = async (text: string, path: string): Promise<string> => {
  const voice = ["-f", "lavfi", "-i", `flite=text='${text}':voice=rms`];
  await new Ffmpeg(undefined).run([...voice, "-ar", "16000", "-ac", "1", path], { ...always, deadlineMs: 60_000 });
  return path;
};

/** What can be said: one utterance, and some sentences with pauses between them. */
export const sayings = {
  short: "The old man and the sea went down to the water together.",
  long: "The old man went down to the sea. He had a boat and a dog. Every morning they sailed out together. In the evening they came home with fish. Nobody knew how old the dog was. The water was cold in winter. Still they went out every day.",
};

interface Mix {
  readonly speech: string;
  /** Decibels by which it is made quieter. */
  readonly speechLevel: number;
  /** Decibels below full scale of the noise, all 30 s long. */
  readonly noiseLevel: number;
}

/** Speech from the tenth second on, in a noise of 30 s. */
export const mixed = async (path: string, { speech, speechLevel, noiseLevel }: Mix): Promise<void> => {
  const format = ["-D", "-R"];
  await run("sox", [...format, speech, `${path}.speech.wav`, "vol", `-${speechLevel}dB`, "pad", "10"]);
  await run("sox", [
    ...format,
    ...["-n", "-r", "16000", "-c", "1", "-b", "16", `${path}.noise.wav`],
    ...["synth", "30", "whitenoise", "vol", `-${noiseLevel}dB`],
  ]);
  await run("sox", [...format, "-m", "-v", "1", `${path}.speech.wav`, "-v", "1", `${path}.noise.wav`, path]);
};

/** The same with so many seconds of silence at both ends. */
export const padded = async (path: string, seconds: number): Promise<string> => {
  await run("sox", ["-D", path, `${path}.padded.wav`, "pad", String(seconds), String(seconds)]);
  return `${path}.padded.wav`;
};

/** All of a sound: 16 kHz, mono, 16 bit. */
export const samplesOf = async (sound: Pick<Sound, "path" | "contentType">): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  const out = ["-ac", "1", "-ar", "16000", "-f", "s16le", "pipe:1"];
  const onOutput = (piece: Buffer) => void pieces.push(piece);
  await new Ffmpeg(undefined).run([...inputOf(sound), ...out], { ...always, deadlineMs: 60_000, onOutput });
  return Buffer.concat(pieces);
};

/** Seconds of silence, or of a tone of so many hertz at so many decibels below full scale. */
export interface Tone {
  readonly seconds: number;
  readonly hertz?: number;
  readonly level?: number;
}

/** Tones and silences one after the other: 44.1 kHz, two channels, in the format of the path's ending. */
export const tones = async (path: string, parts: readonly Tone[]): Promise<string> => {
  const files = await Promise.all(
    parts.map(async ({ seconds, hertz, level = 12 }, index) => {
      const part = `${path}.${index}.wav`;
      const effects = ["synth", String(seconds), "sine", String(hertz ?? 440), "vol", hertz ? `-${level}dB` : "0"];
      await run("sox", ["-D", "-n", "-r", "44100", "-c", "2", "-b", "16", part, ...effects]);
      return part;
    }),
  );
  await run("sox", [...files, `${path}.whole.wav`]);
  await new Ffmpeg(undefined).run(["-i", `${path}.whole.wav`, path], { ...always, deadlineMs: 60_000 });
  return path;
};

const always = { signal: new AbortController().signal };

/** Where a sound is louder than 40 decibels below full scale, to the 20 ms. */
export const loudParts = async (sound: Pick<Sound, "path" | "contentType">): Promise<Span[]> => {
  const levels = new SoundLevels();
  levels.add(await samplesOf(sound));
  const spans: Span[] = [];
  for (const [index, level] of levels.levels().entries()) {
    if (level > 40) continue;
    const [startMs, endMs] = [index * 20, index * 20 + 20];
    const last = spans.at(-1);
    if (last?.endMs === startMs) spans[spans.length - 1] = { ...last, endMs };
    else spans.push({ startMs, endMs });
  }
  return spans;
};
