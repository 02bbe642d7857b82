import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Field, Float, ObjectType } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";
import { JobStatus } from "#src/platform/job.js";

/** Providers that are told apart. */
export const maxProviders = 100;

@ObjectType({ description: "Quotes that were made in a span of time and are still there." })
export class BusinessQuotes {
  @Field(() => GraphQLSafeInt, { description: "Quotes." })
  made!: number;

  @Field(() => Float, { description: "Quotes a day, by the clock of the time zone." })
  perDay!: number;

  @Field(() => GraphQLSafeInt, { description: "Those that a person wrote." })
  written!: number;

  @Field(() => GraphQLSafeInt, { description: "Those that a provider wrote, but not of what somebody said." })
  generated!: number;

  @Field(() => GraphQLSafeInt, { description: "Those that were made of what somebody said." })
  spoken!: number;

  @Field(() => GraphQLSafeInt, { description: "Marks as a favourite that were set in it, and still are." })
  favourites!: number;
}

@ObjectType({ description: "What one provider was asked for and has cost." })
export class BusinessProvider {
  @Field(() => String, { description: "Name of the provider." })
  provider!: string;

  @Field(() => GraphQLSafeInt, { description: "Requests to it, and answers from the cache in their place." })
  calls!: number;

  @Field(() => GraphQLSafeInt, { description: "Tokens sent, as far as they are known." })
  inputTokens!: number;

  @Field(() => GraphQLSafeInt, { description: "Tokens received, as far as they are known." })
  outputTokens!: number;

  @Field(() => GraphQLSafeInt, { description: "Micro-dollars, of the calls whose cost is known." })
  costMicros!: number;
}

@ObjectType({ description: "Generations that were asked for in a span of time, and all requests to providers in it." })
export class BusinessAi {
  @Field(() => GraphQLSafeInt, { description: "Generations." })
  generations!: number;

  @Field(() => GraphQLSafeInt, { description: "Those that ended with their whole text." })
  succeeded!: number;

  @Field(() => GraphQLSafeInt, { description: "Those that failed." })
  failed!: number;

  @Field(() => Float, {
    nullable: true,
    description: "`succeeded` as a share of `succeeded` and `failed`, 0 to 1; null while none has ended like that.",
  })
  successRate!: number | null;

  @Field(() => GraphQLSafeInt, { description: "Requests to providers, and answers from the cache in their place." })
  calls!: number;

  @Field(() => GraphQLSafeInt, { description: "Tokens sent, as far as they are known." })
  inputTokens!: number;

  @Field(() => GraphQLSafeInt, { description: "Tokens received, as far as they are known." })
  outputTokens!: number;

  @Field(() => GraphQLSafeInt, { description: "Micro-dollars, of the calls whose cost is known." })
  costMicros!: number;

  @Field(() => GraphQLSafeInt, { description: "Calls whose cost is not known." })
  unpricedCalls!: number;

  @AtMost(maxProviders)
  @Field(() => [BusinessProvider], { description: "The same by provider: what costs most comes first, at most 100." })
  providers!: BusinessProvider[];
}

@ObjectType({ description: "Recordings and transcripts that were made in a span of time and are still there." })
export class BusinessVoice {
  @Field(() => GraphQLSafeInt, { description: "Recordings." })
  recordings!: number;

  @Field(() => Float, { description: "Minutes of sound in them." })
  minutes!: number;

  @Field(() => GraphQLSafeInt, { description: "Transcripts that were asked for." })
  transcripts!: number;

  @Field(() => GraphQLSafeInt, { description: "Those that ended with all that is spoken." })
  done!: number;

  @Field(() => GraphQLSafeInt, { description: "Those that failed." })
  failed!: number;

  @Field(() => Float, {
    nullable: true,
    description: "`done` as a share of `done` and `failed`, 0 to 1; null while none has ended like that.",
  })
  successRate!: number | null;
}

@ObjectType({ description: "Who has done something in a span of time, and how much." })
export class BusinessActivity {
  @Field(() => GraphQLSafeInt, {
    description: "People of whom there is a product event, or who have changed something while they were signed in.",
  })
  activeUsers!: number;

  @Field(() => GraphQLSafeInt, { description: "Product events." })
  events!: number;

  @Field(() => GraphQLSafeInt, { description: "What was done, by the audit log; what was refused is not counted." })
  changes!: number;
}

@ObjectType({ description: "What has come in during a span of time and is still there." })
export class BusinessVolume {
  @Field(() => GraphQLSafeInt, { description: "Points that were measured in it." })
  telemetryPoints!: number;

  @Field(() => GraphQLSafeInt, { description: "Twins that were registered in it." })
  twins!: number;

  @Field(() => GraphQLSafeInt, { description: "Files that were stored in it." })
  files!: number;

  @Field(() => GraphQLSafeInt, { description: "Bytes in them." })
  fileBytes!: number;
}

@ObjectType({ description: "How many jobs stand like that." })
export class BusinessJobs {
  @Field(() => JobStatus, { description: "Where they stand." })
  status!: JobStatus;

  @Field(() => GraphQLSafeInt, { description: "Jobs." })
  count!: number;
}

@ObjectType({ description: "How a workspace does, counted over all of it, private things included." })
export class BusinessMetrics {
  @Field(() => GraphQLDateTimeISO, { description: "Beginning of the span." })
  from!: Date;

  @Field(() => GraphQLDateTimeISO, { description: "Its end, which is not in it." })
  until!: Date;

  @Field(() => BusinessQuotes, { description: "Quotes." })
  quotes!: BusinessQuotes;

  @Field(() => BusinessAi, { description: "Generations and what providers cost." })
  ai!: BusinessAi;

  @Field(() => BusinessVoice, { description: "Speech." })
  voice!: BusinessVoice;

  @Field(() => BusinessActivity, { description: "People." })
  activity!: BusinessActivity;

  @Field(() => BusinessVolume, { description: "Data." })
  volume!: BusinessVolume;

  @AtMost(6)
  @Field(() => [BusinessJobs], { description: "Jobs that were asked for in it, by where they stand now." })
  jobs!: BusinessJobs[];
}
