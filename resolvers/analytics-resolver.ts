import { Arg, Args, Authorized, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { AnalyticsOverview } from "#src/analytics/analytics-overview.js";
import type { AnalyticsOverviewService } from "#src/analytics/analytics-overview-service.js";
import { BusinessMetrics } from "#src/analytics/business-metrics.js";
import type { BusinessMetricsService } from "#src/analytics/business-metrics-service.js";
import { EventCount, EventCountsArgs, maxEventCounts } from "#src/analytics/event-count.js";
import type { EventCountService } from "#src/analytics/event-count-service.js";
import {
  maxEvents,
  ProductEvent,
  ProductEventConnection,
  ProductEventListArgs,
  TrackEventInput,
} from "#src/analytics/product-event.js";
import type { ProductEventService } from "#src/analytics/product-event-service.js";
import { AtMost, TakesMany } from "#src/platform/field-bounds.js";
import { TimeRange } from "#src/platform/time-range.js";
import type { Context } from "./context.js";

const zoneArg = {
  defaultValue: "UTC",
  description: "Whose days they are, as in the tz database: `Europe/Berlin`.",
};

@Resolver()
export class AnalyticsResolver {
  constructor(
    private readonly events: ProductEventService,
    private readonly eventCounter: EventCountService,
    private readonly business: BusinessMetricsService,
    private readonly overviews: AnalyticsOverviewService,
  ) {}

  @Authorized("analytics:write")
  @Mutation(() => ProductEvent, {
    description:
      "Stores something that somebody did with a product. The same id and time gives what is stored already.",
  })
  trackEvent(
    @Arg("input", () => TrackEventInput, { description: "The event." }) input: TrackEventInput,
    @Ctx() { actor }: Context,
  ) {
    return this.events.trackOne(actor, input);
  }

  @Authorized("analytics:write")
  @TakesMany()
  @AtMost(maxEvents, "inputs")
  @Mutation(() => [ProductEvent], {
    description: "Stores product events, all or none, and gives them in their order.",
  })
  trackEvents(
    @Arg("inputs", () => [TrackEventInput], { description: "The events, 1 to 1,000." }) inputs: TrackEventInput[],
    @Ctx() { actor }: Context,
  ) {
    return this.events.track(actor, inputs);
  }

  @Authorized("analytics:read")
  @Query(() => ProductEventConnection, { description: "The workspace's product events, newest first." })
  productEvents(@Args(() => ProductEventListArgs) args: ProductEventListArgs, @Ctx() { actor }: Context) {
    return this.events.page(actor, args);
  }

  @Authorized("analytics:read")
  @AtMost(maxEventCounts, "first")
  @Query(() => [EventCount], { description: "How often product events happened, in the order of time and of names." })
  eventCounts(@Args(() => EventCountsArgs) args: EventCountsArgs, @Ctx() { actor }: Context) {
    return this.eventCounter.counts(actor, args);
  }

  @Authorized("analytics:read")
  @Query(() => BusinessMetrics, {
    description: "How the workspace did in a span of time. All of it can be counted in its rows.",
  })
  businessMetrics(
    @Ctx() { actor }: Context,
    @Arg("range", () => TimeRange, { description: "The span, at most 10 years." }) range: TimeRange,
    @Arg("timeZone", () => String, zoneArg) timeZone = "UTC",
  ) {
    return this.business.between(actor, range, timeZone);
  }

  @Authorized("analytics:read")
  @Query(() => AnalyticsOverview, {
    description:
      "The workspace at a glance. It is exact and, whatever there is, quick: from what workers have summed up.",
  })
  analyticsOverview(
    @Ctx() { actor }: Context,
    @Arg("range", () => TimeRange, {
      nullable: true,
      description: "The span, at most 397 days; the last 30 days when left out.",
    })
    range?: TimeRange | null,
    @Arg("timeZone", () => String, zoneArg) timeZone = "UTC",
  ) {
    return this.overviews.overview(actor, range, timeZone);
  }
}
