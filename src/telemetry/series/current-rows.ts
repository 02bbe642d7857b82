import { type RawBuilder, sql } from "kysely";
import { sketchKey } from "../rollups/sketch.js";
import type { Cover, Span } from "./cover.js";

/** A multirange as Postgres reads it. */
const multirangeOf = (spans: readonly Span[]): string =>
  `{${spans.map(([from, until]) => `[${new Date(from).toISOString()},${new Date(until).toISOString()})`).join(",")}}`;

/**
 * CTEs for a statement in which `asked` has the numbers of series. The last one is `current_rows`: rollups of each level that
 * are not stale, with what a point is as a rollup of itself. What is stale of a level is looked for one level below.
 */
export const currentRows = ({ points, rollups }: Cover, [from, until]: Span): RawBuilder<unknown> => {
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
      select distinct level, series, start from telemetry.stale where series in (select series from asked)
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
