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

const units: Readonly<Record<string, { readonly unit: TimeUnit; readonly hours: number }>> = {
  PT1H: { unit: "hour", hours: 1 },
  P1D: { unit: "day", hours: 23 },
  P1W: { unit: "week", hours: 7 * 24 - 1 },
  P1M: { unit: "month", hours: 28 * 24 - 1 },
  P3M: { unit: "quarter", hours: 90 * 24 - 1 },
  P1Y: { unit: "year", hours: 365 * 24 },
};
const maxNames = 100;

const unitOf = (bucket: string, field: string) => {
  const unit = units[bucket];
  if (unit === undefined)
    throw badInput(`${JSON.stringify(bucket.slice(0, 80))} is none of ${Object.keys(units).join(", ")}.`, field);
  return unit;
};

/** The least length of such a bucket, in milliseconds: days may lack an hour, and months days. */
export const eventBucketMs = (bucket: string, field: string): number => unitOf(bucket, field).hours * 3_600_000;

type Buckets = Pick<EventCountsArgs, "range" | "bucket" | "timeZone">;

const bucketingOf = ({ range, bucket, timeZone }: Buckets) =>
  bucket ? byUnit(unitOf(bucket, "bucket").unit, timeZone) : asOne(range.from);

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly rawDays: number;
}

/** How often product events happen: exact, from what workers have summed up and from the events themselves. */
export class EventCountService {
  constructor(private readonly deps: Deps) {}

  async counts({ workspaceId }: Actor, args: EventCountsArgs): Promise<EventCount[]> {
    const { range, timeZone, names, groupBy, first } = args;
    checkSpan(range);
    new ZoneClock(timeZone);
    const bucketing = bucketingOf(args);
    if (first < 1 || first > maxEventCounts)
      throw badInput(`\`first\` is ${first}; it must be from 1 to ${maxEventCounts}.`, "first");
    if ((names?.length ?? 0) > maxNames) throw badInput(`There are more than ${maxNames} names.`, "names");
    const { database, clock, rawDays } = this.deps;
    const rawFrom = new Date(clock.now().getTime() - rawDays * dayMs);
    const span = timeSpan(range, bucketing);
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

  /** When each bucket begins that the range touches, those without events too, in their order. */
  async bucketsOf(asked: Buckets): Promise<Date[]> {
    const { from, until, bucketOf } = timeSpan(asked.range, bucketingOf(asked));
    const rows = await this.deps.database.rows(sql<{ at: string }>`
      select distinct ${bucketOf(sql`greatest(g, ${from})`)} as at
      from generate_series(date_trunc('hour', ${from}, 'UTC'), ${until} - interval '1 ms', interval '1 hour') as s (g) order by 1`);
    return rows.map(({ at }) => new Date(at));
  }
}
