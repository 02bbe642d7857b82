import { sql } from "kysely";
import type { Database } from "#src/platform/database.js";
import type { Metrics } from "#src/platform/metrics.js";
import { rollupLevels } from "./rollup-level.js";

/** How long the figures are kept, in milliseconds, and how far is counted. */
const keepMs = 15_000;
const most = 100_000;

/** Shows how far rollups are behind. */
export const collectRollupMetrics = (metrics: Metrics, database: Database): void => {
  let lookedAt = Number.NEGATIVE_INFINITY;
  metrics.onCollect(async () => {
    if (performance.now() - lookedAt < keepMs) return;
    lookedAt = performance.now();
    const counts = await database
      .rows(sql<{ level: number; count: number }>`
        select level, count(*)::int as count from (select level from telemetry.stale limit ${most + 1}) s group by level`)
      // Whether the database answers is told by a figure of its own.
      .catch(() => undefined);
    if (counts === undefined) return;
    for (const [index, { unit }] of rollupLevels.entries())
      metrics.rollupStale.set({ level: unit }, counts.find(({ level }) => level === index)?.count ?? 0);
  });
};
