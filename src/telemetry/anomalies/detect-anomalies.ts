import { AnomalyMethod } from "./anomaly.js";

/** A bucket's value and its place in the season, such as Tuesday at 14:00. */
export interface Observation {
  readonly value: number;
  readonly place: string;
}

export interface Judgement<T> {
  readonly of: T;
  readonly expected: number;
  /** Null when what it is compared with does not vary at all. */
  readonly score: number | null;
  readonly method: AnomalyMethod;
}

/** Seasons that have to be known of a place, for what is usual there. */
export const fewestSeasons = 3;
/** Values that have to be known, where there are no such seasons. */
export const fewestValues = 8;

/**
 * The observations that are unusual: their distance from what was to be expected, by a robust measure of how far such
 * distances usually go, is at least the threshold. What was to be expected is the median of the same place in earlier
 * seasons; without enough of them the median of all.
 * Source: B. Iglewicz, D. Hoaglin, How to Detect and Handle Outliers, ASQC 1993, section 3.2: the modified z-score.
 */
export const detectAnomalies = <T extends Observation>(
  earlier: readonly Observation[],
  judged: readonly T[],
  threshold: number,
): Judgement<T>[] => {
  const byPlace = Map.groupBy(earlier, ({ place }) => place);
  const places = new Map([...byPlace].map(([place, all]) => [place, all.map(({ value }) => value)]));
  const seasonal = new Map(
    [...places].flatMap(([place, values]) => (values.length < fewestSeasons ? [] : [[place, median(values)]])),
  );
  const seasonalScale = scaleOf([...places.values()].flatMap(unexpected));
  const all = [...earlier, ...judged].map(({ value }) => value);
  const usual = median(all);
  const plainScale = all.length < fewestValues ? undefined : scaleOf(all.map((value) => value - usual));

  return judged.flatMap((of) => {
    const known = seasonal.get(of.place);
    const method = known === undefined ? AnomalyMethod.PLAIN : AnomalyMethod.SEASONAL;
    const scale = known === undefined ? plainScale : seasonalScale;
    const expected = known ?? usual;
    const distance = of.value - expected;
    if (scale === undefined || distance === 0) return [];
    const score = scale === 0 ? null : distance / scale;
    return score !== null && Math.abs(score) < threshold ? [] : [{ of, expected, score, method }];
  });
};

/**
 * How far each value of a place is from the median of the others there. Itself left out, for what is judged is no part of
 * what it is compared with either.
 */
const unexpected = (values: readonly number[]): number[] => {
  if (values.length < fewestSeasons) return [];
  return values.map((value, index) => value - median(values.toSpliced(index, 1)));
};

/**
 * The standard deviation of what is normally distributed around 0, whatever else is among it: from the median of the absolute
 * values, or from their mean where more than half of them are 0.
 */
const scaleOf = (distances: readonly number[]): number => {
  const absolute = distances.map(Math.abs);
  const middle = median(absolute);
  if (middle > 0) return 1.4826 * middle;
  return 1.253314 * (absolute.reduce((sum, each) => sum + each, 0) / Math.max(1, absolute.length));
};

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
};
