import { Authorized, Ctx, Query, Resolver } from "type-graphql";
import { SystemMetrics } from "#src/platform/system-metrics.js";
import type { SystemMetricsService } from "#src/platform/system-metrics-service.js";
import type { Context } from "./context.js";

@Resolver()
export class SystemMetricsResolver {
  constructor(private readonly figures: SystemMetricsService) {}

  @Authorized("system:read")
  @Query(() => SystemMetrics, {
    description:
      "Rate, latency, errors, pool, cache, queues, AI cost and stock, drawn from the same registry as `/metrics`. For admins of the installation's first workspace.",
  })
  systemMetrics(@Ctx() { actor }: Context) {
    return this.figures.read(actor);
  }
}
