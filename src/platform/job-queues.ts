import type { JobTicket } from "./change.js";
import type { Lane } from "./job.js";

/** Runs one delivery. Returns when to deliver the job again, or nothing when it is done with. Never throws. */
export type Deliver = (jobId: string) => Promise<Date | undefined>;

/**
 * Carries the ids of jobs to workers, at least once, over any number of processes. What a job is and where it stands is
 * in its row alone: a queue that loses an id costs time until the sweep adds it again.
 */
export interface JobQueues {
  /** Adding an id that waits already changes nothing. */
  add(tickets: readonly JobTicket[]): Promise<void>;
  /** Starts to deliver the jobs of a lane, `concurrency` at a time. */
  work(lane: Lane, concurrency: number, deliver: Deliver): Promise<void>;
  /** Takes no more deliveries, and resolves when those under way are done. */
  stopWork(): Promise<void>;
  close(): Promise<void>;
}
