import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { SeriesAggregate, SeriesGaps } from "#src/telemetry/metric-series-inputs.js";

const series = "A metric of some twins over the time until now: a line for each twin.";

@ObjectType("SeriesWidgetQuery", { description: series })
@InputType("SeriesWidgetQueryInput", { description: `${series} It names \`twinIds\` or \`twinType\`.` })
export class SeriesWidgetQuery {
  @Field(() => [ID], { nullable: true, description: "The twins, 1 to 10, in the order of their lines." })
  twinIds?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "In place of `twinIds`: the twins that are of this type when somebody looks, the first 10 by their names. 1 to 100 characters.",
  })
  twinType?: string | null;

  @Field(() => String, { description: "Name of the metric, 1 to 500 characters." })
  metric!: string;

  @Field(() => String, {
    description: "How far back it goes from now, as an ISO 8601 duration of weeks to seconds: PT1M to P3660D.",
  })
  last!: string;

  @Field(() => String, {
    nullable: true,
    description: "Length of a bucket, as `metricSeries` takes it; the points themselves when left out.",
  })
  bucket?: string | null;

  @Field(() => SeriesAggregate, {
    nullable: true,
    description: "What the points of a bucket become; AVG when left out.",
  })
  aggregate?: SeriesAggregate | null;

  @Field(() => Int, { nullable: true, description: "From 1 to 99, for PERCENTILE alone: 95 when left out." })
  percentile?: number | null;

  @Field(() => String, {
    nullable: true,
    description: "Whose days they are, as in the tz database: `Europe/Berlin`. UTC when left out.",
  })
  timeZone?: string | null;

  @Field(() => SeriesGaps, {
    nullable: true,
    description: "What stands for a bucket without any point; SKIP when left out.",
  })
  gaps?: SeriesGaps | null;
}

const latest = "The latest values of some metrics of some twins: a figure for each twin and metric.";

@ObjectType("LatestWidgetQuery", { description: latest })
@InputType("LatestWidgetQueryInput", { description: `${latest} At most 50 figures.` })
export class LatestWidgetQuery {
  @Field(() => [ID], { description: "The twins, 1 to 50." })
  twinIds!: string[];

  @Field(() => [String], { description: "Names of metrics, 1 to 50, of 1 to 500 characters." })
  metrics!: string[];
}

const events = "How often product events happened in the time until now: a line for each name, or one for all of them.";

@ObjectType("EventsWidgetQuery", { description: events })
@InputType("EventsWidgetQueryInput", { description: `${events} At most 1,000 buckets, and 5,000 values in all.` })
export class EventsWidgetQuery {
  @Field(() => [String], {
    nullable: true,
    description: "The names, 1 to 10, in the order of their lines; all events in one line when left out.",
  })
  names?: string[] | null;

  @Field(() => String, {
    description: "How far back it goes from now, as an ISO 8601 duration of weeks to seconds: PT1M to P3650D.",
  })
  last!: string;

  @Field(() => String, {
    description: "Length of a bucket, as `eventCounts` takes it: PT1H, P1D, P1W, P1M, P3M or P1Y.",
  })
  bucket!: string;

  @Field(() => String, {
    nullable: true,
    description: "Whose days they are, as in the tz database: `Europe/Berlin`. UTC when left out.",
  })
  timeZone?: string | null;
}

/** A kind of query is a field here, and a `WidgetSource`. */
@ObjectType("WidgetQuery", { description: "What a widget shows: one of these is there." })
@InputType("WidgetQueryInput", { description: "What a widget shows: exactly one of these is given." })
export class WidgetQuery {
  @Field(() => SeriesWidgetQuery, { nullable: true, description: series })
  series?: SeriesWidgetQuery | null;

  @Field(() => LatestWidgetQuery, { nullable: true, description: latest })
  latest?: LatestWidgetQuery | null;

  @Field(() => EventsWidgetQuery, { nullable: true, description: events })
  events?: EventsWidgetQuery | null;
}
