import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { ArgsType, Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { GraphQLDecimal } from "#src/platform/decimal.js";
import { AtMost } from "#src/platform/field-bounds.js";
import { TimeRange } from "#src/platform/time-range.js";

/** Twins of one request. */
export const maxSeries = 100;
/** Buckets, or points, of one series. */
export const maxSeriesPoints = 10_000;
/** Buckets, or points, that one request reads over all its series, to give them or to thin them. */
export const maxReadPoints = 100_000;

export enum SeriesAggregate {
  AVG = "AVG",
  SUM = "SUM",
  MIN = "MIN",
  MAX = "MAX",
  COUNT = "COUNT",
  LAST = "LAST",
  PERCENTILE = "PERCENTILE",
}

registerEnumType(SeriesAggregate, {
  name: "SeriesAggregate",
  description: "What the points of a bucket become.",
  valuesConfig: {
    AVG: { description: "Their arithmetic mean." },
    SUM: { description: "Their sum, exact." },
    MIN: { description: "The smallest." },
    MAX: { description: "The greatest." },
    COUNT: { description: "How many they are." },
    LAST: { description: "The latest." },
    PERCENTILE: { description: "The value that `percentile` of 100 points do not exceed, to within 1 % of it." },
  },
});

export enum SeriesGaps {
  SKIP = "SKIP",
  NULL = "NULL",
  ZERO = "ZERO",
  PREVIOUS = "PREVIOUS",
}

registerEnumType(SeriesGaps, {
  name: "SeriesGaps",
  description: "What stands for a bucket without any point.",
  valuesConfig: {
    SKIP: { description: "Nothing: the bucket is left out." },
    NULL: { description: "The bucket, with null." },
    ZERO: { description: "The bucket, with 0." },
    PREVIOUS: { description: "The value of the bucket before it; null before the first one." },
  },
});

/** Of `MetricSeriesService.read`: several twins, one metric. */
@ArgsType()
export class MetricSeriesArgs {
  @Field(() => [ID], { description: "The twins, 1 to 100: one series for each, in their order." })
  twinIds!: string[];

  @Field(() => String, { description: "Name of the metric." })
  metric!: string;

  @Field(() => TimeRange, { description: "Which points." })
  range!: TimeRange;

  @Field(() => String, {
    nullable: true,
    description:
      "Length of a bucket as an ISO 8601 duration: PT1M, PT5M, PT10M, PT15M, PT30M, PT1H, PT2H, PT3H, PT4H, PT6H, PT8H, PT12H, P1D, P1W (from Monday), P1M, P3M or P1Y. Buckets longer than an hour begin and end by the clock of the time zone. The points themselves when left out.",
  })
  bucket?: string | null;

  @Field(() => SeriesAggregate, {
    defaultValue: SeriesAggregate.AVG,
    description: "What the points of a bucket become.",
  })
  aggregate!: SeriesAggregate;

  @Field(() => Int, { nullable: true, description: "From 1 to 99, for PERCENTILE: 95 when left out." })
  percentile?: number | null;

  @Field(() => String, {
    defaultValue: "UTC",
    description: "Whose days, weeks, months and years they are, as in the tz database: `Europe/Berlin`.",
  })
  timeZone!: string;

  @Field(() => SeriesGaps, {
    defaultValue: SeriesGaps.SKIP,
    description: "What stands for a bucket without any point.",
  })
  gaps!: SeriesGaps;

  @Field(() => Int, {
    defaultValue: 1_000,
    description:
      "Points of each series at most, 1 to 10,000; with more than that it is an error, so that nothing is missing.",
  })
  first?: number;

  @Field(() => Int, {
    nullable: true,
    description:
      "Thins each series, in place of `first`: at most so many points, 3 to 10,000, that keep the shape of its line (LTTB). Then up to 100,000 are read.",
  })
  maxPoints?: number | null;
}

@ObjectType({ description: "A bucket of a series, or one point." })
export class SeriesPoint {
  @Field(() => GraphQLDateTimeISO, { description: "When the bucket begins, or the time of the point." })
  at!: Date;

  @Field(() => GraphQLDecimal, { nullable: true, description: "The value; null in a gap." })
  value!: string | null;

  @Field(() => GraphQLSafeInt, { description: "Points that it stands for." })
  count!: number;
}

@ObjectType({ description: "A metric of one twin over a time." })
export class MetricSeries {
  @Field(() => ID, { description: "The twin." })
  twinId!: string;

  @Field(() => String, { description: "The metric." })
  metric!: string;

  @Field(() => String, { nullable: true, description: "What it is measured in; null when nobody has said." })
  unit!: string | null;

  @AtMost(maxSeriesPoints, "maxPoints", "first")
  @Field(() => [SeriesPoint], { description: "In the order of time." })
  points!: SeriesPoint[];
}
