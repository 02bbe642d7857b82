const minuteMs = 60_000;

/** What figures are summed up over, all in UTC; by the numbers that `telemetry.stale` has for them. */
export const rollupLevels = [
  { table: "rollup_minute", unit: "minute", ms: minuteMs },
  { table: "rollup_hour", unit: "hour", ms: 60 * minuteMs },
  { table: "rollup_day", unit: "day", ms: 24 * 60 * minuteMs },
] as const;

/** Series are dealt out to so many shards; of one shard, one transaction at a time makes rollups. */
export const rollupShards = 16;
