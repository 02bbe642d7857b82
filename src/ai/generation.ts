import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Float, Int, registerEnumType } from "type-graphql";
import { Column, EnumColumn, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Job } from "#src/platform/job.js";
import { OwnedRow, visibleToSharers } from "#src/platform/owned-row.js";
import type { GenerationRequest } from "./generation-request.js";

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

/** It exists from the moment it is asked for, so that money can be set aside for it, and stays whatever becomes of it. */
@Stored({
  table: "generation",
  description: "One text that a provider was asked for: what came of it, what it cost and how long it took.",
  visible: visibleToSharers(),
})
@Index({ name: "generation_workspace", properties: ["workspaceId", "id"] })
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

  /** Micro-dollars that are set aside while it is open: the most that it may cost; null when its price is not known. */
  @PrivateColumn({ sql: "bigint", nullable: true })
  reservedMicros!: number | null;

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
    description: "How well the text is made, 0 to 1, by rules that need no model; null when incomplete.",
    filter: true,
  })
  qualityScore!: number | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", nullable: true, description: "When it ended." })
  finishedAt!: Date | null;
}
