import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { dayMs } from "#src/platform/day.js";
import { badInput } from "#src/platform/errors.js";
import { ZoneClock } from "#src/platform/zone-clock.js";
import { EventCount, type EventCountsArgs, EventKey, maxEventCounts } from "./event-count.js";
import { eventCountsSql } from "./event-figures.js";
import { asOne, byUnit, checkSpan, type TimeUnit, timeSpan } from "./time-span.js";

const units: Readonly<Record<string, TimeUnit>> = {
  PT1H: "hour",
  P1D: "day",
  P1W: "week",
  P1M: "month",
  P3M: "quarter",
  P1Y: "year",
};
const maxNames = 100;

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly rawDays: number;
}

/** How often product events happen: exact, from what workers have summed up and from the events themselves. */
export class EventCountService {
  constructor(private readonly deps: Deps) {}

  async counts({ workspaceId }: Actor, args: EventCountsArgs): Promise<EventCount[]> {
    const { range, bucket, timeZone, names, groupBy, first } = args;
    checkSpan(range);
    new ZoneClock(timeZone);
    const unit = bucket ? units[bucket] : undefined;
    if (bucket && unit === undefined)
      throw badInput(`${JSON.stringify(bucket.slice(0, 80))} is none of ${Object.keys(units).join(", ")}.`, "bucket");
    if (first < 1 || first > maxEventCounts)
      throw badInput(`\`first\` is ${first}; it must be from 1 to ${maxEventCounts}.`, "first");
    if ((names?.length ?? 0) > maxNames) throw badInput(`There are more than ${maxNames} names.`, "names");
    const { database, clock, rawDays } = this.deps;
    const rawFrom = new Date(clock.now().getTime() - rawDays * dayMs);
    const span = timeSpan(range, unit === undefined ? asOne(range.from) : byUnit(unit, timeZone));
    const name = groupBy === EventKey.NAME ? sql.ref("name") : sql`null::text`;
    const rows = await database.rows(sql<{ at: string; name: string | null; count: string }>`
      select bucket as at, ${name} as name, sum(count) as count
      from ${eventCountsSql({ workspaceId, span, rawFrom, names })} c group by 1, 2 order by 1, 2 limit ${first + 1}`);
    // A part of a sum would be taken for the whole.
    if (rows.length > first)
      throw badInput(
        `There are more than ${first} groups: raise \`first\`, at most to ${maxEventCounts}, or ask for a shorter range or longer buckets.`,
        "first",
      );
    return rows.map(({ at, name, count }) =>
      Object.assign(new EventCount(), { at: new Date(at), name, count: Number(count) }),
    );
  }
}
