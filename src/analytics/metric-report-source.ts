import type { Actor } from "#src/platform/actor.js";
import type { Lists } from "#src/platform/lists/lists.js";
import { SeriesAggregate, type SeriesGaps } from "#src/telemetry/metric-series-inputs.js";
import type { MetricSeriesService } from "#src/telemetry/metric-series-service.js";
import { Twin } from "#src/twins/twin.js";
import type { Report, ReportSection } from "./report.js";
import type { ReportSeries, ReportSource } from "./report-source.js";

const words: Readonly<Record<SeriesAggregate, string>> = {
  AVG: "mean",
  SUM: "sum",
  MIN: "smallest value",
  MAX: "greatest value",
  COUNT: "number of points",
  LAST: "last value",
  PERCENTILE: "percentile",
};

const gapWords: Readonly<Record<SeriesGaps, string>> = {
  SKIP: "buckets without points are left out",
  NULL: "buckets without points are gaps",
  ZERO: "buckets without points are 0",
  PREVIOUS: "buckets without points have the value before",
};

/** Sections of telemetry. */
export class MetricReportSource implements ReportSource {
  constructor(
    private readonly metricSeries: Pick<MetricSeriesService, "read">,
    private readonly lists: Pick<Lists, "findMany">,
  ) {}

  reads(section: ReportSection): boolean {
    return section.series !== undefined;
  }

  describe({ series }: ReportSection): string {
    const { metric, bucket, aggregate, percentile, gaps } = series;
    if (bucket === null) return `${metric}, each point`;
    const percent = aggregate === SeriesAggregate.PERCENTILE ? `${percentile ?? 95} % ` : "";
    return `${metric}, ${percent}${words[aggregate]} of each ${bucket}; ${gapWords[gaps]}`;
  }

  async *read(actor: Actor, report: Report, { series }: ReportSection): AsyncIterable<ReportSeries> {
    const { twinIds, ...query } = series;
    const twins = await this.lists.findMany(Twin, actor, twinIds);
    const names = new Map(twins.map(({ id, name }) => [id, name]));
    const range = { from: report.rangeFrom, until: report.rangeUntil };
    for (const twinId of twinIds) {
      const asked = { ...query, twinIds: [twinId], range, timeZone: report.timeZone, maxPoints: null };
      for (const { metric, unit, points } of await this.metricSeries.read(actor, asked))
        yield { subject: names.get(twinId) ?? twinId, subjectId: twinId, metric, unit, points };
    }
  }
}
