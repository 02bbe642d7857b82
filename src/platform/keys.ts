import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "./config.js";
import { SettingError } from "./errors.js";

/** All keys of an installation, each derived from its one secret for one purpose (HKDF-SHA-256, RFC 5869). */
export interface Keys {
  /** 32 bytes for this purpose. */
  derive(purpose: string): Buffer;
  /** An Ed25519 key pair for this purpose. */
  signing(purpose: string): { privateKey: KeyObject; publicKey: KeyObject };
  /** Those of ATRIUM_SECRET_PREVIOUS: they open what was made before the secret was changed, and make nothing. */
  readonly previous: Keys | undefined;
}

/** PKCS #8 header of an Ed25519 private key, before its 32 bytes of seed (RFC 8410). */
const ed25519Header = Buffer.from("302e020100300506032b657004220420", "hex");

export const keysFrom = (secret: string, previous?: string): Keys => {
  const derive = (purpose: string) => Buffer.from(hkdfSync("sha256", secret, "atrium", purpose, 32));
  return {
    derive,
    signing: (purpose) => {
      const der = Buffer.concat([ed25519Header, derive(purpose)]);
      const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
      return { privateKey, publicKey: createPublicKey(privateKey) };
    },
    previous: previous === undefined ? undefined : keysFrom(previous),
  };
};

/** The configured secret, or one that is generated once into the data folder. */
export const loadSecret = async (config: Config): Promise<string> =>
  config.secret ?? loadOrCreate(join(config.dataDir, "secret"), () => randomBytes(48).toString("base64url"));

/** A file of mode 0600 that is written once; of several processes that start together, all get the first one's text. */
export const loadOrCreate = async (file: string, create: () => string): Promise<string> => {
  const folder = join(file, "..");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, create(), { mode: 0o600, flag: "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new SettingError(
        "ATRIUM_DATA_DIR",
        `${folder} cannot be written: set ATRIUM_DATA_DIR to a folder of your own.`,
        { cause },
      );
    }
  }
  return await readFile(file, "utf8");
};
