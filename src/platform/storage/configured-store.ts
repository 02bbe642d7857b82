import { join } from "node:path";
import type { Config } from "../config.js";
import type { Logger } from "../logger.js";
import { FolderStore } from "./folder-store.js";
import type { ObjectStore } from "./object-store.js";
import { S3Store } from "./s3-store.js";
import { StorageError } from "./storage-error.js";

/** Where the settings put files. */
export const configuredStore = ({ dataDir, files: { s3 } }: Pick<Config, "dataDir" | "files">): Promise<ObjectStore> =>
  s3 === undefined ? FolderStore.open(join(dataDir, "files")) : S3Store.connect(s3);

/**
 * Tries the store for real. What the operator has to correct stops the start; what passes by itself, such as a store that
 * does not answer, is said in the log, and everything but files works meanwhile.
 */
export const requireStore = async (store: ObjectStore, logger: Logger): Promise<void> => {
  try {
    await store.probe();
  } catch (error) {
    if (!(error instanceof StorageError) || !error.passes) throw error;
    logger.error({ err: error, setting: error.setting }, error.message);
  }
};
