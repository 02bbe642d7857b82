import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const inFolder = async (work: (folder: string) => Promise<void>): Promise<Buffer> => {
  const folder = await mkdtemp(join(tmpdir(), "atrium-speech-"));
  try {
    await work(folder);
    return await readFile(join(folder, "whole.wav"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Somebody of espeak-ng's says these, with five seconds of silence after each: as many chunks. 16 kHz, mono, WAV. */
export const speech = (...utterances: readonly string[]): Promise<Buffer> =>
  inFolder(async (folder) => {
    const said: string[] = [];
    for (const [index, text] of utterances.entries()) {
      const raw = join(folder, `${index}.raw.wav`);
      const path = join(folder, `${index}.wav`);
      await run("espeak-ng", ["-s", "150", "-w", raw, text]);
      await run("sox", [raw, "-r", "16000", "-c", "1", path, "pad", "0", "5"]);
      said.push(path);
    }
    await run("sox", [...said, join(folder, "whole.wav")]);
  });

export const silence = (seconds: number): Promise<Buffer> =>
  inFolder(async (folder) => {
    const path = join(folder, "whole.wav");
    await run("sox", ["-n", "-r", "16000", "-c", "1", "-b", "16", path, "trim", "0", String(seconds)]);
  });
