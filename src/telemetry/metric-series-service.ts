import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import { downsample } from "./downsample.js";
import { type Kept, keptSince } from "./kept-since.js";
import {
  MetricSeries,
  type MetricSeriesArgs,
  maxReadPoints,
  maxSeriesPoints,
  SeriesGaps,
  SeriesPoint,
} from "./metric-series-inputs.js";
import { type Bucket, bucketsOf } from "./series/buckets.js";
import { checkKept } from "./series/check-kept.js";
import { checkSeriesRequest } from "./series/check-request.js";
import { type Cover, coverOf } from "./series/cover.js";
import { findMetrics } from "./series/find-metrics.js";
import { type Figure, readFigures } from "./series/read-figures.js";

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly kept: Kept;
}

/** Points or figures by the number of their series. */
type Points = Map<string, SeriesPoint[]>;

/** Reads what was measured, in buckets or point by point. */
export class MetricSeriesService {
  constructor(private readonly deps: Deps) {}

  /** One series for each twin, in their order; a twin without the metric has an empty one. */
  async read(actor: Actor, request: MetricSeriesArgs): Promise<MetricSeries[]> {
    checkSeriesRequest(request);
    const { metric, bucket, range, timeZone, twinIds } = request;
    const buckets = bucket ? bucketsOf(bucket, range, timeZone, maxSeriesPoints) : undefined;
    const metrics = await findMetrics(this.deps.database, actor, twinIds, metric);
    const series = [...new Set(metrics.flatMap((each) => each.series ?? []))];
    const cover = buckets ? coverOf(buckets) : onlyPoints(request);
    for (const { firstAt } of metrics)
      if (firstAt !== null) checkKept(cover, keptSince(this.deps.clock.now(), this.deps.kept), firstAt);
    const points = buckets ? await this.#figures(request, series, buckets) : await this.#points(request, series);
    return metrics.map(({ twinId, series, unit }) =>
      Object.assign(new MetricSeries(), {
        ...{ twinId, metric, unit },
        points: bounded(request, series === null ? [] : (points.get(series) ?? [])),
      }),
    );
  }

  async #figures(request: MetricSeriesArgs, series: readonly string[], buckets: readonly Bucket[]): Promise<Points> {
    if (series.length * buckets.length > maxReadPoints) throw tooMuch("buckets");
    const { aggregate, percentile, gaps } = request;
    const wanted = { aggregate, percentile: percentile ?? 95 };
    const figures = await readFigures(this.deps.database, series, buckets, wanted);
    return new Map([...figures].map(([each, found]) => [each, inBuckets(buckets, found, gaps)]));
  }

  async #points({ range, maxPoints }: MetricSeriesArgs, series: readonly string[]): Promise<Points> {
    const most = maxPoints ? maxReadPoints : Math.min(maxReadPoints, series.length * maxSeriesPoints);
    const rows = await this.deps.database.rows(sql<{ series: string; at: string; value: string }>`
      select a.series::text, (extract(epoch from p.at) * 1000)::bigint::text as at, trim_scale(p.value)::text as value
      from unnest(${[...series]}::bigint[]) as a (series) cross join lateral (
        select at, value from telemetry.point p
        where p.series = a.series and p.at >= ${range.from}::timestamptz and p.at < ${range.until}::timestamptz
        order by p.at limit ${most + 1}) p
      limit ${most + 1}`);
    if (rows.length > most) throw tooMuch("points");
    const points: Points = new Map(series.map((each) => [each, []]));
    for (const { series, at, value } of rows) points.get(series)?.push(pointOf(Number(at), value, 1));
    return points;
  }
}

const onlyPoints = ({ range }: MetricSeriesArgs): Cover => ({
  points: [[range.from.getTime(), range.until.getTime()]],
  rollups: [],
});

const tooMuch = (what: string) =>
  badInput(
    `There are more than ${maxReadPoints.toLocaleString("en-US")} ${what} over all twins: ask for longer buckets, a shorter range or fewer twins.`,
    "range",
  );

const pointOf = (at: number, value: string | null, count: number): SeriesPoint =>
  Object.assign(new SeriesPoint(), { at: new Date(at), value, count });

const inBuckets = (buckets: readonly Bucket[], found: ReadonlyMap<number, Figure>, gaps: SeriesGaps): SeriesPoint[] => {
  const points: SeriesPoint[] = [];
  let previous: string | null = null;
  for (const [index, { start }] of buckets.entries()) {
    const { value, count } = found.get(index) ?? { value: undefined, count: 0 };
    if (value !== undefined) points.push(pointOf(start, value, count));
    else if (gaps === SeriesGaps.NULL) points.push(pointOf(start, null, 0));
    else if (gaps === SeriesGaps.ZERO) points.push(pointOf(start, "0", 0));
    else if (gaps === SeriesGaps.PREVIOUS) points.push(pointOf(start, previous, 0));
    previous = value ?? previous;
  }
  return points;
};

/** All that may be given, or what keeps the shape of the line. A gap has no place in a line, so those with null go first. */
const bounded = ({ first, maxPoints }: MetricSeriesArgs, points: SeriesPoint[]): SeriesPoint[] => {
  const most = first ?? maxSeriesPoints;
  if (maxPoints) {
    if (points.length <= maxPoints) return points;
    const line = points.filter(({ value }) => value !== null);
    return downsample(line, maxPoints, ({ at, value }) => ({ x: at.getTime(), y: Number(value) }));
  }
  if (points.length <= most) return points;
  throw badInput(
    `A series has more than ${most.toLocaleString("en-US")} points: ask for longer buckets or a shorter range, raise \`first\` (at most to ${maxSeriesPoints.toLocaleString("en-US")}), or have them thinned by \`maxPoints\`.`,
    "first",
  );
};
