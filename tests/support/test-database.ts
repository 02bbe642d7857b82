import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** A fresh database of one's own: a clone of the migrated template. */
export interface TestDatabase {
  readonly url: string;
  /** For all instances on it, which share their files, too. */
  readonly dataDir: string;
  query<T = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T[]>;
  drop(): Promise<void>;
}

const templateUrl = () => {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error("The tests' Postgres is not running: start them with `npm test`.");
  return url;
};

const withAdmin = async (use: (client: pg.Client) => Promise<unknown>) => {
  const url = new URL(templateUrl());
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
};

/** Any number: Postgres clones one template at a time. */
const cloneLock = 41;

export const createTestDatabase = async (): Promise<TestDatabase> => {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await withAdmin(async (client) => {
    await client.query("select pg_advisory_lock($1)", [cloneLock]);
    await client.query(`create database ${name} template atrium`);
  });
  const url = new URL(templateUrl());
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.toString(), max: 4 });
  pool.on("error", () => {});
  const dataDir = join(tmpdir(), `atrium-${name}`);
  return {
    url: url.toString(),
    dataDir,
    query: async (sql, values) => (await pool.query(sql, values)).rows,
    drop: async () => {
      await pool.end();
      await withAdmin((client) => client.query(`drop database if exists ${name} with (force)`));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
