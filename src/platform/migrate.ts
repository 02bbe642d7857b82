import pg from "pg";
import type { Database } from "./database.js";
import { dropTriggers, makeTriggers } from "./declared-triggers.js";
import { SettingError } from "./errors.js";
import { migrateBullQueues } from "./job-queues-bullmq.js";
import { protectAudit } from "./protect-audit.js";
import { lowerWall, raiseWall } from "./tenant-wall.js";

/** Any number that nothing else locks: of several processes that start together, one migrates and the others wait. */
const migrationLock = 7_203_410;

/**
 * Brings our tables, the wall around their rows and the job queue's tables to the newest version. Returns the names of the
 * migrations it ran.
 */
export const migrateUp = (database: Database, url: string): Promise<string[]> =>
  exclusively(url, async (client) => {
    const done = await database.migrator.up();
    await makeTriggers(client, database.metadata.getAll().values());
    await protectAudit(client);
    if (database.rowSecurity) await raiseWall(client, database.walledTables);
    await migrateBullQueues(url);
    return done.map(({ name }) => name);
  });

/**
 * Takes back the newest migration, or all that were applied after `to`; `0` stands for before the first. Columns go that
 * policies look at: the next `migrateUp` makes those anew.
 */
export const migrateDown = (database: Database, url: string, to?: string): Promise<string[]> =>
  exclusively(url, async (client) => {
    const applied = (await database.migrator.getExecuted()).map(({ name }) => name);
    if (to !== undefined && to !== "0" && !applied.includes(to))
      throw new SettingError("--to", `There is no applied migration ${to}: \`npx atrium migrate status\` lists them.`);
    await lowerWall(client);
    await dropTriggers(client, database.metadata.getAll().values());
    const names: string[] = [];
    for (const _ of applied.slice(to === undefined ? -1 : applied.indexOf(to) + 1))
      names.push(...(await database.migrator.down()).map(({ name }) => name));
    return names;
  });

/** Refuses to work on a database that is older than the code. */
export const requireMigrated = async (database: Database): Promise<void> => {
  const pending = await database.migrator.getPending();
  if (pending.length === 0) return;
  throw new SettingError(
    "DATABASE_URL",
    `The database lacks ${pending.length} migration${pending.length === 1 ? "" : "s"}: run \`npx atrium migrate up\` first.`,
  );
};

const exclusively = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    return await work(client);
  } finally {
    await client.end();
  }
};
