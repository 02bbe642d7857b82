import type { Counter, Gauge, Histogram } from "prom-client";
import type { CumulativeBuckets } from "./histogram-quantile.js";

type Labels = Readonly<Record<string, string | number | undefined>>;

/** One figure of a metric of the registry. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Which series of a histogram it is. */
  readonly metricName?: string;
}

export const samplesOf = async (metric: Counter | Gauge | Histogram): Promise<Sample[]> =>
  (await metric.get()).values as Sample[];

const fits = (labels: Labels, wanted: Labels) =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

/** The sum of those with all of these labels. */
export const sumOfSamples = (samples: readonly Sample[], wanted: Labels = {}): number =>
  samples.reduce((total, { labels, value }) => (fits(labels, wanted) ? total + value : total), 0);

/** The buckets of a histogram, those of all series with these labels together. */
export const bucketsOf = (samples: readonly Sample[], wanted: Labels = {}): CumulativeBuckets => {
  const counts = new Map<number, number>();
  for (const { metricName, labels, value } of samples) {
    if (!metricName?.endsWith("_bucket") || !fits(labels, wanted)) continue;
    const bound = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return [...counts].map(([bound, count]) => ({ bound, count })).sort((a, b) => a.bound - b.bound);
};
