import { GraphQLDateTimeISO } from "graphql-scalars";
import { ArgsType, Field, Float, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { GraphQLDecimal } from "#src/platform/decimal.js";
import { TimeRange } from "#src/platform/time-range.js";
import { SeriesAggregate } from "../metric-series-inputs.js";

/** Anomalies of one answer. */
export const maxAnomalies = 1_000;

export enum AnomalyMethod {
  SEASONAL = "SEASONAL",
  PLAIN = "PLAIN",
}

registerEnumType(AnomalyMethod, {
  name: "AnomalyMethod",
  description: "What a value was compared with.",
  valuesConfig: {
    SEASONAL: { description: "The same place in at least three earlier seasons, such as earlier Tuesdays at 14:00." },
    PLAIN: { description: "All values of the range and before: there are not three earlier seasons yet." },
  },
});

@ObjectType({ description: "A value that is far from what was to be expected." })
export class Anomaly {
  @Field(() => GraphQLDateTimeISO, { description: "When its bucket begins." })
  at!: Date;

  @Field(() => GraphQLDecimal, { description: "The value of the bucket." })
  value!: string;

  @Field(() => Float, { description: "What was to be expected: the median of what it was compared with." })
  expected!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      "How many times as far from `expected` as such values usually are, as in standard deviations; negative for too little. Null when what it was compared with never varied.",
  })
  score!: number | null;

  @Field(() => AnomalyMethod, { description: "What it was compared with." })
  method!: AnomalyMethod;
}

@ArgsType()
export class MetricAnomaliesArgs {
  @Field(() => ID, { description: "The twin." })
  twinId!: string;

  @Field(() => String, { description: "Name of the metric." })
  metric!: string;

  @Field(() => TimeRange, {
    description: "Which buckets are judged: those that begin in it and have ended by now.",
  })
  range!: TimeRange;

  @Field(() => String, {
    defaultValue: "PT1H",
    description:
      "Length of a bucket: PT1M, PT5M, PT10M, PT15M, PT30M, PT1H, PT2H, PT3H, PT4H, PT6H, PT8H, PT12H or P1D.",
  })
  bucket!: string;

  @Field(() => SeriesAggregate, {
    defaultValue: SeriesAggregate.AVG,
    description: "What the points of a bucket become. COUNT and SUM are 0 without any; other buckets are left out.",
  })
  aggregate!: SeriesAggregate;

  @Field(() => Int, { nullable: true, description: "From 1 to 99, for PERCENTILE: 95 when left out." })
  percentile?: number | null;

  @Field(() => Float, {
    defaultValue: 4,
    description: "The least score, whatever its sign, from 1 to 100. The lower, the more is told.",
  })
  threshold!: number;

  @Field(() => String, {
    defaultValue: "UTC",
    description: "By whose clock a season goes, as in the tz database: `Europe/Berlin`.",
  })
  timeZone!: string;

  @Field(() => String, {
    defaultValue: "P1W",
    description:
      "After which time things are the same again: P1D or P1W. Eight of them before the range are looked at.",
  })
  season!: string;

  @Field(() => Int, {
    defaultValue: 100,
    description: "At most so many, 1 to 1,000: those with the greatest scores, in the order of time.",
  })
  first!: number;
}
