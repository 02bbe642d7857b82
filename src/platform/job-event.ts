import { Entity, PrimaryKey } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { createUnionType, Field, Float, Int, ObjectType } from "type-graphql";
import { PrivateColumn } from "./column.js";
import { Job } from "./job.js";

export type JobEventKind = "started" | "progressed" | "text" | "step" | "attempt_failed" | "ended";

/**
 * One entry of a job's thread. `seq` counts 1, 2, 3 … without a gap and in commit order, because every writer holds the
 * job's row while it appends: so `seq` alone is a cursor that can neither skip nor repeat.
 */
@Entity({ tableName: "job_event" })
export class JobEventRow {
  @PrimaryKey({ type: "text" })
  jobId!: string;

  @PrimaryKey({ type: "integer", autoincrement: false })
  seq!: number;

  @PrivateColumn({ sql: "text" })
  workspaceId!: string;

  @PrivateColumn({ sql: "integer" })
  attempt!: number;

  @PrivateColumn({ sql: "text" })
  kind!: JobEventKind;

  @PrivateColumn({ sql: "jsonb" })
  data!: Record<string, unknown>;

  @PrivateColumn({ sql: "timestamptz" })
  createdAt!: Date;
}

@ObjectType({ description: "What ended a job or an attempt." })
export class JobError {
  @Field(() => String, { description: "One of the codes that errors of the API carry." })
  code!: string;

  @Field(() => String, { description: "What went wrong, for a person." })
  message!: string;
}

@ObjectType()
abstract class ThreadEntry {
  @Field(() => String, { description: "Give it as `after` to go on behind this event." })
  cursor!: string;

  @Field(() => GraphQLDateTimeISO, { description: "When it was stored." })
  at!: Date;
}

@ObjectType({ description: "A worker began an attempt. Text of earlier attempts is void: join anew from here." })
export class JobStarted extends ThreadEntry {
  @Field(() => Int, { description: "Number of the attempt, from 1." })
  attempt!: number;
}

@ObjectType({ description: "The job got further." })
export class JobProgressed extends ThreadEntry {
  @Field(() => Float, { description: "Share of the work that is done, 0 to 1." })
  progress!: number;
}

@ObjectType({
  description:
    "The next piece of text. All pieces since the last `JobStarted` or `StepFinished`, joined, are the text so far.",
})
export class TextChunk extends ThreadEntry {
  @Field(() => Int, { description: "Number of the attempt that wrote it." })
  attempt!: number;

  @Field(() => String, { description: "The piece, spaces and line breaks included." })
  text!: string;
}

@ObjectType({
  description:
    "A job of several steps has done one of them. Text of later steps stands for itself: join anew from here.",
})
export class StepFinished extends ThreadEntry {
  @Field(() => String, { description: "Name of the step, such as `transcription`." })
  step!: string;
}

@ObjectType({ description: "An attempt failed and another one will follow." })
export class AttemptFailed extends ThreadEntry {
  @Field(() => Int, { description: "Number of the attempt." })
  attempt!: number;

  @Field(() => JobError, { description: "Why." })
  error!: JobError;

  @Field(() => GraphQLDateTimeISO, { description: "When the next attempt may begin." })
  retryAt!: Date;
}

@ObjectType({ description: "The job has ended; nothing follows unless it is retried." })
export class JobEnded extends ThreadEntry {
  @Field(() => Job, { description: "The job as it ended." })
  job!: Job;
}

export const JobEvent = createUnionType({
  name: "JobEvent",
  description: "One event of a job's thread.",
  types: () => [JobStarted, JobProgressed, TextChunk, StepFinished, AttemptFailed, JobEnded] as const,
});
export type JobEvent = typeof JobEvent;
