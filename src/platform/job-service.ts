import { AccessLevel } from "./access-level.js";
import type { Actor } from "./actor.js";
import type { Database } from "./database.js";
import { DomainError, notFound } from "./errors.js";
import { findOwned } from "./find-owned.js";
import { parseId } from "./ids.js";
import { cancelTopic, Job, JobStatus, jobTopic } from "./job.js";
import type { JobEvent } from "./job-event.js";
import { jobFeed } from "./job-feed.js";
import { appendToThread } from "./job-thread.js";
import { defineList } from "./lists/list.js";
import type { Lists } from "./lists/lists.js";
import type { Following, Live } from "./live.js";

export const jobList = defineList(Job, { plural: "jobs" });

const over: ReadonlySet<JobStatus> = new Set([JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED]);

export interface JobCount {
  status: JobStatus;
  count: number;
}

/** What people do with jobs: look, follow, cancel, start again. */
export class JobService {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
    private readonly live: Live,
  ) {}

  async counts(actor: Actor): Promise<JobCount[]> {
    const groups = await this.lists.aggregate(jobList, actor, { groupBy: ["STATUS"] });
    const counts = groups.map(({ group, count }) => ({ status: group?.status as JobStatus, count }));
    return counts.sort((a, b) => (a.status < b.status ? -1 : 1));
  }

  follow(actor: Actor, id: string, after: string | undefined): Promise<Following<JobEvent>> {
    const load = (who: Actor, jobId: string) => this.#get(who, jobId);
    return jobFeed({ database: this.database, live: this.live, load }, actor, parseId(id, "job", "jobId"), after);
  }

  /**
   * Ends a waiting job at once, and asks a running one, in whatever process it runs, to stop. It then ends as CANCELLED
   * with what it had made. An ended job is returned as it is.
   */
  async cancel(actor: Actor, id: string): Promise<Job> {
    return this.database.write(actor, async (change) => {
      const job = await findOwned(change, Job, id, AccessLevel.WRITE);
      if (over.has(job.status) || job.cancelRequestedAt !== null) return job;
      job.cancelRequestedAt = change.now;
      if (job.status !== JobStatus.RUNNING) {
        job.status = JobStatus.CANCELLED;
        job.finishedAt = change.now;
        await appendToThread(change, job, { kind: "ended", data: {} });
        change.record("job.cancelled", job, { kind: job.kind, resultId: null });
      } else change.audit("job.cancel_requested", job);
      change.wake(cancelTopic(job.id));
      return job;
    });
  }

  /** Starts a failed or cancelled job again, with all of its attempts before it. */
  async retry(actor: Actor, id: string): Promise<Job> {
    return this.database.write(actor, async (change) => {
      const job = await findOwned(change, Job, id, AccessLevel.WRITE);
      if (job.status !== JobStatus.FAILED && job.status !== JobStatus.CANCELLED) {
        throw new DomainError("CONFLICT", `Only a failed or cancelled job can be retried; this one is ${job.status}.`);
      }
      job.status = JobStatus.QUEUED;
      job.failures = 0;
      job.progress = 0;
      job.errorCode = null;
      job.errorMessage = null;
      job.resultId = null;
      job.finishedAt = null;
      job.cancelRequestedAt = null;
      job.dispatchedAt = null;
      job.runAt = change.now;
      change.dispatch(job);
      change.record("job.retried", job, { kind: job.kind });
      change.wake(jobTopic(job.id));
      return job;
    });
  }

  async #get(actor: Actor, id: string): Promise<Job> {
    const job = await this.lists.find(Job, actor, id);
    if (job === undefined) throw notFound("job", id);
    return job;
  }
}
