import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { parseDuration } from "#src/platform/duration.js";
import { badInput } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import { MetricSeriesArgs, SeriesAggregate, SeriesGaps } from "#src/telemetry/metric-series-inputs.js";
import type { MetricSeriesService } from "#src/telemetry/metric-series-service.js";
import { bucketLengths } from "#src/telemetry/series/buckets.js";
import { twinsByIds, twinsOfType } from "./twins-of-widget.js";
import { maxLinePoints, maxLines, WidgetLine } from "./widget-data.js";
import type { SeriesWidgetQuery } from "./widget-query.js";
import { lastOf, listOf, textOf, timeZoneOf, type WidgetSource } from "./widget-source.js";

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly metricSeries: Pick<MetricSeriesService, "read">;
}

const longest = { ms: 3_660 * 86_400_000, text: "P3660D" };

/** A line for each twin: what `metricSeries` says of the time until now. */
export const seriesWidgets = ({ database, clock, metricSeries }: Deps): WidgetSource<"series"> => ({
  kind: "series",
  permission: "twin:read",
  givesLines: true,
  parse: parseSeries,
  looksAt: ({ twinIds, twinType }) => ({ twinIds: twinIds ?? [], twinTypes: twinType ? [twinType] : [] }),
  async read(actor, { twinIds, twinType, last, ...query }) {
    const found = twinIds
      ? await twinsByIds(database, actor, twinIds)
      : await twinsOfType(database, actor, twinType ?? "", maxLines + 1);
    const twins = found.slice(0, maxLines);
    if (twins.length === 0) return {};
    const until = clock.now();
    const from = new Date(until.getTime() - parseDuration(last, "last", longest));
    const series = await metricSeries.read(
      actor,
      Object.assign(new MetricSeriesArgs(), query, {
        twinIds: twins.map(({ id }) => id),
        range: { from, until },
        aggregate: query.aggregate ?? SeriesAggregate.AVG,
        timeZone: query.timeZone ?? "UTC",
        gaps: query.gaps ?? SeriesGaps.SKIP,
        maxPoints: maxLinePoints,
      }),
    );
    const lines = series.map(({ twinId, unit, points }, index) =>
      Object.assign(new WidgetLine(), {
        ...{ name: twins[index]?.name ?? twinId, twinId, unit },
        times: points.map(({ at }) => at),
        values: points.map(({ value }) => value),
      }),
    );
    return { lines, isPartial: found.length > maxLines };
  },
});

const parseSeries = (query: SeriesWidgetQuery, field: string): SeriesWidgetQuery => {
  const { twinIds, twinType, last, bucket, aggregate, percentile, timeZone, gaps } = query;
  if (twinIds ? twinType : !twinType) throw badInput("names either `twinIds` or `twinType`.", field);
  const parsed: SeriesWidgetQuery = { metric: textOf(query.metric, 500, `${field}.metric`), last };
  if (twinIds) {
    const ids = twinIds.map((id) => parseId(id, "twin", `${field}.twinIds`));
    parsed.twinIds = listOf(ids, maxLines, `${field}.twinIds`);
  } else parsed.twinType = textOf(twinType ?? "", 100, `${field}.twinType`);
  lastOf(last, `${field}.last`, longest);
  if (bucket != null) parsed.bucket = bucketOf(bucket, `${field}.bucket`);
  if (aggregate != null) parsed.aggregate = aggregate;
  if (percentile != null) {
    if (aggregate !== SeriesAggregate.PERCENTILE || percentile < 1 || percentile > 99)
      throw badInput("is a number from 1 to 99, and for the aggregate PERCENTILE alone.", `${field}.percentile`);
    parsed.percentile = percentile;
  }
  if (timeZone != null) parsed.timeZone = timeZoneOf(timeZone, `${field}.timeZone`);
  if (gaps != null) parsed.gaps = gaps;
  return parsed;
};

const bucketOf = (bucket: string, field: string): string => {
  if (!bucketLengths.includes(bucket))
    throw badInput(
      `${JSON.stringify(bucket.slice(0, 40))} is none of the buckets: ${bucketLengths.join(", ")}.`,
      field,
    );
  return bucket;
};
