import { Authorized, Query, Resolver } from "type-graphql";
import { SystemMetrics } from "#src/platform/system-metrics.js";
import type { SystemMetricsService } from "#src/platform/system-metrics-service.js";

@Resolver()
export class SystemMetricsResolver {
  constructor(private readonly figures: SystemMetricsService) {}

  @Authorized("system:read")
  @Query(() => SystemMetrics, {
    description:
      "Rate, latency, errors, pool, cache, queues, AI cost and stock, drawn from the same registry as `/metrics`. For operators.",
  })
  systemMetrics() {
    return this.figures.read();
  }
}
