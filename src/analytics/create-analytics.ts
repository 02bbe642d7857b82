import type { FileService } from "#src/files/file-service.js";
import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import { DailyPartitions } from "#src/platform/daily-partitions.js";
import type { Database } from "#src/platform/database.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Live } from "#src/platform/live.js";
import type { Logger } from "#src/platform/logger.js";
import type { MetricSeriesService } from "#src/telemetry/metric-series-service.js";
import { AnalyticsOverviewService } from "./analytics-overview-service.js";
import { BusinessMetricsService } from "./business-metrics-service.js";
import { DashboardService } from "./dashboard-service.js";
import { DashboardWidgets } from "./dashboard-widgets.js";
import { EventCountService } from "./event-count-service.js";
import { EventRollups } from "./event-rollups.js";
import { eventSweep } from "./event-sweep.js";
import { eventWidgets } from "./event-widgets.js";
import { latestWidgets } from "./latest-widgets.js";
import { MetricReportSource } from "./metric-report-source.js";
import { ProductEventService } from "./product-event-service.js";
import { ReportService } from "./report-service.js";
import { seriesWidgets } from "./series-widgets.js";

interface Deps {
  readonly config: Config;
  readonly database: Database;
  readonly bus: Bus;
  readonly lists: Lists;
  readonly live: Live;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: FileService;
  readonly metricSeries: MetricSeriesService;
}

export interface Analytics {
  readonly productEvents: ProductEventService;
  readonly eventCounts: EventCountService;
  readonly eventRollups: EventRollups;
  readonly businessMetrics: BusinessMetricsService;
  readonly analyticsOverview: AnalyticsOverviewService;
  readonly dashboards: DashboardService;
  readonly reports: ReportService;
}

/** What is made of figures. Rollups of events are made in processes that work, from `follow` on. */
export const createAnalytics = (deps: Deps): { analytics: Analytics; follow(): void; stop(): Promise<void> } => {
  const { config, database, clock, logger, metricSeries, lists } = deps;
  const kept = { database, clock, ...config.telemetry };
  const partitions = new DailyPartitions(database, "analytics", "product_event");
  const eventRollups = new EventRollups(deps);
  const sweep = eventSweep({ ...kept, logger, partitions });
  const eventCounts = new EventCountService(kept);
  const sources = [seriesWidgets(deps), latestWidgets(database), eventWidgets({ clock, eventCounts })];
  const widgets = new DashboardWidgets(sources, logger);
  return {
    analytics: {
      productEvents: new ProductEventService({ ...kept, partitions }),
      eventCounts,
      eventRollups,
      businessMetrics: new BusinessMetricsService(kept),
      analyticsOverview: new AnalyticsOverviewService(kept),
      dashboards: new DashboardService({ ...deps, widgets }),
      reports: new ReportService({ ...deps, sources: [new MetricReportSource(metricSeries, lists)] }),
    },
    follow: () => {
      eventRollups.start();
      sweep.start();
    },
    stop: async () => {
      await sweep.stop();
      await eventRollups.stop();
    },
  };
};
