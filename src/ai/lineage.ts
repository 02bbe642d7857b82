import { GraphQLJSONObject, GraphQLSafeInt } from "graphql-scalars";
import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { type Generation, GenerationStatus } from "./generation.js";
import {
  inputHashOf,
  lineageHashOf,
  outputHashOf,
  parametersOf,
  parentOf,
  sourcesOf,
  type Traced,
} from "./lineage-hash.js";

@ObjectType({ description: "What a provider was asked besides the text of it." })
export class GenerationParameters {
  @Field(() => String, { description: "The class of models that was asked, such as `default`, or `provider/model`." })
  model!: string;

  @Field(() => Float, { nullable: true, description: "Sampling temperature, 0 to 2; null for that of the provider." })
  temperature!: number | null;

  @Field(() => Int, { description: "Upper bound of the answer in tokens." })
  maxTokens!: number;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: "Where the same seed gives the same answer; null for chance.",
  })
  seed!: number | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: "The JSON schema that the answer had to fit, with its name; null for free text.",
  })
  schema!: object | null;
}

/** `LineageResolver` adds the rows that it names. */
@ObjectType({ description: "Where a text came from, with a hash that anybody can compute again: docs/lineage.md." })
export class Lineage {
  promptVersionId!: string | null;
  parentId!: string | null;

  @Field(() => String, { nullable: true, description: "The model that answered, as its provider names it." })
  modelVersion!: string | null;

  @Field(() => String, { nullable: true, description: "Name of the provider that answered." })
  provider!: string | null;

  @Field(() => GenerationParameters, { description: "What else was asked." })
  parameters!: GenerationParameters;

  @Field(() => String, { description: "SHA-256 of the messages and the variables, in hexadecimal." })
  inputHash!: string;

  @Field(() => String, { description: "SHA-256 of `text` in UTF-8, in hexadecimal." })
  outputHash!: string;

  @Field(() => [ID], { description: "Stored texts that it drew on." })
  sources!: string[];

  @Field(() => String, { description: "SHA-256 of all of this, in hexadecimal, as it was when the generation ended." })
  hash!: string;

  @Field(() => Boolean, { description: "True when the rows as they are now give the same hash." })
  isIntact!: boolean;
}

/** Null until the generation ended with a text. `contentHash` is that of what the version of the prompt says now. */
export const toLineage = (generation: Generation, contentHash: string | null): Lineage | null => {
  const { lineageHash, model, provider, promptVersionId, request, status } = generation;
  const hasText = status === GenerationStatus.SUCCEEDED || status === GenerationStatus.CANCELLED;
  if (!lineageHash || !hasText) return null;
  const traced: Traced = generation;
  return Object.assign(new Lineage(), {
    promptVersionId,
    parentId: parentOf(traced),
    modelVersion: model,
    provider,
    parameters: parametersOf(request),
    inputHash: inputHashOf(traced),
    outputHash: outputHashOf(traced),
    sources: sourcesOf(traced),
    hash: lineageHash,
    isIntact: lineageHashOf(traced, contentHash) === lineageHash,
  });
};
