import type { HistogramPoint, KeyValue, NumberPoint, OtlpMetric, SummaryPoint } from "./otlp-messages.js";

/** A value of a metric, without its twin. */
export interface OtlpValue {
  readonly metric: string;
  readonly at: Date;
  /** A number of the language, or an exact one as text. */
  readonly value: number | string;
  readonly unit: string | null;
}

/** What one data point is stored as: several values for a histogram, none where it only says that it has none. */
export interface OtlpPoint {
  readonly values: readonly OtlpValue[];
  /** Why it cannot be stored. */
  readonly refusal?: string;
}

/** Bit of `flags`: there is no value. */
const noValue = 1;

/** The data points of a metric, with names and labels as Prometheus has them. */
export function* pointsOf(metric: OtlpMetric): Generator<OtlpPoint> {
  const { name, data } = metric;
  if (data === "gauge" || data === "sum")
    for (const point of metric[data]?.dataPoints ?? []) yield read(metric, point, numberOf);
  else if (data === "histogram")
    for (const point of metric.histogram?.dataPoints ?? []) yield read(metric, point, bucketsOf);
  else if (data === "summary")
    for (const point of metric.summary?.dataPoints ?? []) yield read(metric, point, quantilesOf);
  else
    for (const _ of metric.exponentialHistogram?.dataPoints ?? [])
      yield { values: [], refusal: `${name} is an exponential histogram: export it with explicit buckets.` };
}

type Named = readonly [suffix: string, value: number | string, label?: readonly [string, string]];
type AnyPoint = NumberPoint | HistogramPoint | SummaryPoint;

const read = <Point extends AnyPoint>(
  { name, unit }: OtlpMetric,
  point: Point,
  valuesOf: (point: Point) => readonly Named[] | string,
): OtlpPoint => {
  if (point.flags & noValue) return { values: [] };
  const nanos = BigInt(point.timeUnixNano.toString());
  if (nanos === 0n) return { values: [], refusal: `A point of ${name} has no time.` };
  const named = valuesOf(point);
  if (typeof named === "string") return { values: [], refusal: `${name}: ${named}` };
  const at = new Date(Number(nanos / 1_000_000n));
  const labels = point.attributes.flatMap(labelOf);
  const values = named.map(([suffix, value, label]) => ({
    metric: `${name}${suffix}${written(label === undefined ? labels : [...labels, label])}`,
    at,
    value,
    unit: suffix === "_count" || suffix === "_bucket" || unit === "" ? null : unit,
  }));
  return { values };
};

const numberOf = (point: NumberPoint): readonly Named[] | string => {
  if (point.value === undefined) return "a point has neither asInt nor asDouble.";
  return [["", point.value === "asInt" ? point.asInt.toString() : point.asDouble]];
};

/** Buckets are counted up, each with all that is below it. */
const bucketsOf = (point: HistogramPoint): readonly Named[] | string => {
  const { bucketCounts, explicitBounds } = point;
  if (bucketCounts.length > 0 && bucketCounts.length !== explicitBounds.length + 1)
    return `${bucketCounts.length} bucket counts do not go with ${explicitBounds.length} bounds.`;
  let below = 0n;
  const buckets = bucketCounts.map((count, index): Named => {
    below += BigInt(count.toString());
    const bound = explicitBounds[index];
    return ["_bucket", below.toString(), ["le", bound === undefined ? "+Inf" : String(bound)]];
  });
  const sum: readonly Named[] = point._sum === undefined ? [] : [["_sum", point.sum]];
  return [["_count", point.count.toString()], ...sum, ...buckets];
};

const quantilesOf = ({ count, sum, quantileValues }: SummaryPoint): readonly Named[] => [
  ["_count", count.toString()],
  ["_sum", sum],
  ...quantileValues.map(({ quantile, value }): Named => ["", value, ["quantile", String(quantile)]]),
];

/** The text of an attribute; nothing for one that is a list, a map or bytes. */
export const textOf = ({ value }: KeyValue): string | undefined =>
  value?.value === undefined ? undefined : String(value[value.value]);

const labelOf = (attribute: KeyValue): [string, string][] => {
  const text = textOf(attribute);
  return text === undefined ? [] : [[attribute.key, text]];
};

const written = (labels: readonly (readonly [string, string])[]): string => {
  if (labels.length === 0) return "";
  const sorted = labels.toSorted(([one], [other]) => (one < other ? -1 : 1));
  const escaped = (text: string) => text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
  return `{${sorted.map(([name, text]) => `${name}="${escaped(text)}"`).join()}}`;
};
