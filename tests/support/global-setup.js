import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "reflect-metadata";
import { connectDatabase } from "#src/app/connect-database.js";
import { readConfig } from "#src/platform/config.js";
import { startEmbeddedPostgres } from "#src/platform/embedded-postgres.js";
import { migrateUp } from "#src/platform/migrate.js";

/**
 * For each process that runs test files a Postgres with a migrated template that its files clone: what one of them leaves open
 * holds back the events of no other. And a Redis for all of them, where the machine has one.
 */
export default async function setup({ maxWorkers }) {
  const folder = await mkdtemp(join(tmpdir(), "atrium-tests-"));
  const servers = await Promise.all(Array.from({ length: maxWorkers }, (_, index) => startPostgres(folder, index + 1)));
  const redis = process.env.REDIS_URL ? undefined : await startRedis(folder);
  process.env.TEST_REDIS_URL = process.env.REDIS_URL ?? redis?.url ?? "";
  globalThis.stopTestServers = async () => {
    redis?.process.kill("SIGKILL");
    // Test processes that were killed may have left connections; nothing here needs to be kept.
    for (const server of servers)
      for (let tries = 0; tries < 20 && !(await server.stop()); tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 250));
    await rm(folder, { recursive: true, force: true });
  };
}

/** `native-runner.js` reads which of them is a process's own. */
const startPostgres = async (folder, worker) => {
  const dataDir = join(folder, String(worker));
  const parameters = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "500" };
  const postgres = await startEmbeddedPostgres({ dataDir, parameters });
  const database = await connectDatabase(readConfig({ ATRIUM_DATA_DIR: dataDir }), postgres.url);
  await migrateUp(database, postgres.url);
  await database.close();
  process.env[`TEST_POSTGRES_URL_${worker}`] = postgres.url;
  return postgres;
};

const startRedis = async (folder) => {
  if (spawnSync("redis-server", ["--version"]).status !== 0) return undefined;
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
  return { process: spawn("redis-server", args, { stdio: "ignore" }), url: `redis://127.0.0.1:${port}` };
};

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
