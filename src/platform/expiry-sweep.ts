import { sql } from "kysely";
import type { Clock } from "./clock.js";
import type { Database } from "./database.js";
import type { Logger } from "./logger.js";
import { Sweep, sweepBatch } from "./sweep.js";

const everyMs = 10 * 60_000;

/** Deletes rows whose time has come, in tables with a column `expires_at`. Nobody is shown an expired row before, either. */
export const expirySweep = (database: Database, clock: Clock, logger: Logger, tables: readonly string[]): Sweep => {
  const deleteSome = async (table: string) => {
    const rows = await database.upkeep(sql`
      delete from ${sql.table(table)} where ctid = any (array(
        select ctid from ${sql.table(table)} where expires_at <= ${clock.now()} limit ${sweepBatch} for update skip locked))
      returning true`);
    return rows.length;
  };
  return new Sweep(
    logger,
    everyMs,
    tables.map((table) => ({ of: table, deleteSome: () => deleteSome(table) })),
  );
};
