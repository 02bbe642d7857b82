/** Counts at or below each upper bound, ascending, with `Infinity` last: what a Prometheus histogram holds. */
export type CumulativeBuckets = readonly { readonly bound: number; readonly count: number }[];

/**
 * The value below which the share `q` of all observations lies, by straight lines within a bucket: the same figure as
 * `histogram_quantile` of Prometheus. The last finite bound stands for all beyond it; null without observations.
 */
export const histogramQuantile = (buckets: CumulativeBuckets, q: number): number | null => {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return null;
  const rank = q * total;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[index];
  const before = index > 0 ? buckets[index - 1] : { bound: 0, count: 0 };
  if (bucket === undefined || before === undefined) return null;
  if (bucket.bound === Number.POSITIVE_INFINITY) return before.bound;
  const inside = bucket.count - before.count;
  return inside === 0 ? bucket.bound : before.bound + ((bucket.bound - before.bound) * (rank - before.count)) / inside;
};
