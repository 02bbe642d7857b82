import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import type { Database } from "#src/platform/database.js";
import type { Keys } from "#src/platform/keys.js";
import type { PublicAddress } from "#src/platform/public-address.js";
import type { Vault } from "#src/platform/vault.js";
import type { Files } from "./create-files.js";
import { UploadAddresses } from "./upload-addresses.js";
import { UploadCheck } from "./upload-check.js";
import { UploadIntake } from "./upload-intake.js";
import { uploadRules } from "./upload-rules.js";
import { UploadService } from "./upload-service.js";

interface Deps extends Pick<Files, "files" | "objects" | "copies"> {
  readonly config: Config;
  readonly database: Database;
  readonly vault: Vault;
  readonly keys: Keys;
  readonly address: PublicAddress;
  readonly bus: Bus;
  readonly clock: Clock;
}

export interface Uploads {
  readonly uploads: UploadService;
  readonly uploadIntake: UploadIntake;
  readonly uploadCheck: UploadCheck;
}

export const createUploads = ({ keys, address, ...deps }: Deps): Uploads => {
  const addresses = new UploadAddresses(keys, address);
  return {
    uploads: new UploadService({ ...deps, addresses }),
    uploadIntake: new UploadIntake({ ...deps, addresses }),
    uploadCheck: new UploadCheck({ ...deps, rules: uploadRules(deps.config) }),
  };
};
