import { dayMs } from "#src/platform/day.js";
import { badInput } from "#src/platform/errors.js";
import type { TimeRange } from "#src/platform/time-range.js";
import { ZoneClock } from "#src/platform/zone-clock.js";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Lengths by UTC, which every clock in the world shows alike but for half hours. */
const fixed: Readonly<Record<string, number>> = {
  PT1M: minuteMs,
  PT5M: 5 * minuteMs,
  PT10M: 10 * minuteMs,
  PT15M: 15 * minuteMs,
  PT30M: 30 * minuteMs,
  PT1H: hourMs,
};

/** By the clock of a zone: where the one begins that a local time is in, and where the next one does. */
interface LocalLength {
  readonly floor: (local: number) => number;
  readonly next: (start: number) => number;
}

const every = (ms: number, first = 0): LocalLength => ({
  floor: (local) => Math.floor((local - first) / ms) * ms + first,
  next: (start) => start + ms,
});

const months = (count: number): LocalLength => {
  const plus = (start: number, more: number) => {
    const date = new Date(start);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + more, 1);
  };
  return {
    floor: (local) => plus(local, -(new Date(local).getUTCMonth() % count)),
    next: (start) => plus(start, count),
  };
};

const monday = Date.UTC(1970, 0, 5);
const byClock: Readonly<Record<string, LocalLength>> = {
  ...Object.fromEntries([2, 3, 4, 6, 8, 12].map((hours) => [`PT${hours}H`, every(hours * hourMs)])),
  P1D: every(dayMs),
  P1W: every(7 * dayMs, monday),
  P1M: months(1),
  P3M: months(3),
  P1Y: months(12),
};

export const bucketLengths: readonly string[] = [...Object.keys(fixed), ...Object.keys(byClock)];

/** Moments in milliseconds; the part of a bucket that is outside of the range does not belong to it. */
export interface Bucket {
  /** Where it begins by the clock, which may be before the range. */
  readonly start: number;
  readonly from: number;
  readonly until: number;
}

/** The buckets of a range, in order and without holes; those that no moment falls into are left out. */
export const bucketsOf = (length: string, range: TimeRange, timeZone: string, most: number): Bucket[] => {
  const clock = new ZoneClock(timeZone);
  const fixedMs = fixed[length];
  const local = byClock[length];
  const [from, until] = [range.from.getTime(), range.until.getTime()];
  if (fixedMs !== undefined)
    return gather(boundariesBy(Math.floor(from / fixedMs) * fixedMs, fixedMs), from, until, most);
  if (local !== undefined) return gather(boundariesOf(local, clock, from), from, until, most);
  throw badInput(
    `${JSON.stringify(length.slice(0, 80))} is no length of buckets: it must be one of ${bucketLengths.join(", ")}.`,
    "bucket",
  );
};

function* boundariesBy(first: number, ms: number) {
  for (let start = first; ; start += ms) yield start;
}

function* boundariesOf({ floor, next }: LocalLength, clock: ZoneClock, from: number) {
  for (let local = floor(clock.localOf(from)); ; local = next(local)) yield clock.momentOf(local);
}

const gather = (boundaries: Iterable<number>, from: number, until: number, most: number): Bucket[] => {
  const buckets: Bucket[] = [];
  let start: number | undefined;
  for (const end of boundaries) {
    if (start !== undefined && end > start && end > from)
      buckets.push({ start, from: Math.max(start, from), until: Math.min(end, until) });
    if (buckets.length > most)
      throw badInput(
        `The range has more than ${most.toLocaleString("en-US")} buckets: ask for longer ones, or for a shorter range.`,
        "bucket",
      );
    if (end >= until) break;
    start = end;
  }
  return buckets;
};
