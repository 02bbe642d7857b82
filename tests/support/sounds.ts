import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** FFmpeg's options for each way of making a format, by the name of the file. */
const encodings: Readonly<Record<string, readonly string[]>> = {
  "whole.mp3": [],
  "variable.mp3": ["-q:a", "2"],
  "old.mp3": ["-b:a", "32k", "-ar", "22050"],
  "bare.mp3": ["-write_xing", "0", "-id3v2_version", "0"],
  "tagged.mp3": ["-write_id3v1", "1", "-metadata", "title=A <b>bold</b> name & more"],
  "whole.m4a": [],
  "fast.m4a": ["-movflags", "+faststart"],
  "fragments.m4a": ["-movflags", "frag_keyframe+empty_moov"],
  "dash.mp4": ["-movflags", "+dash+delay_moov"],
  "opus.ogg": ["-c:a", "libopus"],
  "long-frames.opus": ["-c:a", "libopus", "-frame_duration", "60", "-ar", "16000"],
  "vorbis.ogg": ["-c:a", "libvorbis"],
  "opus.webm": ["-c:a", "libopus"],
  "vorbis.webm": ["-c:a", "libvorbis"],
  "live.webm": ["-c:a", "libopus", "-live", "1"],
  "whole.flac": [],
  "small.flac": ["-compression_level", "12"],
};

/** Those that are made of the tone as well. */
const ofTones = new Set([
  "whole.mp3",
  "variable.mp3",
  "whole.m4a",
  "opus.ogg",
  "vorbis.ogg",
  "opus.webm",
  "whole.flac",
]);

/** Real files of every format, made of speech (4 s, mono) and of a tone (1 s, stereo), by their names. */
export const makeSounds = async (): Promise<Map<string, Buffer>> => {
  const folder = await mkdtemp(join(tmpdir(), "atrium-sounds-"));
  const path = (name: string) => join(folder, name);
  try {
    const words = "Measure twice and cut once. The quick brown fox jumps over the lazy dog.";
    await run("espeak-ng", ["-w", path("speech.wav"), words]);
    await run("sox", ["-n", "-r", "44100", "-c", "2", path("tone.wav"), "synth", "1", "sine", "440"]);
    await run("sox", [path("tone.wav"), "-e", "a-law", path("a-law.wav")]);
    await run("sox", [path("tone.wav"), "-e", "float", "-b", "32", path("float.wav")]);
    await run("sox", [path("speech.wav"), path("speech-sox.flac")]);
    await Promise.all(
      ["speech", "tone"].map(async (source) => {
        for (const [name, options] of Object.entries(encodings)) {
          if (source === "tone" && !ofTones.has(name)) continue;
          const made = path(`${source}-${name}`);
          await run("ffmpeg", ["-loglevel", "error", "-i", path(`${source}.wav`), ...options, made]);
        }
      }),
    );
    // As programs write that send to a pipe, and do not know how long it will be.
    const piped = await run("espeak-ng", ["--stdout", words], { encoding: "buffer", maxBuffer: 10 * 1024 * 1024 });
    const sounds = new Map([["piped.wav", piped.stdout]]);
    for (const name of await readdir(folder)) sounds.set(name, await readFile(path(name)));
    return sounds;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** A WAV of so many bytes in all, of noise that no two files share. */
export const noiseWav = (size: number, seed = Math.random()): Buffer => {
  const bytes = Buffer.alloc(size);
  let state = Math.floor(seed * 2 ** 31) | 1;
  for (let at = 44; at < size; at += 1) {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    bytes[at] = state >>> 16;
  }
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(size - 8, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(16_000, 24);
  bytes.writeUInt32LE(32_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(size - 44, 40);
  return bytes;
};
