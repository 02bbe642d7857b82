import { GraphQLSafeInt } from "graphql-scalars";
import { Field, Int, ObjectType } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";

@ObjectType({ description: "One message to a provider." })
export class PromptMessage {
  @Field(() => String, { description: "Who speaks: `system` or `user`." })
  role!: string;

  @Field(() => String, { description: "What is said." })
  text!: string;
}

@ObjectType({ description: "What a provider would be asked, and what that could cost." })
export class PromptPreview {
  @AtMost(2)
  @Field(() => [PromptMessage], { description: "The messages, with the values in them." })
  messages!: PromptMessage[];

  @Field(() => Int, { description: "Tokens of the messages, as Atrium counts them: an estimate, models differ." })
  inputTokens!: number;

  @Field(() => Int, { description: "The longest answer, in tokens." })
  maxTokens!: number;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: "The most that it can cost, in micro-dollars; null when the price of a model is not known.",
  })
  highestCostMicros!: number | null;
}
