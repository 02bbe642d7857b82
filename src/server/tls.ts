import { createPrivateKey, X509Certificate } from "node:crypto";
import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Server, ServerOptions } from "node:https";
import { createSecureContext } from "node:tls";
import { SettingError } from "#src/platform/errors.js";
import type { Logger } from "#src/platform/logger.js";

/** Pause between two looks at the files, in milliseconds. Looked at by name: a renewal may put a new file in their place. */
const lookMs = 1_000;

interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

interface Tls {
  readonly https: ServerOptions;
  /** Takes up renewed files for new connections. Returns how to stop. */
  follow(server: Server, logger: Logger): () => void;
}

/**
 * What makes an HTTPS server of certificate and key, of TLS 1.3 (RFC 8446) and nothing older. Nothing without files. Throws
 * `SettingError` when they cannot be read or do not belong together.
 */
export const loadTls = async (files: TlsFiles | undefined): Promise<Tls | undefined> => {
  if (files === undefined) return undefined;
  return { https: await read(files), follow: (server, logger) => follow(server, files, logger) };
};

const read = async ({ certFile, keyFile }: TlsFiles): Promise<ServerOptions> => {
  const [cert, key] = await Promise.all([
    readSetting("ATRIUM_TLS_CERT_FILE", certFile),
    readSetting("ATRIUM_TLS_KEY_FILE", keyFile),
  ]);
  const certificate = parse("ATRIUM_TLS_CERT_FILE", certFile, "certificate in PEM", () => new X509Certificate(cert));
  const privateKey = parse("ATRIUM_TLS_KEY_FILE", keyFile, "private key in PEM, without a password", () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new SettingError("ATRIUM_TLS_KEY_FILE", `${keyFile} is not the key of the certificate in ${certFile}.`);
  const options = { cert, key, minVersion: "TLSv1.3" } as const;
  parse("ATRIUM_TLS_CERT_FILE", certFile, "certificate with its chain that TLS 1.3 can use", () =>
    createSecureContext(options),
  );
  return options;
};

const readSetting = (setting: string, file: string): Promise<Buffer> =>
  readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new SettingError(setting, `${file} cannot be read (${cause.code}).`, { cause });
  });

const parse = <T>(setting: string, file: string, wanted: string, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    throw new SettingError(setting, `${file} holds no ${wanted}.`, { cause });
  }
};

const follow = (server: Server, files: TlsFiles, logger: Logger): (() => void) => {
  const reload = async () => {
    try {
      server.setSecureContext(await read(files));
      logger.info("the certificate was renewed");
    } catch (error) {
      // One file may be written before the other; what is served goes on with the pair from before.
      logger.warn({ err: error }, "the renewed certificate cannot be used, the one from before is kept");
    }
  };
  const names = [files.certFile, files.keyFile];
  for (const name of names) watchFile(name, { interval: lookMs, persistent: false }, reload);
  return () => {
    for (const name of names) unwatchFile(name, reload);
  };
};
