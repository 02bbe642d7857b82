import type { ZoneClock } from "#src/platform/zone-clock.js";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** 1970-01-05, a Monday. */
const monday = 4 * day;

const even = [
  ...[1, 5, 15, 30].map((each) => each * second),
  ...[1, 5, 15, 30].map((each) => each * minute),
  ...[1, 3, 6, 12].map((each) => each * hour),
  ...[1, 2, 7].map((each) => each * day),
];
/** In months. */
const uneven = [1, 3, 6, 12, 24, 60, 120, 600, 1_200, 6_000, 12_000];
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

export interface TimeTick {
  readonly at: number;
  readonly label: string;
}

/** Round times by the clock of a zone between two times, `most` of them or a few more. */
export const timeTicks = (from: number, until: number, clock: ZoneClock, most: number): TimeTick[] => {
  const [first, last] = [clock.localOf(from), clock.localOf(until)];
  const length = even.find((step) => (last - first) / step <= most);
  const locals = length === undefined ? monthly(first, last, most) : evenly(first, last, length);
  const ticks = locals.shown.map((shown) => ({ at: clock.momentOf(shown), label: locals.label(new Date(shown)) }));
  // Where the clock is turned, two of them may be the same moment.
  return ticks.filter(({ at }, index) => at >= from && at <= until && (index === 0 || at !== ticks[index - 1]?.at));
};

interface Shown {
  readonly shown: number[];
  readonly label: (local: Date) => string;
}

const evenly = (first: number, last: number, step: number): Shown => {
  const origin = step === 7 * day ? monday : 0;
  const shown: number[] = [];
  for (let at = origin + Math.ceil((first - origin) / step) * step; at <= last; at += step) shown.push(at);
  const label = (local: Date) => {
    const time = local.toISOString();
    if (step >= day || local.getTime() % day === 0) return dayOf(local);
    return step < minute ? time.slice(11, 19) : time.slice(11, 16);
  };
  return { shown, label };
};

const monthly = (first: number, last: number, most: number): Shown => {
  const month = (local: number) => new Date(local).getUTCFullYear() * 12 + new Date(local).getUTCMonth();
  const [begin, end] = [month(first), month(last)];
  const step = uneven.find((each) => (end - begin) / each <= most) ?? 12_000;
  const shown: number[] = [];
  for (let at = Math.ceil(begin / step) * step; at <= end; at += step)
    shown.push(Date.UTC(Math.floor(at / 12), at % 12));
  const label = (local: Date) =>
    step % 12 === 0 ? String(local.getUTCFullYear()) : `${months[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
  return { shown, label };
};

const dayOf = (local: Date) => `${local.getUTCDate()} ${months[local.getUTCMonth()]}`;
