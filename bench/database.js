import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "reflect-metadata";
import pg from "pg";
import { connectDatabase } from "../dist/src/app/connect-database.js";
import { readConfig } from "../dist/src/platform/config.js";
import { startEmbeddedPostgres } from "../dist/src/platform/embedded-postgres.js";
import { migrateUp } from "../dist/src/platform/migrate.js";
import { graphql, owner, startAtrium } from "./atrium.js";
import { seed } from "./seed.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const dataRoot = join(here, ".data");
const migrations = join(here, "../migrations");

/**
 * Starts an own Postgres with its default durability and gives a fresh copy of the seeded database, the same at every run.
 * The seeded one is kept until a migration or the seed changes.
 */
export const openBenchDatabase = async (say) => {
  const hash = createHash("sha256").update(readFileSync(join(here, "seed.js")));
  for (const file of readdirSync(migrations)
    .filter((name) => name.endsWith(".ts"))
    .sort())
    hash.update(file).update(readFileSync(join(migrations, file)));
  const name = `postgres-${hash.digest("hex").slice(0, 12)}`;
  const dataDir = join(dataRoot, name);
  const seeded = join(dataDir, "seeded");
  mkdirSync(dataRoot, { recursive: true });
  for (const old of readdirSync(dataRoot).filter((entry) => entry.startsWith("postgres-"))) {
    if (old !== name) rmSync(join(dataRoot, old), { recursive: true, force: true });
  }
  const postgres = await startEmbeddedPostgres({ dataDir, parameters: { file_copy_method: "copy" } });
  const stop = async () => {
    for (let tries = 0; tries < 40 && !(await postgres.stop()); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 250));
  };
  try {
    if (!existsSync(seeded)) {
      say("seeding 100,000 quotes, once …");
      await fill(postgres.url, dataDir);
      writeFileSync(seeded, "");
    }
    await withClient(at(postgres.url, "postgres"), async (client) => {
      await client.query("drop database if exists bench with (force)");
      await client.query("create database bench template atrium strategy file_copy");
      await client.query("checkpoint");
    });
    return { url: at(postgres.url, "bench"), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const fill = async (url, dataDir) => {
  // An earlier attempt may have been cut off on its way.
  await withClient(at(url, "postgres"), async (client) => {
    await client.query("drop database if exists atrium with (force)");
    await client.query("create database atrium");
  });
  const database = await connectDatabase(readConfig({ ATRIUM_DATA_DIR: dataDir }), url);
  await migrateUp(database, url);
  await database.close();
  const atrium = await startAtrium({ databaseUrl: url });
  try {
    await graphql(atrium, "mutation($input: SignUpInput!) { signUp(input: $input) { accessToken } }", { input: owner });
  } finally {
    await atrium.stop();
  }
  await withClient(url, seed);
};

export const withClient = async (url, use) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};

/** The same server, another database. */
const at = (text, name) => {
  const url = new URL(text);
  url.pathname = `/${name}`;
  return url.toString();
};
