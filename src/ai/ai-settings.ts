import { Entity, PrimaryKey } from "@mikro-orm/decorators/legacy";
import { Field, Float, Int, ObjectType } from "type-graphql";
import { PrivateColumn, SystemTable } from "#src/platform/column.js";
import { AtMost } from "#src/platform/field-bounds.js";
import { ModelName, maxCandidates } from "./routing.js";
import { maxModelClasses } from "./stored-ai-settings.js";

/** The one row of what was set while the installation runs. */
@SystemTable()
@Entity({ tableName: "ai_settings" })
export class AiSettingsRow {
  @PrimaryKey({ type: "text" })
  id!: string;

  /** `StoredAiSettings`. */
  @PrivateColumn({ sql: "jsonb" })
  settings!: object;

  @PrivateColumn({ sql: "timestamptz" })
  updatedAt!: Date;
}

/** With the built-in ones. */
export const maxListedClasses = maxModelClasses + 4;

/** Woken when they have changed. */
export const aiSettingsTopic = "ai-settings";

@ObjectType({
  description: "How much each factor counts when a model is chosen: beside the others, whatever their sum is.",
})
export class RoutingWeights {
  @Field(() => Float, { description: "How soon the first text comes." })
  responseTime!: number;

  @Field(() => Float, { description: "How many requests go well." })
  successRate!: number;

  @Field(() => Float, { description: "What a request costs." })
  cost!: number;

  @Field(() => Float, { description: "Whether the provider's circuit is closed." })
  circuit!: number;

  @Field(() => Float, { description: "How much is left of the provider's own rate limit." })
  headroom!: number;
}

@ObjectType({ description: "A model in a class of models." })
export class ModelCandidate extends ModelName {
  @Field(() => Float, { description: "How much of the load it gets beside one that does as well and has 1." })
  weight!: number;
}

@ObjectType({ description: "Models that can stand for each other, under one name." })
export class ModelClass {
  @Field(() => String, { description: "What requests call it, such as `default`." })
  name!: string;

  @AtMost(maxCandidates)
  @Field(() => [ModelCandidate], { description: "Its models." })
  candidates!: readonly ModelCandidate[];

  @Field(() => Boolean, { description: "True when nobody has set it, and it follows from the configured providers." })
  isBuiltIn!: boolean;
}

@ObjectType({ description: "How often a provider is asked again that failed before its first text." })
export class RetrySettings {
  @Field(() => Int, { description: "Requests to one provider, the first included." })
  attempts!: number;

  @Field(() => Int, { description: "Milliseconds before the second one; doubled for each further one." })
  baseDelayMs!: number;
}

@ObjectType({ description: "When a provider that fails is left alone." })
export class BreakerSettings {
  @Field(() => Int, { description: "Failures inside the window that open the circuit." })
  failures!: number;

  @Field(() => Int, { description: "Milliseconds of the window." })
  windowMs!: number;

  @Field(() => Int, { description: "Milliseconds that it stays open." })
  openMs!: number;

  @Field(() => Int, { description: "Requests at a time that try whether it can be closed." })
  probes!: number;
}

@ObjectType({ description: "How providers are chosen and asked, in the whole installation." })
export class AiSettings {
  @Field(() => RoutingWeights, { description: "What counts in the choice." })
  weights!: RoutingWeights;

  @AtMost(maxListedClasses)
  @Field(() => [ModelClass], { description: "The classes of models that requests can name." })
  modelClasses!: readonly ModelClass[];

  @Field(() => RetrySettings, { description: "Asking again." })
  retry!: RetrySettings;

  @Field(() => BreakerSettings, { description: "Leaving alone." })
  breaker!: BreakerSettings;

  @Field(() => Boolean, {
    description: "True when the offline provider answers in place of others that all have failed; marked `isDegraded`.",
  })
  offlineStandsIn!: boolean;

  @Field(() => String, { description: "The class of models that judges of texts come from." })
  judgeClass!: string;
}
