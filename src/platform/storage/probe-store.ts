import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ObjectStore } from "./object-store.js";
import { StorageError } from "./storage-error.js";

/** Writes, reads and removes a small object under a key that nothing has. */
export const probeStore = async (store: ObjectStore, key: string): Promise<void> => {
  const bytes = randomBytes(32);
  await store.put(key, Readable.from([bytes], { objectMode: false }));
  const read = await buffer(await store.get(key));
  await store.remove(key);
  if (!read.equals(bytes))
    throw new StorageError("S3_BUCKET", `The ${store.name} gives other bytes than it was given.`);
};
