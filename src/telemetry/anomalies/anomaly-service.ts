import type { Actor } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import { dayMs } from "#src/platform/day.js";
import { parseDuration } from "#src/platform/duration.js";
import { badInput } from "#src/platform/errors.js";
import { checkRange } from "#src/platform/time-range.js";
import { maxSeriesPoints, SeriesAggregate, SeriesGaps, type SeriesPoint } from "../metric-series-inputs.js";
import type { MetricSeriesService } from "../metric-series-service.js";
import { Anomaly, type MetricAnomaliesArgs, maxAnomalies } from "./anomaly.js";
import { detectAnomalies } from "./detect-anomalies.js";
import { type Season, seasonPlace, seasons } from "./season-place.js";

/** Seasons before the range that are looked at. */
const lookBack = 8;
/** Buckets up to an hour that are looked at, those of earlier seasons included. */
const maxBuckets = 100_000;

const hourMs = 3_600_000;
const buckets: ReadonlySet<string> = new Set(
  "PT1M PT5M PT10M PT15M PT30M PT1H PT2H PT3H PT4H PT6H PT8H PT12H P1D".split(" "),
);

/** Finds what is unusual in a series, computed anew from it each time. */
export class AnomalyService {
  constructor(
    private readonly series: Pick<MetricSeriesService, "read">,
    private readonly clock: Clock,
  ) {}

  async find(actor: Actor, args: MetricAnomaliesArgs): Promise<Anomaly[]> {
    const { range, threshold, first } = args;
    checkRange(range);
    checkBetween(first, 1, maxAnomalies, "first");
    checkBetween(threshold, 1, 100, "threshold");
    const bucketMs = bucketOf(args.bucket);
    const seasonMs = args.season === "P1D" ? dayMs : 7 * dayMs;
    const placeOf = seasonPlace(seasonOf(args.season), args.timeZone);
    const begins = new Date(range.from.getTime() - lookBack * seasonMs);
    const count = Math.ceil((range.until.getTime() - begins.getTime()) / bucketMs);
    const most = bucketMs > hourMs ? maxSeriesPoints - 1 : maxBuckets;
    if (count > most)
      throw badInput(
        `With ${lookBack} seasons before it the range has ${count} buckets of ${args.bucket}; ${most} are the most. Ask for longer buckets, or for less time.`,
        "bucket",
      );
    const points = await this.#read(actor, args, begins, bucketMs);
    const now = this.clock.now().getTime();
    const observed = points.flatMap(({ at, value }) => {
      // A bucket that has begun before them, or goes on, would be judged by a part of its points.
      if (value === null || at < begins || at >= range.until || at.getTime() + bucketMs > now) return [];
      return [{ at, text: value, value: Number(value), place: placeOf(at) }];
    });
    const earlier = observed.filter(({ at }) => at < range.from);
    const judged = observed.filter(({ at }) => at >= range.from);
    return detectAnomalies(earlier, judged, threshold)
      .sort((a, b) => strength(b.score) - strength(a.score))
      .slice(0, first)
      .sort((a, b) => a.of.at.getTime() - b.of.at.getTime())
      .map(({ of: { at, text }, expected, score, method }) =>
        Object.assign(new Anomaly(), { at, value: text, expected, score, method }),
      );
  }

  /** The buckets from the first one with a point on. */
  async #read(actor: Actor, args: MetricAnomaliesArgs, begins: Date, bucketMs: number): Promise<SeriesPoint[]> {
    const { twinId, metric, range, bucket, aggregate, percentile, timeZone } = args;
    const isSum = aggregate === SeriesAggregate.COUNT || aggregate === SeriesAggregate.SUM;
    const points: SeriesPoint[] = [];
    for (const part of partsOf(begins, new Date(range.until.getTime() + bucketMs), bucketMs)) {
      const [series] = await this.series.read(actor, {
        ...{ twinIds: [twinId], metric, range: part, bucket, aggregate, percentile: percentile ?? null, timeZone },
        // Of what is counted, nothing is a figure as well.
        gaps: isSum ? SeriesGaps.ZERO : SeriesGaps.SKIP,
        maxPoints: null,
      });
      points.push(...(series?.points ?? []));
    }
    const measured = points.findIndex((each) => each.count > 0);
    return measured === -1 ? [] : points.slice(measured);
  }
}

const checkBetween = (given: number, least: number, most: number, field: string): void => {
  if (!(given >= least && given <= most))
    throw badInput(`\`${field}\` is ${given}; it must be from ${least} to ${most}.`, field);
};

/** No score at all is beyond every score. */
const strength = (score: number | null) => (score === null ? Number.POSITIVE_INFINITY : Math.abs(score));

const bucketOf = (bucket: string): number => {
  if (!buckets.has(bucket))
    throw badInput(
      `${JSON.stringify(bucket.slice(0, 40))} is no bucket of a season; these are: ${[...buckets].join(", ")}.`,
      "bucket",
    );
  return parseDuration(bucket, "bucket", { ms: dayMs, text: "P1D" });
};

const seasonOf = (season: string): Season => {
  const known = seasons.find((each) => each === season);
  if (known === undefined)
    throw badInput(`${JSON.stringify(season.slice(0, 40))} is no season: P1D and P1W are.`, "season");
  return known;
};

/**
 * A time in parts that one reading of a series can give. They meet at whole hours, so that no bucket up to an hour is cut;
 * longer ones are never so many.
 */
const partsOf = (from: Date, until: Date, bucketMs: number): { from: Date; until: Date }[] => {
  if (bucketMs > hourMs) return [{ from, until }];
  const first = Math.floor(from.getTime() / hourMs) * hourMs;
  const most = Math.floor((maxSeriesPoints * bucketMs) / hourMs) * hourMs;
  const count = Math.ceil((until.getTime() - first) / most);
  return Array.from({ length: count }, (_, index) => ({
    from: new Date(first + index * most),
    until: new Date(Math.min(until.getTime(), first + (index + 1) * most)),
  }));
};
