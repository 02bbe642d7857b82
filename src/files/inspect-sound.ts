import { open } from "node:fs/promises";
import { refuseDisguise } from "./sound/find-disguise.js";
import { measureFlac } from "./sound/measure-flac.js";
import { measureMp3 } from "./sound/measure-mp3.js";
import { measureMp4 } from "./sound/measure-mp4.js";
import { measureOgg } from "./sound/measure-ogg.js";
import { measureWav } from "./sound/measure-wav.js";
import { measureWebm } from "./sound/measure-webm.js";
import { type Measured, SoundBytes, UnfitSound } from "./sound/sound-bytes.js";
import type { SoundFacts } from "./stored-file.js";

export type Inspection =
  | { readonly contentType: string; readonly sound: SoundFacts }
  /** Why it is refused, in words for whoever sent it. */
  | { readonly problem: string };

/** How sound of each type is measured, by what `file-type` calls it. */
const measures: Readonly<Record<string, (bytes: SoundBytes) => Promise<Measured>>> = {
  "audio/wav": measureWav,
  "audio/mpeg": measureMp3,
  "audio/flac": measureFlac,
  "audio/ogg": measureOgg,
  "audio/opus": measureOgg,
  "audio/ogg; codecs=opus": measureOgg,
  "application/ogg": measureOgg,
  "audio/mp4": measureMp4,
  "audio/x-m4a": measureMp4,
  "video/mp4": measureMp4,
  "video/webm": measureWebm,
  "audio/webm": measureWebm,
};

const accepted = "Sound is taken as WAV, MP3, M4A, Ogg, WebM or FLAC.";

/** Looks at the bytes of a file, whatever its name says: what sound it is and how long, or why it is none. */
export const inspectSound = async (path: string, maxMs: number, signal?: AbortSignal): Promise<Inspection> => {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = new SoundBytes(file, size, signal);
    const mime = await typeOf(path, bytes);
    const measured = await measures[mime]?.(bytes);
    if (measured === undefined) throw new UnfitSound(`Its bytes are ${mime}. ${accepted}`);
    await refuseDisguise(bytes);
    const sound = await describe(path, measured);
    if (sound.durationMs > maxMs)
      throw new UnfitSound(
        `It is ${minutes(sound.durationMs)} minutes long, and recordings have at most ${minutes(maxMs)}.`,
      );
    return { contentType: measured.contentType, sound };
  } catch (error) {
    if (error instanceof UnfitSound) return { problem: error.message };
    throw error;
  } finally {
    await file.close();
  }
};

const minutes = (ms: number) => Math.round(ms / 6_000) / 10;

const typeOf = async (path: string, bytes: SoundBytes): Promise<string> => {
  const head = await bytes.some(0, 512);
  const program = programOf(head);
  if (program !== undefined) throw new UnfitSound(`It is ${program}, and not sound. ${accepted}`);
  const { fileTypeFromFile } = await import("file-type");
  const found = await fileTypeFromFile(path);
  if (found !== undefined) return found.mime;
  const isText = head.length > 0 && !head.some((byte) => byte < 9 || (byte > 13 && byte < 32));
  throw new UnfitSound(`Its bytes are ${isText ? "text" : "of no known kind"}, and not sound. ${accepted}`);
};

const programOf = (head: Buffer): string | undefined => {
  const start = head.toString("latin1", 0, 4);
  if (start === "\x7fELF") return "a program (ELF)";
  if (start.startsWith("MZ")) return "a program (PE)";
  if (start.startsWith("#!")) return "a script";
  if (start === "\0asm") return "a program (WebAssembly)";
  const machO = ["feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe"];
  return machO.includes(head.toString("hex", 0, 4)) ? "a program (Mach-O or Java)" : undefined;
};

/** What a reader that knows all these formats says of it, which must not contradict what was counted. */
const describe = async (path: string, measured: Measured): Promise<SoundFacts> => {
  const { parseFile } = await import("music-metadata");
  const { format } = await parseFile(path, { duration: true, skipCovers: true }).catch(() => {
    throw new UnfitSound("Its headers cannot be read.");
  });
  const durationMs = Math.round(measured.durationMs);
  if (durationMs < 1) throw new UnfitSound("It has no sound in it.");
  const said = format.duration === undefined ? undefined : format.duration * 1_000;
  if (said !== undefined && !measured.isStreamed && Math.abs(said - durationMs) > Math.max(1_000, durationMs / 20))
    throw new UnfitSound(`Its headers say ${Math.round(said)} ms, and its bytes hold ${durationMs}.`);
  return {
    durationMs,
    // The long name of a WAV encoding, which the reader does not look behind.
    codec: (format.codec === "non-PCM (65534)"
      ? "PCM"
      : (format.codec ?? format.container ?? measured.contentType)
    ).slice(0, 50),
    sampleRate: format.sampleRate ?? null,
    channels: format.numberOfChannels ?? null,
  };
};
