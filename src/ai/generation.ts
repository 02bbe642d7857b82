import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Float, Int, registerEnumType } from "type-graphql";
import { Column, EnumColumn, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Job } from "#src/platform/job.js";
import { OwnedRow, visibleToSharers } from "#src/platform/owned-row.js";
import { CacheMode } from "./cache-mode.js";
import type { GenerationRequest } from "./generation-request.js";
import { generationHolds, generationVisibility, jobGenerations } from "./generation-triggers.js";
import { hideReplays } from "./hide-replays.js";
import { PromptVersion } from "./prompt.js";
import type { Upstream } from "./provider.js";
import type { Routing } from "./routing.js";
import type { Rating } from "./score-quality.js";

/** A request to a provider whose end nobody has seen yet. */
export interface PendingRequest extends Upstream {
  /** Of its job. */
  readonly attempt: number;
  /** ISO 8601 time. */
  readonly at: string;
}

export enum GenerationStatus {
  OPEN = "OPEN",
  SUCCEEDED = "SUCCEEDED",
  FAILED = "FAILED",
  CANCELLED = "CANCELLED",
}

registerEnumType(GenerationStatus, {
  name: "GenerationStatus",
  description: "Where a generation stands.",
  valuesConfig: {
    OPEN: { description: "Asked for, and what it may cost is set aside; its job says how far it is." },
    SUCCEEDED: { description: "Ended with its whole text." },
    FAILED: { description: "Ended without a text; `errorCode` says why, and `attempts` what was tried." },
    CANCELLED: { description: "Ended because it was cancelled; `text` is what came until then." },
  },
});

export enum CacheHitKind {
  EXACT = "EXACT",
  SIMILAR = "SIMILAR",
}

registerEnumType(CacheHitKind, {
  name: "CacheHitKind",
  description: "How an answer of the cache was found.",
  valuesConfig: {
    EXACT: { description: "The same was asked before, to the letter." },
    SIMILAR: { description: "The same was asked before in a slightly different wording." },
  },
});

/** It exists from the moment it is asked for, so that money can be set aside for it, and stays whatever becomes of it. */
@Stored({
  table: "generation",
  description: "One text that a provider was asked for: what came of it, what it cost and how long it took.",
  visible: visibleToSharers(),
  triggers: {
    generation_holds: generationHolds,
    generation_visibility: generationVisibility,
    generation_hides_replays: hideReplays,
    job_generations: { on: "job", sql: jobGenerations },
  },
  alsoWrites: ["provider_call", "budget", "replay_pair"],
})
@Index({
  name: "generation_replay",
  expression: "create index generation_replay on generation (replay_id) where replay_id is not null",
})
@Index({
  name: "generation_replay_of",
  expression: "create index generation_replay_of on generation (replay_of_id) where replay_of_id is not null",
})
@Index({ name: "generation_workspace", properties: ["workspaceId", "id"] })
@Index({ name: "generation_batch_id", properties: ["batchId", "id"] })
@Index({ name: "generation_created", properties: ["workspaceId", "createdAt", "id"] })
export class Generation extends OwnedRow {
  @Reference(() => Job, { field: "job", description: "The job that asks for it.", index: true })
  jobId!: string;

  @PrivateColumn({ sql: "text" })
  createdById!: string;

  /** The API key it was asked for with. */
  @PrivateColumn({ sql: "text", nullable: true })
  apiKeyId!: string | null;

  @Column(() => String, {
    sql: "text",
    description: "What it is for, such as `quotes.generate`.",
    filter: true,
    group: true,
  })
  purpose!: string;

  @EnumColumn("GenerationStatus", GenerationStatus, { description: "Where it stands.", filter: true, group: true })
  status!: GenerationStatus;

  @Column(() => String, { sql: "text", nullable: true, description: "Why it failed, as an error code; else null." })
  errorCode!: string | null;

  /** All that decides what is asked of a provider. */
  @PrivateColumn({ sql: "jsonb" })
  request!: GenerationRequest;

  @Reference(() => PromptVersion, {
    field: "promptVersion",
    description: "The version of a prompt that it was asked with; null for a text without one.",
    nullable: true,
    index: true,
  })
  promptVersionId!: string | null;

  /** What was said for the variables of the prompt. */
  @PrivateColumn({ sql: "jsonb", nullable: true })
  variables!: Readonly<Record<string, unknown>> | null;

  /** The batch that it was asked for in: `GenerationBatch` names its generations, so this one cannot name that class. */
  @PrivateColumn({ sql: "text", nullable: true })
  batchId!: string | null;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Its place among the items of its batch, from 0; null when it was asked for alone.",
    filter: true,
  })
  batchPosition!: number | null;

  @EnumColumn("CacheMode", CacheMode, {
    description: "What it has to do with answers that were given before.",
    defaultRaw: "'BYPASS'",
    filter: true,
    group: true,
  })
  cacheMode!: CacheMode;

  @EnumColumn("CacheHitKind", CacheHitKind, {
    description: "How its text was found in the cache, which costs nothing; null when a provider wrote it.",
    nullable: true,
    filter: true,
    group: true,
  })
  cacheHit!: CacheHitKind | null;

  @Reference(() => Generation, {
    field: "cachedFrom",
    description: "The generation that was first given this text; null when a provider wrote it here.",
    nullable: true,
    index: true,
  })
  cachedFromId!: string | null;

  /** The last word of how a model was chosen; null until one was. */
  @PrivateColumn({ sql: "jsonb", nullable: true })
  routing!: Routing | null;

  /** The most that one request can cost, in micro-dollars, by each `provider/model` that may answer; null where that is not known. */
  @PrivateColumn({ sql: "jsonb", defaultRaw: "'{}'" })
  ceilings!: Readonly<Record<string, number | null>>;

  /** Micro-dollars that it may cost in all while it is open, those that are spent included; null when a price is not known. */
  @PrivateColumn({ sql: "bigint", nullable: true })
  reservedMicros!: number | null;

  /** When they were set aside, if not at its beginning. */
  @PrivateColumn({ sql: "timestamptz", nullable: true })
  heldAt!: Date | null;

  /** What is upstream now, when it costs money; null as soon as the ledger has it. */
  @PrivateColumn({ sql: "jsonb", nullable: true })
  pending!: PendingRequest | null;

  @Column(() => String, {
    sql: "text",
    nullable: true,
    description: "Name of the provider that answered, such as `openai` or `offline`; null until one has.",
    filter: true,
    group: true,
  })
  provider!: string | null;

  @Column(() => String, {
    sql: "varchar(100)",
    nullable: true,
    description: "The model that answered, as the provider names it; null until one has.",
    filter: true,
    group: true,
  })
  model!: string | null;

  @Column(() => String, { sql: "text", description: "The text, as it was streamed; empty until it ended." })
  text!: string;

  @Column(() => Boolean, {
    sql: "boolean",
    description: "True when `text` is the whole answer; false until then, and for what was cancelled on its way.",
    filter: true,
  })
  isComplete!: boolean;

  @Column(() => Boolean, {
    sql: "boolean",
    defaultRaw: "false",
    description: "True when all models that were meant to answer had failed, and something less stood in for them.",
    filter: true,
    group: true,
  })
  isDegraded!: boolean;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Tokens sent for the answer; null when the provider did not say.",
  })
  inputTokens!: number | null;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Tokens received for the answer; null when the provider did not say.",
  })
  outputTokens!: number | null;

  @Column(() => GraphQLSafeInt, {
    sql: "bigint",
    nullable: true,
    description:
      "What all of its attempts have cost, in micro-dollars (a millionth of a US dollar); null when a price or a usage is not known.",
    filter: true,
  })
  costMicros!: number | null;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Milliseconds from the request to the first piece of text.",
  })
  firstTokenMs!: number | null;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "Milliseconds from the request to the end; null until then.",
  })
  durationMs!: number | null;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description: "How well the text is made, 0 to 1; `quality` says what of. Null when incomplete.",
    filter: true,
  })
  qualityScore!: number | null;

  /** What `qualityScore` is made of. */
  @PrivateColumn({ sql: "jsonb", nullable: true })
  quality!: Rating | null;

  /** The generation that this one replays; kept when that is gone, for it is a part of the lineage. */
  @PrivateColumn({ sql: "text", nullable: true })
  replayOfId!: string | null;

  /** The replay that it is a part of. */
  @PrivateColumn({ sql: "text", nullable: true })
  replayId!: string | null;

  /** Of all that the text came of, as it was when it ended: `lineage-hash.ts`. */
  @PrivateColumn({ sql: "text", nullable: true })
  lineageHash!: string | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", nullable: true, description: "When it ended." })
  finishedAt!: Date | null;
}
