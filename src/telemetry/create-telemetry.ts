import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import { DailyPartitions } from "#src/platform/daily-partitions.js";
import type { Database } from "#src/platform/database.js";
import type { Live } from "#src/platform/live.js";
import type { Logger } from "#src/platform/logger.js";
import type { Metrics } from "#src/platform/metrics.js";
import type { Sweep } from "#src/platform/sweep.js";
import { AnomalyService } from "./anomalies/anomaly-service.js";
import { LineIntake } from "./line-intake.js";
import { MetricSeriesService } from "./metric-series-service.js";
import { OtlpIntake } from "./otlp/otlp-intake.js";
import { OtlpMessages } from "./otlp/otlp-messages.js";
import { PlatformTelemetry } from "./platform/platform-telemetry.js";
import { ResourceUsageService } from "./platform/resource-usage-service.js";
import { telemetryRetention } from "./retention.js";
import { collectRollupMetrics } from "./rollups/rollup-metrics.js";
import { RollupWorker } from "./rollups/rollup-worker.js";
import { TelemetryService } from "./telemetry-service.js";

interface Deps {
  readonly config: Config;
  readonly database: Database;
  readonly bus: Bus;
  readonly live: Live;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface Telemetry {
  readonly telemetry: TelemetryService;
  readonly metricSeries: MetricSeriesService;
  readonly telemetryLines: LineIntake;
  readonly otlp: OtlpIntake;
  readonly otlpMessages: OtlpMessages;
  readonly anomalies: AnomalyService;
  /** Takes away what is not kept any longer. */
  readonly telemetryRetention: Sweep;
  /** Started by whoever knows as what the process runs. */
  readonly platformTelemetry: PlatformTelemetry;
  readonly resourceUsage: ResourceUsageService;
}

/** What is measured. Rollups are made in processes that work, from `follow` on; `start` is for every process. */
export const createTelemetry = (
  deps: Deps,
): { telemetry: Telemetry; start(): void; follow(): void; stop(): Promise<void> } => {
  const { database, clock, metrics } = deps;
  const kept = deps.config.telemetry;
  const partitions = new DailyPartitions(database, "telemetry", "point");
  const telemetry = new TelemetryService(database, clock, partitions, kept.rawDays, metrics);
  const metricSeries = new MetricSeriesService({ database, clock, kept });
  const rollups = new RollupWorker(deps);
  const retention = telemetryRetention({ ...deps, ...kept, partitions });
  const platformTelemetry = new PlatformTelemetry({ ...deps, telemetry });
  return {
    telemetry: {
      ...{ telemetry, metricSeries, platformTelemetry, telemetryRetention: retention },
      telemetryLines: new LineIntake(database, telemetry),
      otlp: new OtlpIntake({ ...deps, telemetry, rawDays: kept.rawDays }),
      otlpMessages: new OtlpMessages(),
      anomalies: new AnomalyService(metricSeries, clock),
      resourceUsage: new ResourceUsageService(deps),
    },
    start: () => {
      collectRollupMetrics(metrics, database);
      retention.start();
    },
    follow: () => rollups.start(),
    stop: async () => {
      await platformTelemetry.stop();
      await rollups.stop();
      await retention.stop();
    },
  };
};
