import type { Metrics } from "./metrics.js";
import { readMetrics } from "./read-metrics.js";
import type { SystemMetrics } from "./system-metrics.js";

/** The figures of the whole installation, for those who run it. */
export class SystemMetricsService {
  constructor(private readonly metrics: Metrics) {}

  read(): Promise<SystemMetrics> {
    return readMetrics(this.metrics);
  }
}
