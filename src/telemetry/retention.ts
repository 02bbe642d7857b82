import { sql } from "kysely";
import type { Clock } from "#src/platform/clock.js";
import type { DailyPartitions } from "#src/platform/daily-partitions.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import { Sweep, sweepBatch } from "#src/platform/sweep.js";
import { keptSince } from "./kept-since.js";

const everyMs = 60 * 60_000;
const levels = ["minute", "hour", "day"] as const;

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly partitions: DailyPartitions;
  readonly rawDays: number;
  readonly minuteDays: number;
}

/** Takes away points and rollups whose time is over, or whose metric is gone. */
export const telemetryRetention = (deps: Deps): Sweep => {
  const { database, clock, logger, partitions, rawDays, minuteDays } = deps;
  const walk = new SeriesWalk();
  return new Sweep(logger, everyMs, [
    {
      of: "telemetry.point",
      deleteSome: async () => {
        await partitions.requireNext(clock.now());
        const before = keptSince(clock.now(), { rawDays, minuteDays }).points;
        // Rollups that do not know them yet are made of them.
        const awaited = sql`exists (select from telemetry.stale where start < ${sql.lit(before.toISOString())})`;
        await partitions.dropBefore(before, awaited);
        return 0;
      },
    },
    {
      of: "telemetry.rollup_minute",
      deleteSome: () => walk.deleteMinutes(database, keptSince(clock.now(), { rawDays, minuteDays }).minutes),
    },
    { of: "telemetry.discarded_series", deleteSome: () => deleteDiscarded(database) },
  ]);
};

/** Goes through all series, some at a time: rollups are found by their series alone. What is stale is made of minutes first. */
class SeriesWalk {
  static readonly #step = 20;
  #last = "0";

  async deleteMinutes(database: Database, before: Date): Promise<number> {
    const [seen] = await database.upkeep(sql<{ last: string | null; count: number }>`
      with picked as (select series from metric where series > ${this.#last}::bigint order by series limit ${SeriesWalk.#step}),
      gone as (delete from telemetry.rollup_minute r using picked s where r.series = s.series and r.start < ${before}
          and not exists (select from telemetry.stale t where t.series = s.series and t.start < ${before}))
      select max(series)::text as last, count(*)::int as count from picked`);
    const isEnd = seen === undefined || seen.count < SeriesWalk.#step;
    this.#last = isEnd ? "0" : (seen.last ?? "0");
    return isEnd ? 0 : sweepBatch;
  }
}

/** Points first, in small steps: when none is left, all else goes in one. */
const deleteDiscarded = async (database: Database): Promise<number> => {
  const points = await database.upkeep(sql`
    delete from telemetry.point p using (
      select q.series, q.at from telemetry.discarded_series d
      cross join lateral (select series, at from telemetry.point where series = d.series limit ${sweepBatch}) q
      limit ${sweepBatch}) old
    where p.series = old.series and p.at = old.at returning true`);
  if (points.length > 0) return sweepBatch;
  const rollups = levels.map(
    (level) =>
      sql`${sql.raw(level)}_gone as (delete from ${sql.table(`telemetry.rollup_${level}`)} r using picked s where r.series = s.series)`,
  );
  const series = await database.upkeep(sql`
    with picked as (delete from telemetry.discarded_series where series in (select series from telemetry.discarded_series limit 20)
      returning series),
    stale_gone as (delete from telemetry.stale t using picked s where t.series = s.series),
    ${sql.join(rollups)}
    select series from picked`);
  return series.length > 0 ? sweepBatch : 0;
};
