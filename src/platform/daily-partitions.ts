import { type RawBuilder, sql } from "kysely";
import type { Database } from "./database.js";
import { dayMs, dayOf } from "./day.js";

/** Days of which a process remembers that they have their partition. */
const maxKnown = 10_000;

/** The partitions of one table, each a day in UTC: made when something needs them, and dropped as a whole. */
export class DailyPartitions {
  readonly #known = new Set<number>();

  constructor(
    private readonly database: Database,
    private readonly schema: string,
    private readonly table: string,
  ) {}

  /**
   * Makes the partitions of these times that are not there yet. Past any transaction of the operation, so that none holds
   * others up until its end; an attached partition locks out nobody who reads or writes.
   */
  async require(times: Iterable<Date>): Promise<void> {
    const days = new Set(Array.from(times, (at) => dayOf(at).getTime()));
    const missing = days.difference(this.#known);
    if (missing.size === 0) return;
    const listed = Array.from(missing, (day) => sql.lit(new Date(day).toISOString().slice(0, 10)));
    const { schema, table } = this.#names;
    await this.#alone(sql`
      foreach day in array array[${sql.join(listed)}]::date[] loop
        part := ${table} || to_char(day, '_YYYYMMDD');
        if to_regclass(format('%I.%I', ${schema}, part)) is null then
          execute format('create table %I.%I (like %1$I.%3$I including all)', ${schema}, part, ${table});
          execute format('alter table %I.%I attach partition %1$I.%3$I for values from (%L) to (%L)', ${schema}, ${table}, part,
            day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
        end if;
      end loop;`);
    if (this.#known.size + missing.size > maxKnown) this.#known.clear();
    for (const day of missing) this.#known.add(day);
  }

  /** Those of today and tomorrow. */
  requireNext(now: Date): Promise<void> {
    return this.require([now, new Date(now.getTime() + dayMs)]);
  }

  /** Looks anew at the next times which partitions there are: somebody has dropped one. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * Drops the partitions of all days before this one. Writers wait for the moment that it takes; when it would have to wait
   * for them longer than a second, it throws, and is to be tried again. Where `unless` holds, everything stays: it is looked
   * at when nobody writes any more.
   */
  async dropBefore(day: Date, unless: RawBuilder<unknown>): Promise<void> {
    const oldest = sql.lit(`${this.table}_${day.toISOString().slice(0, 10).replaceAll("-", "")}`);
    const parent = sql.table(`${this.schema}.${this.table}`);
    await this.#alone(sql`
      perform set_config('lock_timeout', '1s', true);
      for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = ${sql.lit(`${this.schema}.${this.table}`)}::regclass and c.relname < ${oldest} collate "C"
        order by c.relname loop
        lock table ${parent} in access exclusive mode;
        exit when ${unless};
        execute format('drop table %I.%I', ${this.#names.schema}, part);
      end loop;`);
    this.forget();
  }

  get #names() {
    return { schema: sql.lit(this.schema), table: sql.lit(this.table) };
  }

  /** A block that one process at a time runs for a table. */
  #alone(body: RawBuilder<unknown>): Promise<unknown> {
    return this.database.apart(sql`do $block$
      declare day date; part text;
      begin
        perform pg_advisory_xact_lock(hashtextextended(${sql.lit(`partitions ${this.schema}.${this.table}`)}, 0));
        ${body}
      end $block$`);
  }
}

/** True when a row came for a day that has no partition any more. */
export const lacksPartition = (error: unknown): boolean => {
  const { code, constraint, message = "" } = error as { code?: string; constraint?: string; message?: string };
  return code === "23514" && constraint === undefined && message.startsWith("no partition of relation");
};
