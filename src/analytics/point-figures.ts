import { type RawBuilder, sql } from "kysely";
import type { Database } from "#src/platform/database.js";
import { hoursOf, pieces, type TimeSpan, wholeDays } from "./time-span.js";

/** What is asked of the points of a workspace. */
export interface PointQuestion {
  readonly workspaceId: string;
  readonly span: TimeSpan;
  /** From here on points, and figures of minutes, are there one by one. */
  readonly rawFrom: Date;
  readonly minutesFrom: Date;
}

/**
 * SQL of `series`, `bucket` and `count`, with several rows for some: how often the workspace was measured. By figures of days
 * where nothing cuts them and they know every point, else by those of hours, of minutes, and at the end by the points.
 */
export const pointCountsSql = ({ workspaceId, span, rawFrom, minutesFrom }: PointQuestion): RawBuilder<unknown> => {
  const { from, until, bucketOf } = span;
  const minutes = sql`(select m.start from hour h cross join lateral
    generate_series(h.start, h.start + interval '59 minutes', interval '1 minute') as m (start)
    where h.cut and m.start > ${from} - interval '1 minute' and m.start < ${until}) as g`;
  return sql`(with mine as materialized (select series from metric where workspace_id = ${workspaceId}),
    hour as materialized ${pieces("hour", hoursOf(span), minutesFrom, span)},
    minute as materialized ${pieces("minute", minutes, rawFrom, span)},
    day as materialized ${wholeDays(sql`not cut`)},
    stale as materialized (select distinct s.series, date_trunc('minute', s.start, 'UTC') as start,
        date_trunc('hour', s.start, 'UTC') as hour, date_trunc('day', s.start, 'UTC') as day
      from telemetry.stale s join mine using (series)
      where s.start >= date_trunc('day', ${from}, 'UTC') and s.start < ${until} + interval '1 day'),
    stale_day as (select distinct series, day from stale),
    stale_hour as (select distinct series, hour, day from stale)

    select m.series, d.bucket, r.count from mine m join telemetry.rollup_day r on r.series = m.series
        and r.start >= ${from} and r.start < ${until} join day d on d.start = r.start
      where not exists (select 1 from stale_day s where s.series = m.series and s.day = r.start)
    union all
    select m.series, h.bucket, r.count from mine m join telemetry.rollup_hour r on r.series = m.series and r.start = any(
          (select array_agg(start) from hour where not cut and day not in (select start from day))::timestamptz[])
        join hour h on h.start = r.start
      where not exists (select 1 from stale_hour s where s.series = m.series and s.hour = r.start)
    union all
    select s.series, d.bucket, r.count from stale_day s join day d on d.start = s.day join telemetry.rollup_hour r
        on r.series = s.series and r.start >= s.day and r.start < s.day + interval '1 day'
      where not exists (select 1 from stale_hour t where t.series = s.series and t.hour = r.start)
    union all
    select m.series, n.bucket, r.count from mine m join telemetry.rollup_minute r on r.series = m.series and r.start = any(
          (select array_agg(start) from minute where not cut)::timestamptz[])
        join minute n on n.start = r.start
      where not exists (select 1 from stale s where s.series = m.series and s.start = r.start)
    union all
    select s.series, h.bucket, r.count from stale_hour s join hour h on h.start = s.hour and not h.cut
        join telemetry.rollup_minute r on r.series = s.series and r.start >= s.hour and r.start < s.hour + interval '1 hour'
      where not exists (select 1 from stale t where t.series = s.series and t.start = r.start)
    union all
    select m.series, ${bucketOf(sql.ref("p.at"))}, 1 from (select start from minute where cut) n cross join mine m
      join telemetry.point p on p.series = m.series
        and p.at >= greatest(n.start, ${from}) and p.at < least(n.start + interval '1 minute', ${until})
    union all
    select s.series, ${bucketOf(sql.ref("p.at"))}, 1 from stale s join hour h on h.start = s.hour
      join telemetry.point p on p.series = s.series and p.at >= s.start and p.at < s.start + interval '1 minute'
      where not exists (select 1 from minute n where n.start = s.start and n.cut)
        and (not h.cut or exists (select 1 from minute n where n.start = s.start)))`;
};

/** Points of a span, all as one. */
export const countPoints = async (database: Database, question: PointQuestion): Promise<number> => {
  const row = await database.row(sql<{ count: string }>`
    select coalesce(sum(count), 0) as count from ${pointCountsSql(question)} c`);
  return Number(row?.count ?? 0);
};
