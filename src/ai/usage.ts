import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { ProviderOutcome } from "./provider-call.js";

export enum UsageKey {
  PROVIDER = "PROVIDER",
  MODEL = "MODEL",
  USER = "USER",
  API_KEY = "API_KEY",
  PURPOSE = "PURPOSE",
  OUTCOME = "OUTCOME",
  DAY = "DAY",
  MONTH = "MONTH",
}

registerEnumType(UsageKey, {
  name: "UsageKey",
  description: "What usage can be told apart by.",
  valuesConfig: {
    PROVIDER: { description: "The provider." },
    MODEL: { description: "The model, as the provider names it." },
    USER: { description: "On whose behalf." },
    API_KEY: { description: "The API key that it was asked for with." },
    PURPOSE: { description: "What it was for." },
    OUTCOME: { description: "How the request ended." },
    DAY: { description: "The day on which the request began, in UTC." },
    MONTH: { description: "The month in which the request began, in UTC." },
  },
});

@InputType({ description: "A span of time." })
export class UsageRange {
  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: "Its beginning; of all that there is when left out.",
  })
  from?: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: "Its end, which is not in it; none when left out." })
  until?: Date | null;
}

const ofGroup = { nullable: true, description: "Of the group; null where usage is not told apart by it." };

@ObjectType({ description: "What the requests of a group have used and cost, by the ledger." })
export class Usage {
  @Field(() => String, ofGroup)
  provider!: string | null;

  @Field(() => String, ofGroup)
  model!: string | null;

  @Field(() => ID, {
    ...ofGroup,
    description: `${ofGroup.description} The id of a user; null as well for what nobody asked for, such as vectors of quotes.`,
  })
  userId!: string | null;

  @Field(() => ID, {
    ...ofGroup,
    description: `${ofGroup.description} The id of an API key; null as well for what no key has asked for.`,
  })
  apiKeyId!: string | null;

  @Field(() => String, ofGroup)
  purpose!: string | null;

  @Field(() => ProviderOutcome, ofGroup)
  outcome!: ProviderOutcome | null;

  @Field(() => GraphQLDateTimeISO, { ...ofGroup, description: `${ofGroup.description} When the day begins.` })
  day!: Date | null;

  @Field(() => GraphQLDateTimeISO, { ...ofGroup, description: `${ofGroup.description} When the month begins.` })
  month!: Date | null;

  @Field(() => GraphQLSafeInt, { description: "Requests to providers, and answers from the cache in their place." })
  calls!: number;

  @Field(() => GraphQLSafeInt, { description: "Those of them that the cache answered." })
  cachedCalls!: number;

  @Field(() => GraphQLSafeInt, { description: "Tokens sent, as far as they are known." })
  inputTokens!: number;

  @Field(() => GraphQLSafeInt, { description: "Tokens received, as far as they are known." })
  outputTokens!: number;

  @Field(() => GraphQLSafeInt, { description: "Micro-dollars, of the calls whose cost is known." })
  costMicros!: number;

  @Field(() => GraphQLSafeInt, { description: "Calls whose cost is not known: `setModelPrice` prices those to come." })
  unpricedCalls!: number;
}
