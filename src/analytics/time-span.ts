import { type RawBuilder, sql } from "kysely";
import { badInput } from "#src/platform/errors.js";
import { checkRange, type TimeRange } from "#src/platform/time-range.js";

/** Years of one question. */
const mostYears = 10;

export type TimeUnit = "hour" | "day" | "week" | "month" | "quarter" | "year";

/** SQL of the beginning of the bucket that a time is in. */
export type Bucketing = (time: RawBuilder<unknown>) => RawBuilder<unknown>;

/** A span of time in SQL, and what is told apart in it. */
export interface TimeSpan {
  readonly from: RawBuilder<unknown>;
  readonly until: RawBuilder<unknown>;
  readonly bucketOf: Bucketing;
}

const timestamp = (time: Date) => sql`${time}::timestamptz`;

/** Buckets of a time zone; hours are those of UTC everywhere. */
export const byUnit =
  (unit: TimeUnit, timeZone: string): Bucketing =>
  (time) =>
    sql`date_trunc(${sql.lit(unit)}, ${time}, ${unit === "hour" ? "UTC" : timeZone})`;

/** All of it in one. */
export const asOne =
  (from: Date): Bucketing =>
  () =>
    timestamp(from);

/** What is before the time in one bucket, `-infinity`, and what is behind it in those of the other. */
export const split =
  (at: Date, behind: Bucketing): Bucketing =>
  (time) =>
    sql`case when ${time} < ${timestamp(at)} then '-infinity'::timestamptz else ${behind(time)} end`;

export const timeSpan = ({ from, until }: TimeRange, bucketOf: Bucketing = asOne(from)): TimeSpan => ({
  from: timestamp(from),
  until: timestamp(until),
  bucketOf,
});

/** Refuses a span that is none, or longer than one question may go. */
export const checkSpan = (range: TimeRange, field = "range"): void => {
  checkRange(range, field);
  if (range.until.getTime() - range.from.getTime() > mostYears * 366 * 24 * 60 * 60_000)
    throw badInput(`The range must not be longer than ${mostYears} years.`, `${field}.until`);
};

/**
 * The hours that a span touches: `start`, its `day`, its `bucket`, and whether something cuts it: an end of the span or of a
 * bucket. Where single rows are gone, before `rawFrom`, it counts to where it begins.
 */
export const hoursOf = (rawFrom: Date, { from, until, bucketOf }: TimeSpan): RawBuilder<unknown> => {
  const length = sql`interval '1 hour'`;
  const start = sql.ref("start");
  return sql`(
    select start, date_trunc('day', start, 'UTC') as day, ${bucketOf(start)} as bucket,
      start >= ${timestamp(rawFrom)} and (start < ${from} or start + ${length} > ${until}
        or ${bucketOf(start)} <> ${bucketOf(sql`start + ${length} - interval '1 ms'`)}) as cut
    from generate_series(date_trunc('hour', ${from}, 'UTC'), ${until} - interval '1 ms', interval '1 hour') as g (start)
    where start >= ${from} or start >= ${timestamp(rawFrom)})`;
};

/** Days in UTC that nothing cuts, of the hours in `hour`, as far as `isWhole` holds for each of their hours. */
export const wholeDays = (isWhole: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select day as start, min(bucket) as bucket from hour group by day
    having count(*) = 24 and bool_and(${isWhole}) and min(bucket) = max(bucket))`;
