import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SettingError } from "./errors.js";
import type { Unprivileged } from "./unprivileged.js";

export interface Credentials {
  /** 0 until a port was chosen. */
  readonly port: number;
  readonly password: string;
}

export const makeFolder = async (dataDir: string) => {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw explain(String(cause), dataDir);
  }
};

export const loadCredentials = async (dataDir: string): Promise<Credentials> => {
  const file = join(dataDir, "postgres.json");
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as Credentials;
  const credentials = { port: 0, password: randomBytes(24).toString("base64url") };
  await saveCredentials(dataDir, credentials);
  return JSON.parse(await readFile(file, "utf8")) as Credentials;
};

export const saveCredentials = async (dataDir: string, credentials: Credentials) => {
  const file = join(dataDir, "postgres.json");
  const draft = `${file}.${process.pid}`;
  try {
    await writeFile(draft, JSON.stringify(credentials), { mode: 0o600 });
    await rename(draft, file);
  } catch (cause) {
    throw explain(String(cause), dataDir);
  }
};

/** Made beside its final place and moved there, so that an interrupted first start leaves nothing half done. */
export const createCluster = async (initdb: string, cluster: string, password: string, unprivileged: Unprivileged) => {
  const draft = `${cluster}.${process.pid}.new`;
  const passwordFile = `${draft}.password`;
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (unprivileged.owner !== undefined) {
      await chown(draft, unprivileged.owner.uid, unprivileged.owner.gid);
      await chown(passwordFile, unprivileged.owner.uid, unprivileged.owner.gid);
    }
    const args = ["-D", draft, "-U", "atrium", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8"];
    const {
      command,
      args: all,
      spawnOptions,
    } = unprivileged.wrap(initdb, [...args, "--locale-provider=builtin", "--locale=C.UTF-8"]);
    const child = spawn(command, all, { ...spawnOptions, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (output += data.toString()));
    const code = await exitOf(child);
    if (code !== 0) throw new Error(output);
    await rename(draft, cluster).catch((cause: unknown) => {
      // Another process of this installation was faster: its cluster is as good.
      if (!existsSync(join(cluster, "PG_VERSION"))) throw cause;
    });
  } catch (cause) {
    throw explain(cause instanceof Error ? cause.message : String(cause), cluster);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
};

/** A failure of the database's files or start, as a sentence that names the setting. */
export const explain = (output: string, folder: string): SettingError => {
  const last = output.trim().split("\n").slice(-3).join(" ");
  if (/ENOSPC|No space left/i.test(output)) {
    return new SettingError(
      "ATRIUM_DATA_DIR",
      `The disk that holds ${folder} is full: free some space, or set ATRIUM_DATA_DIR.`,
    );
  }
  if (/EACCES|EROFS|EPERM|ENOTDIR|EEXIST|Permission denied|read-only/i.test(output)) {
    return new SettingError(
      "ATRIUM_DATA_DIR",
      `${folder} cannot be written: set ATRIUM_DATA_DIR to a folder of your own.`,
    );
  }
  if (/initialized by PostgreSQL version/i.test(output)) {
    return new SettingError("ATRIUM_DATA_DIR", `${folder} was made by another Postgres version: ${last}`);
  }
  return new SettingError(
    "DATABASE_URL",
    `The embedded Postgres in ${folder} did not start (${last}). Set DATABASE_URL to use another.`,
  );
};
export const exitOf = (child: ReturnType<typeof spawn>) =>
  new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
    child.once("error", () => resolve(null));
  });
