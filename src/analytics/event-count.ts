import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { ArgsType, Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { TimeRange } from "#src/platform/time-range.js";

/** Groups of one answer. */
export const maxEventCounts = 5_000;

export enum EventKey {
  NAME = "NAME",
}

registerEnumType(EventKey, {
  name: "EventKey",
  description: "What counts of product events can be told apart by, beside their time.",
  valuesConfig: { NAME: { description: "The name of the event." } },
});

@ArgsType()
export class EventCountsArgs {
  @Field(() => TimeRange, { description: "Which events: at most 10 years." })
  range!: TimeRange;

  @Field(() => String, {
    nullable: true,
    description:
      "Length of a bucket as an ISO 8601 duration: PT1H, P1D, P1W (from Monday), P1M, P3M or P1Y. Days and longer ones begin by the clock of the time zone. All in one when left out.",
  })
  bucket?: string | null;

  @Field(() => String, {
    defaultValue: "UTC",
    description: "Whose days, weeks, months and years they are, as in the tz database: `Europe/Berlin`.",
  })
  timeZone!: string;

  @Field(() => [String], { nullable: true, description: "Events with these names alone, at most 100." })
  names?: string[] | null;

  @Field(() => EventKey, { nullable: true, description: "What to tell apart beside the time." })
  groupBy?: EventKey | null;

  @Field(() => Int, {
    defaultValue: 1_000,
    description: "Groups at most, 1 to 5,000; with more than that it is an error, so that no sum is short.",
  })
  first!: number;
}

@ObjectType({ description: "How often product events happened." })
export class EventCount {
  @Field(() => GraphQLDateTimeISO, {
    description: "When the bucket begins; the beginning of the range without buckets.",
  })
  at!: Date;

  @Field(() => String, { nullable: true, description: "Name of the events; null where names are not told apart." })
  name!: string | null;

  @Field(() => GraphQLSafeInt, { description: "Events. Buckets without any are left out." })
  count!: number;
}
