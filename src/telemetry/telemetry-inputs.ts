import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { GraphQLDecimal } from "#src/platform/decimal.js";

/** Points of one call. */
export const maxPoints = 10_000;

@InputType({ description: "One measurement of a twin." })
export class TelemetryPointInput {
  @Field(() => ID, { description: "The twin." })
  twinId!: string;

  @Field(() => String, {
    description:
      'What was measured, 1 to 500 characters, such as `temperature`; labels as in Prometheus: `requests_total{method="GET"}`. A name that is new makes a metric.',
  })
  metric!: string;

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description:
      "When, to the millisecond; now when left out. Not more than a day in the future, and not older than points are kept. Of a metric, each time has one value: the first that came.",
  })
  at?: Date | null;

  @Field(() => GraphQLDecimal, { description: "The value." })
  value!: string;

  @Field(() => String, {
    nullable: true,
    description: "What it is measured in, such as `Cel` (UCUM), at most 50 characters; becomes the metric's.",
  })
  unit?: string | null;
}

@ObjectType({ description: "What became of points that were sent." })
export class TelemetryReceipt {
  @Field(() => Int, { description: "Points that were stored." })
  accepted!: number;

  @Field(() => Int, { description: "Points that were there already, with the same value." })
  duplicates!: number;

  @Field(() => Int, {
    description: "Points for whose time there is another value, sent before: that one stays.",
  })
  conflicts!: number;
}
