import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { addAbortSignal, type Readable } from "node:stream";
import { newObjectKey, requireObjectKey } from "./object-key.js";
import { type ByteRange, NoSuchObject, type ObjectStore } from "./object-store.js";
import { probeStore } from "./probe-store.js";
import { StorageError } from "./storage-error.js";

/** An unfinished object that nobody has written to for so long is of a process that is gone, in milliseconds. */
const abandonedMs = 24 * 60 * 60_000;

const { O_RDONLY, O_NOFOLLOW } = constants;

/** Objects as files of one folder, which is this program's own. */
export class FolderStore implements ObjectStore {
  readonly name = "folder";
  readonly #unfinished: string;

  private constructor(private readonly folder: string) {
    this.#unfinished = join(folder, "unfinished");
  }

  /** Makes the folder, and removes what processes left behind that were killed while they wrote. */
  static async open(folder: string): Promise<FolderStore> {
    const store = new FolderStore(folder);
    await store.#told(async () => {
      await mkdir(store.#unfinished, { recursive: true, mode: 0o700 });
      for (const name of await readdir(store.#unfinished)) {
        const path = join(store.#unfinished, name);
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
        if (mtimeMs < Date.now() - abandonedMs) await rm(path, { force: true });
      }
    });
    return store;
  }

  async put(key: string, content: Readable, signal?: AbortSignal): Promise<{ size: number }> {
    const path = this.#pathOf(key);
    if (signal !== undefined) addAbortSignal(signal, content);
    const unfinished = join(this.#unfinished, randomBytes(16).toString("hex"));
    try {
      return await this.#told(async () => {
        const size = await write(unfinished, content);
        const shard = join(path, "..");
        await mkdir(shard, { mode: 0o700 }).catch(ignoring("EEXIST"));
        await this.#requireFolder(shard);
        await rename(unfinished, path);
        // The name itself must outlive a power cut, too.
        await syncFolder(shard);
        return { size };
      });
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {});
      throw error;
    } finally {
      content.destroy();
    }
  }

  async get(key: string, range?: ByteRange): Promise<Readable> {
    const file = await this.#open(key);
    if (file === undefined) throw new NoSuchObject(key);
    // Reading behind the end gives nothing; a negative length would be an error.
    return file.createReadStream({ ...range, highWaterMark: 64 * 1024 });
  }

  async sizeOf(key: string): Promise<number | undefined> {
    const file = await this.#open(key);
    try {
      return (await file?.stat())?.size;
    } finally {
      await file?.close();
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.#pathOf(key);
    await this.#told(async () => {
      await this.#requireFolder(join(path, ".."));
      await unlink(path);
    }).catch(ignoring("ENOENT"));
  }

  probe(): Promise<void> {
    return probeStore(this, newObjectKey());
  }

  close(): void {}

  #pathOf(key: string): string {
    return join(this.folder, requireObjectKey(key));
  }

  async #open(key: string): Promise<FileHandle | undefined> {
    const path = this.#pathOf(key);
    return this.#told(async () => {
      await this.#requireFolder(join(path, ".."));
      return await open(path, O_RDONLY | O_NOFOLLOW);
    }).catch(ignoring("ENOENT"));
  }

  /** A link could lead out of the folder, and nobody of ours makes one. */
  async #requireFolder(path: string): Promise<void> {
    if (!(await lstat(path)).isDirectory())
      throw new StorageError("ATRIUM_DATA_DIR", `${path} is not a folder, and was put there by another program.`);
  }

  /** Says what the operator has to do about what the file system says. */
  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const { code = "" } = cause as NodeJS.ErrnoException;
      const mend = mends[code];
      if (mend === undefined) throw cause;
      const text = `Files cannot be kept in ${this.folder}: ${mend} (${code}).`;
      throw new StorageError("ATRIUM_DATA_DIR", text, { cause, passes: passing.has(code) });
    }
  }
}

const mends: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space, or set ATRIUM_DATA_DIR to another one",
  EDQUOT: "the quota of this user is used up; raise it, or set ATRIUM_DATA_DIR to another disk",
  EFBIG: "a file may not become so large here; raise the limit (ulimit -f), or set ATRIUM_DATA_DIR to another disk",
  EACCES: "this user may not write there; give it the folder, or set ATRIUM_DATA_DIR to one of its own",
  EPERM: "this user may not write there; give it the folder, or set ATRIUM_DATA_DIR to one of its own",
  EROFS: "it can only be read; mount it for writing, or set ATRIUM_DATA_DIR to another folder",
  EIO: "the disk fails; look at the log of the system",
  EMFILE: "this process has too many files open; raise the limit (ulimit -n)",
  ENFILE: "the system has too many files open; raise its limit",
  ENOTDIR: "something in its path is not a folder; set ATRIUM_DATA_DIR to a folder",
  ELOOP: "a link stands where a file should be; remove it",
};

/** What is well again once somebody has made room. */
const passing: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EIO"]);

/** To be given to `catch`: an error of this code is no error. */
const ignoring =
  (code: string) =>
  (error: unknown): undefined => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error;
    return undefined;
  };

const write = async (path: string, content: Readable): Promise<number> => {
  const file = await open(path, "wx", 0o600);
  try {
    let size = 0;
    for await (const part of content) {
      await file.writeFile(part as Buffer);
      size += (part as Buffer).length;
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
};

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
