import type { Clock } from "#src/platform/clock.js";
import type { Logger } from "#src/platform/logger.js";
import { Sweep, sweepBatch } from "#src/platform/sweep.js";
import { dayMs, type EventPartitions } from "./event-partitions.js";

const everyMs = 60 * 60_000;

interface Deps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly partitions: EventPartitions;
  readonly rawDays: number;
}

/** Drops whole days of product events when their time is over. What is summed up of them stays. */
export const eventSweep = ({ clock, logger, partitions, rawDays }: Deps): Sweep => {
  const dropSome = async () => {
    const before = new Date(clock.now().getTime() - rawDays * dayMs);
    // As long as there are more, it is to be asked again.
    return (await partitions.dropOne(before)) === 0 ? 0 : sweepBatch;
  };
  return new Sweep(logger, everyMs, [{ of: "product_event", deleteSome: dropSome }]);
};
