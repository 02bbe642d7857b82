import { type RawBuilder, sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import { rollupLevels, rollupShards } from "./rollup-level.js";
import { sketchKey } from "./sketch.js";

/** Any number that nothing else locks: one transaction at a time makes the rollups of a shard. */
const rollupLock = 7_203_430;

export interface RollupTask {
  /** Index of `rollupLevels`. */
  readonly level: number;
  readonly shard: number;
  /** Milliseconds for which what is stale is left alone, so that more gathers of the same minute, hour or day. */
  readonly gatherMs: number;
  /** Stale rows that one pass takes. */
  readonly most: number;
}

interface Stale {
  readonly series: string;
  readonly start: string;
}

/** `changed` is null when somebody else is at this shard, else how many rollups were made anew. */
export interface RollupPass {
  readonly changed: number | null;
}

/**
 * One pass over what is stale of a level in a shard. Stale rows are deleted before the statement that reads what they are
 * about: a point that commits in between is seen by that one and leaves its own stale row, and one that commits later leaves its
 * stale row as well. So a rollup without a stale row knows every point.
 */
export const rollUp = async (change: Change, { level, shard, gatherMs, most }: RollupTask): Promise<RollupPass> => {
  change.hide();
  const [lock] = await change.sql(sql<{ held: boolean }>`
    select pg_try_advisory_xact_lock(${rollupLock}, ${shard}) as held`);
  if (!lock?.held) return { changed: null };
  const stale = await change.sql(sql<Stale>`
    with due as (select distinct series, start from (
        select series, start from telemetry.stale
        where level = ${sql.lit(level)} and series % ${sql.lit(rollupShards)} = ${sql.lit(shard)}
          and at <= now() - ${gatherMs} * interval '1 millisecond'
        order by at limit ${most}) oldest),
      gone as (delete from telemetry.stale s using due d
        where s.level = ${sql.lit(level)} and s.series = d.series and s.start = d.start returning s.series, s.start)
    select distinct series::text as series, start::text as start from gone`);
  if (stale.length === 0) return { changed: 0 };
  // A metric is not deleted until this is over, or is gone already: then nothing is made of it that nobody would find again.
  const there = await change.sql(sql<{ series: string }>`select series::text as series from metric
    where series = any(${[...new Set(stale.map(({ series }) => series))]}::bigint[]) order by series for key share`);
  const alive = new Set(there.map(({ series }) => series));
  const known = stale.filter(({ series }) => alive.has(series));
  const asked = sql`select * from unnest(${known.map(({ series }) => series)}::bigint[],
    ${known.map(({ start }) => start)}::timestamptz[]) as a (series, start)`;
  await change.sql(level === 0 ? minutesOfPoints(asked) : sumsOfRollups(asked, level));
  const above = rollupLevels[level + 1];
  if (above !== undefined) await change.sql(makeStale(asked, level + 1, above.unit));
  return { changed: stale.length };
};

/** Nobody else adds rows of this level, so one for each hour or day is enough, and its time is that of the first change. */
const makeStale = (asked: RawBuilder<unknown>, level: number, unit: string) => sql`
  insert into telemetry.stale (series, level, start, at)
  select distinct a.series, ${sql.lit(level)}::smallint, date_trunc(${sql.lit(unit)}, a.start, 'UTC'), clock_timestamp()
  from (${asked}) a
  where not exists (select from telemetry.stale s where s.level = ${sql.lit(level)} and s.series = a.series
    and s.start = date_trunc(${sql.lit(unit)}, a.start, 'UTC'))`;

// With `offset 0` Postgres looks up each of them in the index, whatever it believes of tables that grow faster than it counts.
const minutesOfPoints = (asked: RawBuilder<unknown>) => sql`
  with parts as (
    select a.series, a.start, p.value as sum, p.value as min, p.value as max, p.value as last, p.at as last_at,
      ${sketchKey(sql`p.value`)} as key, 1 as times, 1 as place
    from (${asked}) a cross join lateral (select at, value from telemetry.point p
      where p.series = a.series and p.at >= a.start and p.at < a.start + interval '1 minute' offset 0) p)
  ${storing(0)}`;

const sumsOfRollups = (asked: RawBuilder<unknown>, level: number) => sql`
  with parts as (
    select a.series, a.start, r.sum, r.min, r.max, r.last, r.last_at, k.key, k.times, k.place
    from (${asked}) a cross join lateral (select * from ${sql.table(`telemetry.${rollupLevels[level - 1]?.table}`)} r
        where r.series = a.series and r.start >= a.start
          and r.start < a.start + ${sql.lit((rollupLevels[level]?.ms ?? 0) / 1000)} * interval '1 second' offset 0) r
      cross join lateral unnest(r.sketch_keys, r.sketch_counts) with ordinality as k (key, times, place))
  ${storing(level)}`;

const figures = ["count", "sum", "min", "max", "last", "last_at", "sketch_keys", "sketch_counts"];

/**
 * Of `parts`: a row for each key of the sketch of each part, of which the one in the first place counts for the sum. By key and
 * then over all keys, so that nothing is joined. A minute whose points are no longer kept stays as it is.
 */
const storing = (level: number) => sql`,
    keys as (
      select series, start, key, sum(times)::bigint as times, sum(sum) filter (where place = 1) as sum, min(min) as min,
        max(max) as max, (array_agg(last order by last_at desc))[1] as last, max(last_at) as last_at
      from parts group by series, start, key)
  insert into ${sql.table(`telemetry.${rollupLevels[level]?.table}`)}
    (series, start, ${sql.join(figures.map((figure) => sql.ref(figure)))})
  select series, start, sum(times)::bigint, sum(sum), min(min), max(max), (array_agg(last order by last_at desc))[1],
    max(last_at), array_agg(key order by key), array_agg(times order by key)
  from keys group by series, start
  on conflict (series, start) do update set
    ${sql.join(figures.map((figure) => sql`${sql.ref(figure)} = excluded.${sql.ref(figure)}`))}`;
