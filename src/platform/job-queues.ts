import type { Job, Lane } from "./job.js";

/** Which job, and on whose behalf: ids alone, so that a worker can take it up without looking for it first. */
export type JobDelivery = Readonly<Pick<Job, "id" | "workspaceId" | "createdById" | "requestId">>;

/** What a queue needs to know of a job. */
export type JobTicket = JobDelivery & Readonly<Pick<Job, "lane" | "runAt">>;

/** Runs one delivery. Returns when to deliver the job again, or nothing when it is done with. Never throws. */
export type Deliver = (delivery: JobDelivery) => Promise<Date | undefined>;

/**
 * Carries the ids of jobs to workers, at least once, over any number of processes. What a job is and where it stands is
 * in its row alone: a queue that loses an id costs time until the sweep adds it again.
 */
export interface JobQueues {
  /** Adding an id that waits already changes nothing. What is added while an addition is under way goes together. */
  add(tickets: readonly JobTicket[]): Promise<void>;
  /** Starts to deliver the jobs of a lane, `concurrency` at a time. */
  work(lane: Lane, concurrency: number, deliver: Deliver): Promise<void>;
  /** Takes no more deliveries, and resolves when those under way are done. */
  stopWork(): Promise<void>;
  close(): Promise<void>;
}
