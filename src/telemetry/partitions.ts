import { type RawBuilder, sql } from "kysely";
import type { Database } from "#src/platform/database.js";

/** A table that is partitioned by days in UTC, with its schema. */
export interface PartitionedTable {
  readonly schema: string;
  readonly table: string;
}

export const dayMs = 86_400_000;

/** The beginning of a time's day in UTC. */
export const dayOf = (at: Date): Date => new Date(Math.floor(at.getTime() / dayMs) * dayMs);

/**
 * Makes the partitions of these days that are not there yet. Past any transaction of the operation, so that none holds others
 * up until its end; an attached partition locks out nobody who reads or writes.
 */
export const ensurePartitions = async (
  database: Database,
  { schema, table }: PartitionedTable,
  days: readonly Date[],
): Promise<void> => {
  const listed = days.map((day) => sql.lit(day.toISOString().slice(0, 10)));
  await database.apart(
    block(
      { schema, table },
      sql`
      foreach day in array array[${sql.join(listed)}]::date[] loop
        part := ${sql.lit(table)} || to_char(day, '_YYYYMMDD');
        if to_regclass(format('%I.%I', ${sql.lit(schema)}, part)) is null then
          execute format('create table %I.%I (like %1$I.%3$I including all)', ${sql.lit(schema)}, part, ${sql.lit(table)});
          execute format('alter table %I.%I attach partition %1$I.%3$I for values from (%L) to (%L)', ${sql.lit(schema)},
            ${sql.lit(table)}, part, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
        end if;
      end loop;`,
    ),
  );
};

/**
 * Drops the partitions of all days before this one. Writers wait for the moment that it takes; when it would have to wait
 * for them longer than a second, it throws, and is to be tried again. Where `unless` holds, everything stays: it is looked at
 * when nobody writes any more.
 */
export const dropOldPartitions = async (
  database: Database,
  { schema, table }: PartitionedTable,
  before: Date,
  unless: RawBuilder<unknown> = sql`false`,
): Promise<void> => {
  const oldest = sql.lit(`${table}_${before.toISOString().slice(0, 10).replaceAll("-", "")}`);
  await database.apart(
    block(
      { schema, table },
      sql`
      perform set_config('lock_timeout', '1s', true);
      for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = ${sql.lit(`${schema}.${table}`)}::regclass and c.relname < ${oldest} order by c.relname loop
        lock table ${sql.table(`${schema}.${table}`)} in access exclusive mode;
        exit when ${unless};
        execute format('drop table %I.%I', ${sql.lit(schema)}, part);
      end loop;`,
    ),
  );
};

/** A block that one process at a time runs for a table. */
const block = ({ schema, table }: PartitionedTable, body: RawBuilder<unknown>) => sql`do $block$
  declare day date; part text;
  begin
    perform pg_advisory_xact_lock(hashtextextended(${sql.lit(`partitions ${schema}.${table}`)}, 0));
    ${body}
  end $block$`;

/** True when a row came for a day that has no partition any more. */
export const lacksPartition = (error: unknown): boolean => {
  const { code, constraint, message = "" } = error as { code?: string; constraint?: string; message?: string };
  return code === "23514" && constraint === undefined && message.startsWith("no partition of relation");
};
