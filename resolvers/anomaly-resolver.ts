import { Args, Authorized, Ctx, Query, Resolver } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";
import { Anomaly, MetricAnomaliesArgs, maxAnomalies } from "#src/telemetry/anomalies/anomaly.js";
import type { AnomalyService } from "#src/telemetry/anomalies/anomaly-service.js";
import type { Context } from "./context.js";

@Resolver()
export class AnomalyResolver {
  constructor(private readonly anomalies: AnomalyService) {}

  @Authorized("twin:read")
  @AtMost(maxAnomalies, "first")
  @Query(() => [Anomaly], {
    description:
      "What is unusual in a metric of a twin: values far from what the same hour of earlier weeks, or the same place of another season, makes one expect.",
  })
  metricAnomalies(@Args(() => MetricAnomaliesArgs) args: MetricAnomaliesArgs, @Ctx() { actor }: Context) {
    return this.anomalies.find(actor, args);
  }
}
