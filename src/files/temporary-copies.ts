import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Copies that nobody has removed for so long are of a process that is gone, on whatever machine, in milliseconds. */
const abandonedMs = 24 * 60 * 60_000;

/** Decrypted files for programs that need a path. A name says whose it is: `<machine>.<process>.<random>`. */
export class TemporaryCopies {
  constructor(private readonly folder: string) {}

  /** Removes what processes left behind that were killed while they used a copy. */
  async removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
      if (isOfDead(name) || mtimeMs < Date.now() - abandonedMs) await rm(path, { force: true });
    }
  }

  /** The bytes as a file of mode 0600, which is there until `use` has ended. */
  async with<T>(content: Readable, use: (path: string) => Promise<T>): Promise<T> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, `${machine}.${process.pid}.${randomBytes(12).toString("hex")}`);
    try {
      await pipeline(content, createWriteStream(path, { flags: "wx", mode: 0o600 }));
      return await use(path);
    } finally {
      await rm(path, { force: true });
    }
  }
}

const machine = hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");

const isOfDead = (name: string): boolean => {
  const [owner, pid] = name.split(".");
  if (owner !== machine || pid === String(process.pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
};
