import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Field, Float, ID, ObjectType } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";

/** Days of one overview. */
export const maxOverviewDays = 400;
/** Rows of what is most frequent. */
export const maxTop = 10;

@ObjectType({ description: "A figure beside the one of the span before, which is as long." })
export class Headline {
  @Field(() => GraphQLSafeInt, { description: "Of the span." })
  value!: number;

  @Field(() => GraphQLSafeInt, { description: "Of the span before." })
  before!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      "By how much it grew, as a share of `before`: 0.1 is a tenth more. Null where there was nothing before.",
  })
  change!: number | null;
}

@ObjectType({ description: "A figure of one day." })
export class DayFigure {
  @Field(() => GraphQLDateTimeISO, { description: "When the day begins, by the clock of the time zone." })
  at!: Date;

  @Field(() => GraphQLSafeInt, {
    description: "The figure, 0 when there was nothing. Of the first and the last day only what is in the span.",
  })
  value!: number;
}

@ObjectType({ description: "How often something of one name happened." })
export class EventTotal {
  @Field(() => String, { description: "Name of the product event." })
  name!: string;

  @Field(() => GraphQLSafeInt, { description: "Events." })
  count!: number;
}

@ObjectType({ description: "How often a metric was measured." })
export class MetricTotal {
  @Field(() => ID, { description: "The metric." })
  metricId!: string;

  @Field(() => String, { description: "Its name." })
  metric!: string;

  @Field(() => ID, { description: "The twin that is measured." })
  twinId!: string;

  @Field(() => String, { description: "What that is called." })
  twin!: string;

  @Field(() => GraphQLSafeInt, { description: "Points." })
  points!: number;
}

@ObjectType({ description: "How often a twin was measured." })
export class TwinTotal {
  @Field(() => ID, { description: "The twin." })
  twinId!: string;

  @Field(() => String, { description: "What it is called." })
  twin!: string;

  @Field(() => GraphQLSafeInt, { description: "Points." })
  points!: number;
}

@ObjectType({ description: "A workspace at a glance, counted over all of it, private things included." })
export class AnalyticsOverview {
  @Field(() => GraphQLDateTimeISO, {
    description: "All that was stored until then is in it, however far workers are behind.",
  })
  asOf!: Date;

  @Field(() => GraphQLDateTimeISO, { description: "Beginning of the span." })
  from!: Date;

  @Field(() => GraphQLDateTimeISO, { description: "Its end, which is not in it." })
  until!: Date;

  @Field(() => Headline, { description: "Product events." })
  events!: Headline;

  @Field(() => Headline, { description: "People of whom there is a product event." })
  activeUsers!: Headline;

  @Field(() => Headline, { description: "Points that were measured." })
  telemetryPoints!: Headline;

  @Field(() => Headline, { description: "What providers have cost, in micro-dollars, as far as it is known." })
  aiCostMicros!: Headline;

  @Field(() => Headline, { description: "Quotes that were made and are still there." })
  quotes!: Headline;

  @AtMost(maxOverviewDays)
  @Field(() => [DayFigure], { description: "Product events by day." })
  eventsByDay!: DayFigure[];

  @AtMost(maxOverviewDays)
  @Field(() => [DayFigure], { description: "People of whom there is a product event, by day." })
  activeUsersByDay!: DayFigure[];

  @AtMost(maxOverviewDays)
  @Field(() => [DayFigure], { description: "Points by the day on which they were measured." })
  telemetryPointsByDay!: DayFigure[];

  @AtMost(maxOverviewDays)
  @Field(() => [DayFigure], { description: "Micro-dollars by the day on which the request began." })
  aiCostMicrosByDay!: DayFigure[];

  @AtMost(maxOverviewDays)
  @Field(() => [DayFigure], { description: "Quotes by the day on which they were made." })
  quotesByDay!: DayFigure[];

  @AtMost(maxTop)
  @Field(() => [EventTotal], { description: "The most frequent product events, at most 10." })
  topEvents!: EventTotal[];

  @AtMost(maxTop)
  @Field(() => [MetricTotal], { description: "What was measured most often, at most 10." })
  topMetrics!: MetricTotal[];

  @AtMost(maxTop)
  @Field(() => [TwinTotal], { description: "The twins that were measured most often, at most 10." })
  topTwins!: TwinTotal[];
}
