import { sql } from "kysely";
import { type Actor, asSystem, noWorkspace } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";

/** Who looks after events: it acts for nobody. */
export const eventKeeper: Actor = asSystem({
  workspaceId: noWorkspace,
  userId: "",
  permissions: new Set(),
  requestId: "product events",
});

export const dayMs = 24 * 60 * 60_000;
/** How long after their time whole days go, so that nobody is writing to one of them. */
const graceMs = 60 * 60_000;
/** Days of which a process remembers that they have their partition. */
const maxKnown = 1_000;

/** The partitions of product events: one a day in UTC. */
export class EventPartitions {
  readonly #known = new Set<string>();

  constructor(private readonly database: Database) {}

  /** Makes those that are missing, whatever becomes of the operation that needs them. */
  async require(times: readonly Date[]): Promise<void> {
    const days = new Set(times.map((time) => time.toISOString().slice(0, 10)));
    for (const day of days.difference(this.#known)) {
      await this.database.apart(sql`select analytics.make_event_partition(${day}::date)`);
      if (this.#known.size >= maxKnown) this.#known.clear();
      this.#known.add(day);
    }
  }

  /** Drops one whose events are all older than this, and of which the figures know all; says how many there were. */
  async dropOne(before: Date): Promise<number> {
    const last = new Date(before.getTime() - graceMs - dayMs);
    const name = `product_event_${last.toISOString().slice(0, 10).replaceAll("-", "")}`;
    return this.database.write(eventKeeper, async (change) => {
      change.hide();
      const [found] = await change.sql(sql<{ name: string; day: string }>`
        select c.relname as name, right(c.relname, 8) as day
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'analytics.product_event'::regclass and c.relname < ${name} collate "C" and not exists (
          select 1 from analytics.stale_hour where start >= to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC'
            and start < (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamp at time zone 'UTC')
        order by 1 limit 1`);
      if (found === undefined) return 0;
      // Whoever reads or writes events waits behind this lock as well, so it waits for nobody for long.
      await change.sql(sql`select set_config('lock_timeout', '2s', true)`);
      await change.sql(sql`drop table analytics.${sql.id(found.name)}`);
      return 1;
    });
  }
}
