import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, InputType } from "type-graphql";
import { badInput } from "./errors.js";

@InputType({ description: "A span of time." })
export class TimeRange {
  @Field(() => GraphQLDateTimeISO, { description: "Its beginning." })
  from!: Date;

  @Field(() => GraphQLDateTimeISO, { description: "Its end, which is not in it." })
  until!: Date;
}

/** Refuses a span that ends before it has begun. */
export const checkRange = ({ from, until }: TimeRange, field = "range"): void => {
  if (until <= from) throw badInput("The range must end after its beginning.", `${field}.until`);
};
