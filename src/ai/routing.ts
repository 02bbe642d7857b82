import { Field, Float, ObjectType, registerEnumType } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";

/** Most models that one class can name. */
export const maxCandidates = 20;

export enum RoutingReason {
  SCORED = "SCORED",
  ONLY = "ONLY",
  PINNED = "PINNED",
  FALLBACK = "FALLBACK",
  CONTINUED = "CONTINUED",
  LAST_RESORT = "LAST_RESORT",
  NONE_LEFT = "NONE_LEFT",
}

registerEnumType(RoutingReason, {
  name: "RoutingReason",
  description: "Why a model was asked.",
  valuesConfig: {
    SCORED: { description: "Drawn among the candidates, by their shares." },
    ONLY: { description: "There was no other candidate." },
    PINNED: { description: "The request named it." },
    FALLBACK: { description: "Those before it had failed." },
    CONTINUED: { description: "The answer of the one before it was cut, and it wrote the rest." },
    LAST_RESORT: {
      description: "All candidates had failed, and an answer from before or the offline provider stood in for them.",
    },
    NONE_LEFT: { description: "All candidates had failed, and nothing stood in for them." },
  },
});

export enum CandidateExclusion {
  CIRCUIT_OPEN = "CIRCUIT_OPEN",
  FAILED = "FAILED",
}

registerEnumType(CandidateExclusion, {
  name: "CandidateExclusion",
  description: "Why a candidate did not answer.",
  valuesConfig: {
    CIRCUIT_OPEN: { description: "The circuit of its provider was open." },
    FAILED: { description: "It was asked, and failed." },
  },
});

@ObjectType({ description: "A model of a provider." })
export class ModelName {
  @Field(() => String, { description: "Name of the provider." })
  provider!: string;

  @Field(() => String, { description: "The model, as it is asked for." })
  model!: string;
}

@ObjectType({ description: "What a candidate's score is made of. Each from 0 (bad) to 1 (good)." })
export class RoutingFactors {
  @Field(() => Float, { description: "How soon its first text comes, beside the fastest candidate; 1 when not known." })
  responseTime!: number;

  @Field(() => Float, { description: "Share of its requests that went well, the latest counting most." })
  successRate!: number;

  @Field(() => Float, {
    description: "How cheap it is beside the cheapest candidate; 0.5 when its price is not known.",
  })
  cost!: number;

  @Field(() => Float, { description: "1 while its provider's circuit is closed, 0.5 half open, 0 open." })
  circuit!: number;

  @Field(() => Float, { description: "Share of the provider's own rate limit that is left; 1 when it does not say." })
  headroom!: number;
}

@ObjectType({ description: "A model that could answer a request, and how it stood then." })
export class RoutedCandidate extends ModelName {
  @Field(() => Float, { description: "Its factors by their weights, 0 to 1." })
  score!: number;

  @Field(() => Float, { description: "How likely it was to be asked first, 0 to 1; those of all candidates make 1." })
  share!: number;

  @Field(() => RoutingFactors, { description: "What the score is made of." })
  factors!: RoutingFactors;

  @Field(() => CandidateExclusion, {
    nullable: true,
    description: "Why it did not answer; null when nothing was wrong.",
  })
  excluded!: CandidateExclusion | null;
}

@ObjectType({ description: "Which model was asked for a generation, and why." })
export class Routing {
  @Field(() => String, { nullable: true, description: "The class of models that was asked for; null when pinned." })
  modelClass!: string | null;

  @Field(() => ModelName, {
    nullable: true,
    description: "The model that was asked last; null when none was, or an answer from before stood in.",
  })
  chosen!: ModelName | null;

  @AtMost(maxCandidates)
  @Field(() => [RoutedCandidate], { description: "The candidates, in the order in which they were to be asked." })
  candidates!: readonly RoutedCandidate[];

  @Field(() => RoutingReason, { description: "Why it was asked." })
  reason!: RoutingReason;
}
