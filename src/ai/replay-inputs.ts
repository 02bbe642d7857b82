import { Max, MaxLength, Min } from "class-validator";
import { GraphQLSafeInt } from "graphql-scalars";
import { Field, ID, InputType, Int } from "type-graphql";
import { entityFilter } from "#src/platform/lists/filter-inputs.js";
import { Visibility } from "#src/platform/owned-row.js";
import { Generation } from "./generation.js";

/** Most generations of one replay. */
export const mostReplayed = 500;

const bounds = { message: `must be 1 to ${mostReplayed}` };

@InputType({
  description: "Which generations to ask for again, on what, and what it may cost. A prompt, a model, or both.",
})
export class ReplayGenerationsInput {
  @Field(() => entityFilter(Generation), {
    nullable: true,
    description: "Which ones; all that you may see when left out. Only those with a whole text, and no replays.",
  })
  filter?: object | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "A version of a prompt: it gets the variables that the original had. One without variables is skipped.",
  })
  promptVersionId?: string | null;

  @Field(() => String, { nullable: true, description: "Name of a configured provider." })
  @MaxLength(50, { message: "has more than 50 characters" })
  provider?: string | null;

  @Field(() => String, { nullable: true, description: "One of the provider's models; its default when left out." })
  @MaxLength(100, { message: "has more than 100 characters" })
  model?: string | null;

  @Field(() => String, { nullable: true, description: "Instead of provider and model: a class of models." })
  @MaxLength(100, { message: "has more than 100 characters" })
  modelClass?: string | null;

  @Field(() => GraphQLSafeInt, {
    description: "What all of it may cost at most, in micro-dollars, from 0. What may not fit is skipped.",
  })
  @Min(0, { message: "must not be negative" })
  maxCostMicros!: number;

  @Field(() => Int, {
    nullable: true,
    description: `How many of them at most, the newest first: 1 to ${mostReplayed}; 100 when left out.`,
  })
  @Min(1, bounds)
  @Max(mostReplayed, bounds)
  first?: number | null;

  @Field(() => Visibility, {
    nullable: true,
    description: "Who sees it; WORKSPACE when left out. What replays a private generation is private all the same.",
  })
  visibility?: Visibility | null;
}
