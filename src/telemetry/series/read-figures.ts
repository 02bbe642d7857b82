import { type RawBuilder, sql } from "kysely";
import type { Database } from "#src/platform/database.js";
import { SeriesAggregate } from "../metric-series-inputs.js";
import { textOfKey } from "../rollups/sketch.js";
import type { Bucket } from "./buckets.js";
import { coverOf } from "./cover.js";
import { currentRows } from "./current-rows.js";
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
      ${currentRows(coverOf(buckets), [first.from, last.until])},
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
