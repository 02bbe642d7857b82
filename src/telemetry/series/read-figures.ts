import { type RawBuilder, sql } from "kysely";
import type { Database } from "#src/platform/database.js";
import { SeriesAggregate } from "../metric-series-inputs.js";
import { sketchKey, textOfKey } from "../rollups/sketch.js";
import type { Bucket } from "./buckets.js";
import { type Cover, coverOf, type Span } from "./cover.js";
import { meanOf } from "./mean.js";

export interface Wanted {
  readonly aggregate: SeriesAggregate;
  /** Of 100, for PERCENTILE. */
  readonly percentile: number;
}

/** What the points of one bucket have become. */
export interface Figure {
  readonly value: string;
  readonly count: number;
}

interface Row {
  readonly series: string;
  readonly bucket: number;
  readonly count: string;
  readonly value: string;
  readonly key?: number;
  readonly max?: string;
}

/**
 * Figures of some series by the index of their bucket, where there are points. One statement, so all of it is as at one
 * moment: rollups where nothing is stale, what is below them where something is, and at the end the points themselves.
 */
export const readFigures = async (
  database: Database,
  series: readonly string[],
  buckets: readonly Bucket[],
  wanted: Wanted,
): Promise<Map<string, Map<number, Figure>>> => {
  const [first, last] = [buckets[0], buckets.at(-1)];
  const found = new Map(series.map((each) => [each, new Map<number, Figure>()]));
  if (first === undefined || last === undefined || series.length === 0) return found;
  const starts = buckets.map(({ start }) => new Date(start).toISOString());
  const needed = sql`
    with asked as materialized (select * from unnest(${[...series]}::bigint[]) as a (series)),
      ${currentRows(coverOf(buckets), series, [first.from, last.until])},
      bucketed as (select *, width_bucket(start, ${starts}::timestamptz[]) as bucket from current_rows)`;
  const isPercentile = wanted.aggregate === SeriesAggregate.PERCENTILE;
  const rows = await database.rows(sql<Row>`
    ${needed} ${isPercentile ? percentiles(wanted.percentile) : figures(valueSql[wanted.aggregate])}`);
  for (const row of rows)
    found.get(row.series)?.set(row.bucket - 1, { value: textOf(row, wanted.aggregate), count: Number(row.count) });
  return found;
};

const valueSql: Readonly<Record<Exclude<SeriesAggregate, "PERCENTILE">, RawBuilder<unknown>>> = {
  AVG: sql`sum(sum)`,
  SUM: sql`sum(sum)`,
  MIN: sql`min(min)`,
  MAX: sql`max(max)`,
  COUNT: sql`sum(count)`,
  LAST: sql`(array_agg(last order by last_at desc))[1]`,
};

const textOf = ({ value, count, key, max }: Row, aggregate: SeriesAggregate): string => {
  if (aggregate === SeriesAggregate.AVG) return meanOf(value, Number(count));
  if (key !== undefined && max !== undefined) return textOfKey(key, value, max);
  return value;
};

const figures = (value: RawBuilder<unknown>) => sql`
  select series::text, bucket, sum(count)::text as count, trim_scale(${value})::text as value
  from bucketed group by series, bucket`;

const percentiles = (percentile: number) => sql`,
    keys as (
      select series, bucket, key, sum(times) as times, min(min) as min, max(max) as max
      from bucketed cross join lateral unnest(sketch_keys, sketch_counts) as k (key, times) group by series, bucket, key),
    ranked as (
      select *, sum(times) over (partition by series, bucket order by key) as reached,
        sum(times) over (partition by series, bucket) as count from keys)
  select series::text, bucket, max(count)::text as count, trim_scale(min(min))::text as value,
    trim_scale(max(max))::text as max, min(key) filter (where reached >= ceil(count * ${percentile}::int / 100)) as key
  from ranked group by series, bucket`;

/** A multirange as Postgres reads it. */
const multirangeOf = (spans: readonly Span[]): string =>
  `{${spans.map(([from, until]) => `[${new Date(from).toISOString()},${new Date(until).toISOString()})`).join(",")}}`;

/**
 * `current_rows`: rollups of each level that are not stale, with what a point is as a rollup of itself. What is stale of a level
 * is looked for one level below.
 */
const currentRows = ({ points, rollups }: Cover, series: readonly string[], [from, until]: Span) => {
  const [minutes = "{}", hours = "{}", days = "{}"] = rollups.map(multirangeOf);
  const multirange = (...texts: string[]) =>
    sql.join(
      texts.map((text) => sql`${text}::tstzmultirange`),
      sql` + `,
    );
  const spansOf = (text: string) => sql`
    select a.series, lower(s.span) as first, upper(s.span) as last from asked a, unnest(${text}::tstzmultirange) as s (span)`;
  return sql`
    stale as materialized (
      select distinct level, series, start from telemetry.stale where series = any(${[...series]}::bigint[])
        and start >= date_trunc('day', ${new Date(from)}::timestamptz, 'UTC') and start < ${new Date(until)}::timestamptz),
    stale_days as materialized (select distinct series, date_trunc('day', start, 'UTC') as start from stale),
    stale_hours as materialized (
      select distinct series, date_trunc('hour', start, 'UTC') as start from stale where level <= 1),
    stale_minutes as materialized (select series, start from stale where level = 0),
    day_spans as (${spansOf(days)}),
    hour_spans as (${spansOf(hours)} union all
      select series, start, start + interval '24 hours' from stale_days where start <@ (${multirange(days)})),
    minute_spans as (${spansOf(minutes)} union all
      select series, start, start + interval '1 hour' from stale_hours where start <@ (${multirange(days, hours)})),
    point_spans as (${spansOf(multirangeOf(points))} union all
      select series, start, start + interval '1 minute' from stale_minutes
      where start <@ (${multirange(days, hours, minutes)})),
    current_rows as (
      ${freshRows("rollup_day", "day_spans", "stale_days")} union all
      ${freshRows("rollup_hour", "hour_spans", "stale_hours")} union all
      ${freshRows("rollup_minute", "minute_spans", "stale_minutes")} union all
      ${pointRows})`;
};

/** `not in` is a look into a hash table, however few stale rows Postgres expects. */
const freshRows = (table: string, spans: string, stale: string) => sql`
  select r.series, r.start, r.count, r.sum, r.min, r.max, r.last, r.last_at, r.sketch_keys, r.sketch_counts
  from ${sql.table(spans)} s cross join lateral (
    select * from ${sql.table(`telemetry.${table}`)} r
    where r.series = s.series and r.start >= s.first and r.start < s.last offset 0) r
  where (r.series, r.start) not in (select series, start from ${sql.table(stale)})`;

const pointRows = sql`
  select p.series, p.at, 1::bigint, p.value, p.value, p.value, p.value, p.at, array[${sketchKey(sql`p.value`)}],
    array[1::bigint]
  from point_spans s cross join lateral (
    select * from telemetry.point p where p.series = s.series and p.at >= s.first and p.at < s.last offset 0) p`;
