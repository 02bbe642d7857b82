import { rollupLevels } from "../rollups/rollup-level.js";
import type { Bucket } from "./buckets.js";

/** From the first moment on until before the second, in milliseconds. */
export type Span = readonly [from: number, until: number];

/** What is read of points themselves, and of each level of rollups. */
export interface Cover {
  readonly points: readonly Span[];
  /** In the order of `rollupLevels`. */
  readonly rollups: readonly (readonly Span[])[];
}

/** Takes of every bucket as much as there is in whole days, of the rest what is in whole hours, then minutes, then points. */
export const coverOf = (buckets: readonly Bucket[]): Cover => {
  const points: Span[] = [];
  const rollups: Span[][] = rollupLevels.map(() => []);
  const take = (from: number, until: number, level: number): void => {
    if (from >= until) return;
    const { ms } = rollupLevels[level] ?? {};
    if (ms === undefined) {
      add(points, from, until);
      return;
    }
    const first = Math.ceil(from / ms) * ms;
    const last = Math.floor(until / ms) * ms;
    if (first >= last) {
      take(from, until, level - 1);
      return;
    }
    take(from, first, level - 1);
    add(rollups[level] ?? [], first, last);
    take(last, until, level - 1);
  };
  for (const { from, until } of buckets) take(from, until, rollupLevels.length - 1);
  return { points, rollups };
};

/** Adds a span behind the others, as one with the last where they meet. */
const add = (spans: Span[], from: number, until: number): void => {
  const last = spans.at(-1);
  if (last?.[1] === from) spans[spans.length - 1] = [last[0], until];
  else spans.push([from, until]);
};
