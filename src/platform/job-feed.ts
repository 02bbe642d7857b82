import { sql } from "kysely";
import { type Actor, jobActor } from "./actor.js";
import type { Database } from "./database.js";
import { badInput } from "./errors.js";
import { type Job, JobStatus, jobTopic } from "./job.js";
import {
  AttemptFailed,
  JobEnded,
  JobError,
  type JobEvent,
  type JobEventKind,
  JobProgressed,
  JobStarted,
  StepFinished,
  TextChunk,
} from "./job-event.js";
import type { Following, Live } from "./live.js";
import type { LogPage } from "./stored-log.js";

interface ThreadRow {
  seq: number;
  attempt: number;
  kind: JobEventKind;
  data: { text?: string; step?: string; progress?: number; error?: JobError; retryAt?: string };
  at: string;
  /** Of the job, as it was when the row was read. */
  status: JobStatus;
}

const pageSize = 500;
const over: ReadonlySet<JobStatus> = new Set([JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED]);

const encode = (jobId: string, seq: number) => Buffer.from(`${jobId}:${seq}`).toString("base64url");

const decode = (cursor: string, jobId: string): number => {
  const [id, seq] = Buffer.from(cursor, "base64url").toString().split(":");
  if (id !== jobId || !/^\d{1,9}$/.test(seq ?? "")) {
    throw badInput(`${JSON.stringify(cursor.slice(0, 80))} is not a cursor of this job's events.`, "after");
  }
  return Number(seq);
};

/**
 * The thread of one job: what is stored behind `after`, then what comes, until the job has ended. Any process can go on
 * where another one stopped. `load` reads the job as somebody may see it; whoever loses sight of it is told by a
 * `ResourceWatch`.
 */
export const jobFeed = async (
  { database, live, load }: { database: Database; live: Live; load: (actor: Actor, id: string) => Promise<Job> },
  actor: Actor,
  jobId: string,
  after: string | undefined,
): Promise<Following<JobEvent>> => {
  const begin = after === undefined ? 0 : decode(after, jobId);
  // What follows is read once for all who follow it, as whoever made the job would see it: the one who can't lose it.
  const owner = jobActor(await load(actor, jobId));

  const read = async (place: bigint): Promise<LogPage<JobEvent>> => {
    const rows =
      await database.rows(sql<ThreadRow>`select e.seq, e.attempt, e.kind, e.data, e.created_at as at, j.status
      from job_event e join job j on j.id = e.job_id
      where e.job_id = ${jobId} and e.seq > ${Number(place)} order by e.seq limit ${pageSize}`);
    const entries = await Promise.all(rows.map(async (row) => ({ place: BigInt(row.seq), value: await present(row) })));
    if (rows.length === pageSize) return { entries, rest: "more" };
    const newest = rows.at(-1);
    // Nothing is behind the last event of an ended job, unless somebody had just retried it.
    if (newest !== undefined)
      return { entries, rest: newest.kind === "ended" && over.has(newest.status) ? "end" : "wait" };
    const job = await load(owner, jobId);
    if (!over.has(job.status)) return { entries, rest: "wait" };
    const last = await database.row(
      sql<{ seq: number }>`select max(seq) as seq from job_event where job_id = ${jobId}`,
    );
    return { entries, rest: (last?.seq ?? 0) <= Number(place) ? "end" : "more" };
  };

  const present = async ({ seq, attempt, kind, data, at }: ThreadRow): Promise<JobEvent> => {
    const entry = { cursor: encode(jobId, seq), at: new Date(at) };
    switch (kind) {
      case "started":
        return Object.assign(new JobStarted(), entry, { attempt });
      case "progressed":
        return Object.assign(new JobProgressed(), entry, { progress: data.progress });
      case "text":
        return Object.assign(new TextChunk(), entry, { attempt, text: data.text });
      case "step":
        return Object.assign(new StepFinished(), entry, { step: data.step });
      case "attempt_failed":
        return Object.assign(new AttemptFailed(), entry, {
          attempt,
          error: Object.assign(new JobError(), data.error),
          retryAt: new Date(data.retryAt ?? at),
        });
      case "ended":
        return Object.assign(new JobEnded(), entry, { job: await load(owner, jobId) });
    }
  };

  return live.follow(
    { topic: jobTopic(jobId), resourceId: jobId, read, cursorOf: (place) => encode(jobId, Number(place)) },
    BigInt(begin),
  );
};
