import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { styleText } from "node:util";
import { Redis } from "ioredis";
import pg from "pg";
import { configuredProviders } from "../ai/configured-providers.js";
import { connectDatabase } from "../app/connect-database.js";
import { type Config, readConfig, readEnvironment } from "../platform/config.js";
import { withoutPassword } from "../platform/connect-orm.js";
import { SettingError } from "../platform/errors.js";
import { configuredStore } from "../platform/storage/configured-store.js";
import { StorageError } from "../platform/storage/storage-error.js";
import { checkProvider } from "./check-provider.js";
import { checkFfmpeg, checkSpeech } from "./check-speech.js";
import { openDatabase } from "./open-database.js";

/** What a check has found. */
export interface Finding {
  readonly well: boolean;
  readonly text: string;
  /** How to mend it. */
  readonly mend?: string;
}

const leastFreeBytes = 500 * 1024 * 1024;
const leastPostgres = 150_000;

/** Tries every engine for real, and says of each that is not well how to mend it. Exit code 1 when one is not. */
export const doctor = async (): Promise<void> => {
  const config = readConfig(readEnvironment());
  const providers = await configuredProviders(config.ai);
  const checks: [string, () => Promise<Finding | Finding[]>][] = [
    ["node", async () => checkNode()],
    ["disk", () => checkDisk(config)],
    ["database", () => checkDatabase(config)],
    ["redis", () => checkRedis(config)],
    ["files", () => checkFiles(config)],
    ["ffmpeg", () => checkFfmpeg(config)],
    ["speech", () => checkSpeech(config)],
    ...providers.map((provider): [string, () => Promise<Finding[]>] => [provider.name, () => checkProvider(provider)]),
  ];
  const width = Math.max(11, ...checks.map(([part]) => part.length));
  for (const [part, check] of checks) {
    const found = await check().catch((error: unknown): Finding => ({ well: false, text: (error as Error).message }));
    for (const { well, text, mend } of [found].flat()) {
      const mark = well ? styleText("green", "✔") : styleText("red", "✖");
      process.stdout.write(`  ${mark} ${part.padEnd(width)} ${text}\n`);
      if (mend !== undefined) process.stdout.write(`    ${" ".repeat(width)} → ${mend}\n`);
      if (!well) process.exitCode = 1;
    }
  }
};

const checkNode = (): Finding => {
  const well = Number(process.versions.node.split(".")[0]) >= 24;
  return { well, text: `Node ${process.version}`, ...(well ? {} : { mend: "run `npm ci`: it brings Node 24" }) };
};

const checkDisk = async ({ dataDir, database, secret, files }: Config): Promise<Finding> => {
  if (database.url !== undefined && secret !== undefined && files.s3 !== undefined)
    return { well: true, text: "nothing is kept on this disk" };
  const { bavail, bsize } = await statfs(dataDir).catch(() => statfs("."));
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${dataDir}`;
  return free > leastFreeBytes
    ? { well: true, text }
    : { well: false, text, mend: "free some space, or set ATRIUM_DATA_DIR" };
};

const checkDatabase = async (config: Config): Promise<Finding> => {
  const opened = await openDatabase(config);
  try {
    const database = await connectDatabase(config, opened.url);
    try {
      const client = new pg.Client({ connectionString: opened.url });
      await client.connect();
      const { rows } = await client.query<{ version: string }>(
        "select current_setting('server_version_num') as version",
      );
      await client.end();
      const version = Number(rows[0]?.version);
      const pending = await database.migrator.getPending();
      const name = config.database.url === undefined ? "embedded" : withoutPassword(opened.url);
      const text = `Postgres ${Math.floor(version / 10_000)} (${name})`;
      if (version < leastPostgres) return { well: false, text, mend: "Atrium needs Postgres 15 or newer" };
      if (pending.length === 0) return { well: true, text };
      const lacks = `${text}, ${pending.length} migrations behind`;
      return { well: false, text: lacks, mend: "run `npx atrium migrate up`; `npm start` does it by itself" };
    } finally {
      await database.close();
    }
  } catch (error) {
    if (error instanceof SettingError) return { well: false, text: error.message, mend: `look at ${error.setting}` };
    throw error;
  } finally {
    await opened.stop();
  }
};

const checkRedis = async ({ redis }: Config): Promise<Finding> => {
  if (redis === undefined)
    return { well: true, text: "not used: jobs and the bus run on Postgres (REDIS_URL changes it)" };
  const client = new Redis(redis.url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const appendOnly = /appendonly\s*yes|aof_enabled:1/.test(await client.info("persistence"));
    const version = /redis_version:(\S+)/.exec(await client.info("server"))?.[1] ?? "?";
    if (appendOnly) return { well: true, text: `Redis ${version}, appends every write to its file` };
    return {
      well: true,
      text: `Redis ${version}, which forgets on a crash`,
      mend: "set `appendonly yes`; until then job rows bring lost jobs back within seconds",
    };
  } catch (error) {
    return { well: false, text: `Redis does not answer: ${(error as Error).message}`, mend: "look at REDIS_URL" };
  } finally {
    client.disconnect();
  }
};

const checkFiles = async (config: Config): Promise<Finding> => {
  const { s3 } = config.files;
  const text = s3 === undefined ? `folder ${join(config.dataDir, "files")}` : `S3, bucket ${s3.bucket}`;
  try {
    const store = await configuredStore(config);
    await store.probe().finally(() => store.close());
    return { well: true, text: `${text}: written, read and removed` };
  } catch (error) {
    if (error instanceof StorageError) return { well: false, text: error.message, mend: `look at ${error.setting}` };
    throw error;
  }
};
