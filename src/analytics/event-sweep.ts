import { sql } from "kysely";
import type { Clock } from "#src/platform/clock.js";
import type { DailyPartitions } from "#src/platform/daily-partitions.js";
import { dayMs } from "#src/platform/day.js";
import type { Logger } from "#src/platform/logger.js";
import { Sweep } from "#src/platform/sweep.js";

const everyMs = 60 * 60_000;
/** How long after their time whole days go, so that nobody is writing to one of them. */
const graceMs = 60 * 60_000;

interface Deps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly partitions: DailyPartitions;
  readonly rawDays: number;
}

/** Drops whole days of product events when their time is over and the figures know all of them. Those stay. */
export const eventSweep = ({ clock, logger, partitions, rawDays }: Deps): Sweep => {
  const deleteSome = async () => {
    const now = clock.now();
    await partitions.requireNext(now);
    const before = new Date(now.getTime() - rawDays * dayMs - graceMs);
    await partitions.dropBefore(
      before,
      sql`exists (select from analytics.stale_hour where start < ${sql.lit(before.toISOString())})`,
    );
    return 0;
  };
  return new Sweep(logger, everyMs, [{ of: "product_event", deleteSome }]);
};
