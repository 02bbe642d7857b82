import { join } from "node:path";
import type { Clock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import type { Database } from "#src/platform/database.js";
import type { Keys } from "#src/platform/keys.js";
import type { Logger } from "#src/platform/logger.js";
import type { PublicAddress } from "#src/platform/public-address.js";
import { configuredStore, requireStore } from "#src/platform/storage/configured-store.js";
import { SealedObjects } from "#src/platform/storage/sealed-objects.js";
import type { Vault } from "#src/platform/vault.js";
import { FileService } from "./file-service.js";
import { SignedAddresses } from "./signed-addresses.js";
import { TemporaryCopies } from "./temporary-copies.js";

interface Deps {
  readonly config: Config;
  readonly database: Database;
  readonly vault: Vault;
  readonly keys: Keys;
  readonly address: PublicAddress;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Files {
  readonly files: FileService;
  /** Encrypted objects, for what is not a file yet. */
  readonly objects: SealedObjects;
  /** Addresses that open one thing for a time. */
  readonly signedAddresses: SignedAddresses;
  /** Decrypted copies of what is looked at as a whole. */
  readonly copies: TemporaryCopies;
}

/** Files over the configured store. What was discarded is removed from the start on. */
export const createFiles = async ({ config, keys, address, ...deps }: Deps) => {
  const store = await configuredStore(config);
  await requireStore(store, deps.logger);
  const copies = new TemporaryCopies(join(config.dataDir, "copies"));
  await copies.removeAbandoned();
  const objects = new SealedObjects({ ...deps, store });
  const signedAddresses = new SignedAddresses(keys, address, deps.clock);
  objects.removal.start();
  const stop = async () => {
    await objects.removal.stop();
    store.close();
  };
  const files = new FileService({ ...deps, objects, copies, addresses: signedAddresses });
  return { files: { files, objects, signedAddresses, copies } satisfies Files, stop };
};
