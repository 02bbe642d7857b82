import { ArrayMaxSize, MaxLength } from "class-validator";
import { Field, Float, InputType, Int } from "type-graphql";
import { maxCandidates } from "./routing.js";
import { maxModelClasses } from "./stored-ai-settings.js";

const weight = (description: string) => ({ nullable: true, description: `${description}, 0 to 100.` });

@InputType({ description: "How much each factor counts; what is left out stays. Not all can be 0." })
export class RoutingWeightsInput {
  @Field(() => Float, weight("How soon the first text comes"))
  responseTime?: number | null;

  @Field(() => Float, weight("How many requests go well"))
  successRate?: number | null;

  @Field(() => Float, weight("What a request costs"))
  cost?: number | null;

  @Field(() => Float, weight("Whether the provider's circuit is closed"))
  circuit?: number | null;

  @Field(() => Float, weight("How much is left of the provider's own rate limit"))
  headroom?: number | null;
}

@InputType({ description: "A model in a class of models." })
export class ModelCandidateInput {
  @Field(() => String, { description: "Name of a configured provider." })
  provider!: string;

  @Field(() => String, { description: "One of its models." })
  model!: string;

  @Field(() => Float, {
    nullable: true,
    description: "How much of the load it gets beside one that does as well and has 1: 0.01 to 100, 1 when left out.",
  })
  weight?: number | null;
}

@InputType({ description: "Models that can stand for each other, under one name." })
export class ModelClassInput {
  @Field(() => String, {
    description: "At most 40 small letters, digits and `-`. That of a built-in class replaces it.",
  })
  name!: string;

  @Field(() => [ModelCandidateInput], { description: "Its models: 1 to 20." })
  @ArrayMaxSize(maxCandidates, { message: "has more than 20 items" })
  candidates!: ModelCandidateInput[];
}

@InputType({ description: "How often a provider is asked again; what is left out stays." })
export class RetrySettingsInput {
  @Field(() => Int, { nullable: true, description: "Requests to one provider, the first included: 1 to 10." })
  attempts?: number | null;

  @Field(() => Int, { nullable: true, description: "Milliseconds before the second one, 0 to 10,000." })
  baseDelayMs?: number | null;
}

@InputType({ description: "When a provider that fails is left alone; what is left out stays." })
export class BreakerSettingsInput {
  @Field(() => Int, { nullable: true, description: "Failures inside the window that open the circuit, 1 to 1,000." })
  failures?: number | null;

  @Field(() => Int, { nullable: true, description: "Milliseconds of the window, 1,000 to 3,600,000." })
  windowMs?: number | null;

  @Field(() => Int, { nullable: true, description: "Milliseconds that it stays open, 1,000 to 3,600,000." })
  openMs?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Requests at a time that try whether it can be closed, 1 to 100.",
  })
  probes?: number | null;
}

@InputType({ description: "What to change; what is left out stays." })
export class UpdateAiSettingsInput {
  @Field(() => RoutingWeightsInput, { nullable: true, description: "What counts in the choice." })
  weights?: RoutingWeightsInput | null;

  @Field(() => [ModelClassInput], {
    nullable: true,
    description:
      "All classes that are set, at most 50; the built-in ones stand beside them, and alone when this is empty.",
  })
  @ArrayMaxSize(maxModelClasses, { message: "has more than 50 items" })
  modelClasses?: ModelClassInput[] | null;

  @Field(() => RetrySettingsInput, { nullable: true, description: "Asking again." })
  retry?: RetrySettingsInput | null;

  @Field(() => BreakerSettingsInput, { nullable: true, description: "Leaving alone." })
  breaker?: BreakerSettingsInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the offline provider answers in place of others that all have failed.",
  })
  offlineStandsIn?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: "The class of models that judges of texts come from: a built-in one, or one of those that are set.",
  })
  @MaxLength(40, { message: "has more than 40 characters" })
  judgeClass?: string | null;
}
