import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { FolderStore } from "#src/platform/storage/folder-store.js";
import { newObjectKey } from "#src/platform/storage/object-key.js";
import { StorageError } from "#src/platform/storage/storage-error.js";
import { eventually } from "./support/atrium.js";
import { contentOf, filesBelow } from "./support/stored-files.js";

const node = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
const built = new URL("../dist/src/platform/storage/folder-store.js", import.meta.url).href;

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "atrium-folder-"));
  folder = join(root, "files");
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A process of its own that stores content without an end, 64 KiB at a time. */
const storing = (key: string, { before = "", onError = "throw error" } = {}): ChildProcess => {
  const program = `
    import { FolderStore } from ${JSON.stringify(built)};
    import { Readable } from "node:stream";
    const endless = async function* () {
      for (;;) {
        yield Buffer.alloc(65_536, "x");
        await new Promise((go) => setTimeout(go, 1));
      }
    };
    try {
      const store = await FolderStore.open(${JSON.stringify(folder)});
      await store.put(${JSON.stringify(key)}, Readable.from(endless(), { objectMode: false }));
    } catch (error) { ${onError} }`;
  return spawn("sh", ["-c", `${before} exec "$0" --input-type=module -e "$1"`, node, program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
};

const read = async (store: FolderStore, key: string) => buffer(await store.get(key));

test("S1 a process that is killed while it stores leaves no object, and the rest of it is removed", async () => {
  const key = newObjectKey();
  const child = storing(key);
  await eventually(
    () => filesBelow(folder),
    (files) => files.length > 0,
  );
  child.kill("SIGKILL");
  await once(child, "exit");
  const [unfinished = "", ...others] = await filesBelow(folder);
  expect(unfinished).toContain("unfinished");
  expect(others).toEqual([]);
  const store = await FolderStore.open(folder);
  expect(await store.sizeOf(key)).toBeUndefined();
  // Another process may be writing it; not any more a day later.
  expect(await filesBelow(folder)).toEqual([unfinished]);
  const longAgo = new Date(Date.now() - 25 * 60 * 60_000);
  await utimes(unfinished, longAgo, longAgo);
  await FolderStore.open(folder);
  expect(await filesBelow(folder)).toEqual([]);
});

test("S1 what does not fit on the disk is refused with what to do, and nothing of it stays", async () => {
  const key = newObjectKey();
  const said = `process.stdout.write(JSON.stringify({ name: error.name, setting: error.setting, message: error.message }))`;
  const child = storing(key, { before: "ulimit -f 512;", onError: said });
  const output = (await buffer(child.stdout as Readable)).toString();
  expect(JSON.parse(output)).toMatchObject({ name: "StorageError", setting: "ATRIUM_DATA_DIR" });
  expect(output).toContain("raise the limit");
  expect(await filesBelow(folder)).toEqual([]);
});

test("S1 a path that is no folder is refused with what to do", async () => {
  await writeFile(folder, "a file");
  const error = await FolderStore.open(folder).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StorageError);
  expect((error as Error).message).toContain("ATRIUM_DATA_DIR");
});

test("S1 links in the folder lead nowhere: neither for reading, nor for writing or removing", async () => {
  const store = await FolderStore.open(folder);
  const outside = join(root, "outside");
  await mkdir(outside);
  const key = newObjectKey();
  await store.put(key, contentOf(randomBytes(10)));
  const shard = join(folder, key.slice(0, 2));
  // A file that is a link.
  await writeFile(join(outside, "secret"), "secret");
  await unlink(join(folder, key));
  await symlink(join(outside, "secret"), join(folder, key));
  await expect(read(store, key)).rejects.toThrow(StorageError);
  await store.put(key, contentOf(Buffer.from("new")));
  expect((await read(store, key)).toString()).toBe("new");
  // A folder that is a link.
  await rm(shard, { recursive: true });
  await symlink(outside, shard);
  await writeFile(join(outside, key.slice(3)), "planted");
  await expect(read(store, key)).rejects.toThrow("is not a folder");
  await expect(store.put(key, contentOf(Buffer.from("new")))).rejects.toThrow("is not a folder");
  await expect(store.remove(key)).rejects.toThrow("is not a folder");
  expect((await filesBelow(outside)).map((path) => path.slice(outside.length + 1))).toEqual(
    [key.slice(3), "secret"].sort(),
  );
});
