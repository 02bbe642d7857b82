import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Int, registerEnumType } from "type-graphql";
import { Column, EnumColumn, PrivateColumn, Stored } from "#src/platform/column.js";
import { type Visibility, visibleToSharers } from "#src/platform/owned-row.js";
import { Row } from "#src/platform/row.js";
import { providerCallSpends } from "./generation-triggers.js";
import type { AttemptOutcome } from "./provider.js";

export enum ProviderOperation {
  CHAT = "CHAT",
  EMBEDDINGS = "EMBEDDINGS",
  TRANSCRIPTION = "TRANSCRIPTION",
}

registerEnumType(ProviderOperation, {
  name: "ProviderOperation",
  description: "What a provider was asked for.",
  valuesConfig: {
    CHAT: { description: "A text." },
    EMBEDDINGS: { description: "Vectors of texts." },
    TRANSCRIPTION: { description: "The words of a recording." },
  },
});

/** `AttemptOutcome` as the API has it, and what needed no request. */
export enum ProviderOutcome {
  OK = "OK",
  LENGTH = "LENGTH",
  CONTENT_FILTER = "CONTENT_FILTER",
  STOPPED = "STOPPED",
  TIMEOUT = "TIMEOUT",
  RATE_LIMITED = "RATE_LIMITED",
  UNAVAILABLE = "UNAVAILABLE",
  CUT = "CUT",
  INVALID_ANSWER = "INVALID_ANSWER",
  CREDENTIALS = "CREDENTIALS",
  REJECTED = "REJECTED",
  LOST = "LOST",
  CACHED = "CACHED",
}

registerEnumType(ProviderOutcome, {
  name: "ProviderOutcome",
  description: "How a request to a provider ended.",
  valuesConfig: {
    OK: { description: "With a whole answer." },
    LENGTH: { description: "The answer reached the limit of its length." },
    CONTENT_FILTER: { description: "The provider withheld the answer." },
    STOPPED: { description: "Cancelled on its way." },
    TIMEOUT: { description: "No answer, or no further token, in time." },
    RATE_LIMITED: { description: "The provider asked to slow down." },
    UNAVAILABLE: { description: "The provider could not be reached, or failed." },
    CUT: { description: "The answer stopped in its middle." },
    INVALID_ANSWER: {
      description: "The answer was empty, could not be read, or was not of the form that was asked for.",
    },
    CREDENTIALS: { description: "The provider refused the configured credentials." },
    REJECTED: { description: "The provider refused the request." },
    LOST: { description: "The process ended while it was under way: nobody saw its end, and its cost is estimated." },
    CACHED: { description: "Answered from the cache, without a request." },
  },
});

export const toOutcome = (outcome: AttemptOutcome): ProviderOutcome =>
  ProviderOutcome[outcome.toUpperCase() as keyof typeof ProviderOutcome];

const sharedWith = (subject: string) => visibleToSharers({ subject, owner: "created_by_id" });

/** The ledger: append-only, one row for each request to a provider. What generations and budgets say of money is its sum. */
@Stored({
  table: "provider_call",
  description: "One request to a provider, or an answer from the cache in its place: how it ended and what it cost.",
  visible: (row, actor) =>
    `(${sharedWith("generation_id")(row, actor)}) or (${sharedWith("transcript_id")(row, actor)})`,
  triggers: { provider_call_spends: providerCallSpends },
  alsoWrites: ["generation", "budget"],
})
@Index({ name: "provider_call_generation", properties: ["generationId", "id"] })
@Index({
  name: "provider_call_transcript",
  expression: "create index provider_call_transcript on provider_call (transcript_id) where transcript_id is not null",
})
@Index({ name: "provider_call_started", properties: ["workspaceId", "startedAt", "id"] })
@Index({ name: "provider_call_recent", properties: ["startedAt"] })
export class ProviderCall extends Row {
  /** That of its generation or its transcript. */
  @PrivateColumn({ sql: "text", defaultRaw: "'WORKSPACE'" })
  visibility!: Visibility;

  /** Null for what belongs to no generation, such as vectors of a document. */
  @PrivateColumn({ sql: "text", nullable: true })
  generationId!: string | null;

  /** Null for all but TRANSCRIPTION. */
  @PrivateColumn({ sql: "text", nullable: true })
  transcriptId!: string | null;

  @PrivateColumn({ sql: "text" })
  createdById!: string;

  @PrivateColumn({ sql: "text", nullable: true })
  apiKeyId!: string | null;

  @Column(() => String, { sql: "text", description: "What it was for, such as `quotes.generate`." })
  purpose!: string;

  @Column(() => String, { sql: "text", description: "Name of the provider." })
  provider!: string;

  @Column(() => String, { sql: "varchar(100)", description: "The model, as the provider names it." })
  model!: string;

  /** The `provider/model` that was asked: budgets of models go by it, since vendors answer under longer names. */
  @PrivateColumn({ sql: "text", defaultRaw: "''" })
  askedFor!: string;

  @EnumColumn("ProviderOperation", ProviderOperation, { description: "What was asked for." })
  operation!: ProviderOperation;

  @EnumColumn("ProviderOutcome", ProviderOutcome, { description: "How it ended." })
  outcome!: ProviderOutcome;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it began." })
  startedAt!: Date;

  @Column(() => Int, { sql: "integer", description: "Milliseconds to its end." })
  latency!: number;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Milliseconds to its first piece of text; null when none came.",
  })
  firstTokenMs!: number | null;

  @Column(() => Int, { sql: "integer", nullable: true, description: "Tokens sent; null when not known." })
  inputTokens!: number | null;

  @Column(() => Int, { sql: "integer", nullable: true, description: "Tokens received; null when not known." })
  outputTokens!: number | null;

  @Column(() => Boolean, {
    sql: "boolean",
    description: "True when the provider did not report the tokens and they were counted here: its answer was cut.",
  })
  isEstimated!: boolean;

  @Column(() => GraphQLSafeInt, {
    sql: "bigint",
    nullable: true,
    description: "Micro-dollars; null when the model's price, or the usage, is not known.",
  })
  costMicros!: number | null;

  /** Share of the provider's own rate limit that was left, 0 to 1. */
  @PrivateColumn({ sql: "double precision", nullable: true })
  headroom!: number | null;
}
