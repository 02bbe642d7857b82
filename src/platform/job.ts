import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Float, Int, registerEnumType } from "type-graphql";
import { Column, EnumColumn, PrivateColumn, Stored } from "./column.js";
import { OwnedRow, visibleToSharers } from "./owned-row.js";

export enum JobStatus {
  QUEUED = "QUEUED",
  RUNNING = "RUNNING",
  WAITING = "WAITING",
  SUCCEEDED = "SUCCEEDED",
  FAILED = "FAILED",
  CANCELLED = "CANCELLED",
}

registerEnumType(JobStatus, {
  name: "JobStatus",
  description: "Where a job stands.",
  valuesConfig: {
    QUEUED: { description: "Stored and about to run, or waiting for its next attempt." },
    RUNNING: { description: "A worker is at it." },
    WAITING: { description: "Stopped until something outside answers, such as a person's approval." },
    SUCCEEDED: { description: "Ended with its result." },
    FAILED: { description: "Ended with an error; `retryJob` starts it again." },
    CANCELLED: { description: "Ended because it was cancelled; what was made until then is kept as its result." },
  },
});

/** A kind of waiting, and so a queue: slow work in one lane never holds up another. */
export const lanes = ["interactive", "media", "batch", "system"] as const;
export type Lane = (typeof lanes)[number];

/**
 * The row is the outbox and the truth: it is written in the transaction that asks for the work, and a queue only
 * carries its id. `attempts` fences: only the attempt that the row names may write anything.
 */
@Stored({ table: "job", description: "A durable piece of background work.", visible: visibleToSharers() })
@Index({ name: "job_workspace_created", properties: ["workspaceId", "createdAt", "id"] })
@Index({
  name: "job_open",
  // Not by status: then a statement that fences by it would go through all open jobs instead of asking for the one it names.
  expression: "create index job_open on job (dispatched_at nulls first) where finished_at is null",
})
export class Job extends OwnedRow {
  @Column(() => String, {
    sql: "text",
    description: "What it does, such as `quotes.generate`.",
    filter: true,
    group: true,
  })
  kind!: string;

  @PrivateColumn({ sql: "text" })
  lane!: Lane;

  @PrivateColumn({ sql: "jsonb" })
  payload!: unknown;

  @EnumColumn("JobStatus", JobStatus, { description: "Where it stands.", filter: true, group: true })
  status!: JobStatus;

  @Column(() => Float, {
    sql: "double precision",
    defaultRaw: "0",
    description: "Share of the work that is done, 0 to 1.",
  })
  progress!: number;

  @Column(() => Int, { sql: "integer", defaultRaw: "0", description: "How often a worker has begun it." })
  attempts!: number;

  @PrivateColumn({ sql: "integer", defaultRaw: "0" })
  failures!: number;

  @PrivateColumn({ sql: "text", nullable: true })
  errorCode!: string | null;

  @PrivateColumn({ sql: "text", nullable: true })
  errorMessage!: string | null;

  @PrivateColumn({ sql: "text", nullable: true })
  resultId!: string | null;

  @PrivateColumn({ sql: "text" })
  createdById!: string;

  @PrivateColumn({ sql: "text" })
  requestId!: string;

  /** W3C `traceparent` of whoever asked for it: its attempts go on in the same trace. */
  @PrivateColumn({ sql: "text", nullable: true })
  traceparent!: string | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", nullable: true, description: "When the last attempt began." })
  startedAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When it succeeded, failed for good or was cancelled.",
    filter: true,
  })
  finishedAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When somebody asked to cancel it.",
  })
  cancelRequestedAt!: Date | null;

  /** Not before this time: now, or the end of a retry's pause. */
  @PrivateColumn({ sql: "timestamptz" })
  runAt!: Date;

  /** When its id was last handed to the queue; null until then. */
  @PrivateColumn({ sql: "timestamptz", nullable: true })
  dispatchedAt!: Date | null;

  /** The running worker's sign of life. */
  @PrivateColumn({ sql: "timestamptz", nullable: true })
  heartbeatAt!: Date | null;
}

export const jobTopic = (jobId: string) => `job:${jobId}`;
/** Apart from the job's own topic, which wakes its readers with every piece of text. */
export const cancelTopic = (jobId: string) => `cancel:${jobId}`;
