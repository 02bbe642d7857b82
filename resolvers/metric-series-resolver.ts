import { Args, Authorized, Ctx, Query, Resolver } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";
import { MetricSeries, MetricSeriesArgs, maxSeries } from "#src/telemetry/metric-series-inputs.js";
import type { MetricSeriesService } from "#src/telemetry/metric-series-service.js";
import type { Context } from "./context.js";

@Resolver()
export class MetricSeriesResolver {
  constructor(private readonly service: MetricSeriesService) {}

  @Authorized("twin:read")
  @AtMost(maxSeries, "twinIds")
  @Query(() => [MetricSeries], {
    description:
      "What was measured of some twins, in buckets or point by point: exact as of one moment, whatever came late or a moment ago.",
  })
  metricSeries(@Args(() => MetricSeriesArgs) request: MetricSeriesArgs, @Ctx() { actor }: Context) {
    return this.service.read(actor, request);
  }
}
