import {
  Arg,
  Authorized,
  Ctx,
  createUnionType,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from "type-graphql";
import { Generation } from "#src/ai/generation.js";
import { GenerationBatch } from "#src/ai/generation-batch.js";
import { Replay } from "#src/ai/replay.js";
import { Report } from "#src/analytics/report.js";
import { Upload } from "#src/files/upload.js";
import { DataExport } from "#src/identity/data-export.js";
import { AccessLevel } from "#src/platform/access-level.js";
import { AtMost } from "#src/platform/field-bounds.js";
import { prefixOf } from "#src/platform/ids.js";
import { Job, JobStatus } from "#src/platform/job.js";
import { JobError, JobEvent } from "#src/platform/job-event.js";
import type { JobService } from "#src/platform/job-service.js";
import type { Node } from "#src/platform/node.js";
import { Quote } from "#src/quotes/quote.js";
import { Transcript } from "#src/voice/voice-recording.js";
import type { Context } from "./context.js";
import { OrGrant } from "./guards/or-grant.js";

const JobResult = createUnionType({
  name: "JobResult",
  description: "What a job made.",
  types: () => [Quote, Generation, GenerationBatch, Replay, Transcript, DataExport, Upload, Report] as const,
});

@ObjectType({ description: "How many jobs are in one state." })
class JobCount {
  @Field(() => JobStatus, { description: "The state." })
  status!: JobStatus;

  @Field(() => Int, { description: "Jobs in it." })
  count!: number;
}

/** What a job's result is, by the prefix of its id. */
const results: Readonly<Record<string, new () => Node>> = {
  quote: Quote,
  generation: Generation,
  replay: Replay,
  transcript: Transcript,
  generation_batch: GenerationBatch,
  data_export: DataExport,
  upload: Upload,
  report: Report,
};

const idArg = { description: "The job." };

@Resolver(() => Job)
export class JobResolver {
  constructor(private readonly jobs: JobService) {}

  @Authorized("job:read")
  @AtMost(Object.keys(JobStatus).length)
  @Query(() => [JobCount], {
    description: "How many jobs of the workspace are in each state; states without any are left out.",
  })
  jobCounts(@Ctx() { actor }: Context) {
    return this.jobs.counts(actor);
  }

  @Authorized("job:control")
  @OrGrant("id", AccessLevel.WRITE)
  @Mutation(() => Job, {
    description:
      "Stops a job, in whatever process it runs. A waiting one ends at once; a running one ends shortly, and keeps what it has made.",
  })
  cancelJob(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.jobs.cancel(actor, id);
  }

  @Authorized("job:control")
  @OrGrant("id", AccessLevel.WRITE)
  @Mutation(() => Job, { description: "Starts a failed or cancelled job again; any other is a CONFLICT." })
  retryJob(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.jobs.retry(actor, id);
  }

  @Authorized("job:read")
  @Subscription(() => JobEvent, {
    description:
      "A job's thread from its beginning or from a cursor on, to its end. Nothing is lost or sent twice between two cursors.",
    subscribe: ({ args, context }: { args: { jobId: string; after?: string | null }; context: Context }) =>
      context.app.jobs.follow(context.actor, args.jobId, args.after ?? undefined),
  })
  jobEvents(
    @Root() event: typeof JobEvent,
    @Arg("jobId", () => ID, idArg) _jobId: string,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the last event that was seen." })
    _after?: string,
  ): typeof JobEvent {
    return event;
  }

  @FieldResolver(() => JobError, { nullable: true, description: "Why the job or its last attempt failed." })
  error(@Root() { errorCode, errorMessage }: Job): JobError | null {
    return errorCode === null || errorCode === undefined ? null : { code: errorCode, message: errorMessage ?? "" };
  }

  @FieldResolver(() => JobResult, {
    nullable: true,
    description: "What it made; null until it has ended, or when that was deleted.",
  })
  result(@Root() { resultId }: Job, @Ctx() context: Context) {
    if (!resultId) return null;
    return context.load(results[prefixOf(resultId)] ?? Generation, resultId);
  }
}
