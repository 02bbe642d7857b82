import { sql } from "kysely";
import { type Actor, jobActor } from "./actor.js";
import type { Change } from "./change.js";
import type { Database } from "./database.js";
import { type Job, JobStatus, jobTopic } from "./job.js";
import { appendToThread, Superseded, type TextWriter } from "./job-thread.js";

export type StopReason = "cancelled" | "timeout" | "shutdown";
/** How an attempt ended; `lost` when another worker took the job over, or its end could not be stored. */
export type RunOutcome = "succeeded" | "cancelled" | "failed" | "retried" | "released" | "lost";

/** Why `run.signal` was aborted. Work that meets it may keep what it has with `run.finish`, or let it pass. */
export class RunStopped extends Error {
  constructor(readonly reason: StopReason) {
    super(`The run was stopped: ${reason}.`);
    this.name = "RunStopped";
  }
}

/** One attempt at a job, as the work sees it. */
export class Run {
  readonly actor: Actor;
  readonly #stop = new AbortController();
  /** Half of a surrogate pair that a provider cut in two. */
  #carry = "";
  #outcome: RunOutcome = "lost";

  constructor(
    readonly job: Readonly<Job>,
    private readonly database: Database,
    private readonly texts: TextWriter,
  ) {
    this.actor = jobActor(job);
  }

  /** Aborted when the job is cancelled, takes too long, must give way to a shutdown, or was taken over. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get cancelled(): boolean {
    return this.signal.reason instanceof RunStopped && this.signal.reason.reason === "cancelled";
  }

  /** True once the job's row says how it ended. */
  get ended(): boolean {
    return this.#outcome !== "lost";
  }

  get outcome(): RunOutcome {
    return this.#outcome;
  }

  stop(reason: Error): void {
    this.#stop.abort(reason);
  }

  /** Streams a piece of text to whoever follows the job; stored within milliseconds. NUL characters are dropped. */
  text(piece: string): void {
    const text = this.#carry + piece.replaceAll("\0", "");
    const last = text.charCodeAt(text.length - 1);
    const whole = last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
    this.#carry = text.slice(whole.length);
    if (whole !== "")
      this.texts.write(this.job.id, this.job.attempts, whole.toWellFormed(), (reason) => this.stop(reason));
  }

  /** Tells how far the work is, 0 to 1. */
  async progress(share: number): Promise<void> {
    const progress = Math.min(1, Math.max(0, share));
    await this.texts.flush(this.job.id, this.job.attempts);
    await this.database.write(this.actor, async (change) => {
      await this.#hold(change);
      await change.sql(sql`update job set progress = ${progress} where id = ${this.job.id}`);
      await appendToThread(change, this.job, "progressed", { progress });
    });
  }

  /**
   * The work's last step and the job's end in one commit: both happen, and once, or neither. A cancelled job ends as
   * CANCELLED with what `work` kept. Throws `Superseded` when another worker has taken the job over meanwhile, and the
   * reason when a piece of its text could not be stored: what is stored as the whole must be what was streamed.
   */
  async finish<T extends { id: string } | undefined>(work: (change: Change) => Promise<T>): Promise<T> {
    await this.#flushText();
    const { aborted, reason } = this.signal;
    const mayEnd = reason instanceof RunStopped && reason.reason !== "timeout";
    if (aborted && !mayEnd) throw reason;
    const status = this.cancelled ? JobStatus.CANCELLED : JobStatus.SUCCEEDED;
    const result = await this.database.write(this.actor, async (change) => {
      await this.#hold(change);
      const result = await work(change);
      const progress = status === JobStatus.SUCCEEDED ? sql`1` : sql`progress`;
      await change.sql(sql`update job set status = ${status}, result_id = ${result?.id ?? null}, finished_at = ${change.now},
        progress = ${progress}, error_code = null, error_message = null where id = ${this.job.id}`);
      await appendToThread(change, this.job, "ended", {});
      change.announce(`job.${status.toLowerCase()}`, this.job, { kind: this.job.kind, resultId: result?.id ?? null });
      return result;
    });
    this.#outcome = status === JobStatus.CANCELLED ? "cancelled" : "succeeded";
    return result;
  }

  /** Ends the job or gives it back to the queue after a failed attempt. */
  async fail(error: { code: string; message: string }, retryAt: Date | undefined): Promise<void> {
    await this.#flushText();
    await this.database.write(this.actor, async (change) => {
      await this.#hold(change);
      if (retryAt === undefined) {
        await change.sql(sql`update job set status = 'FAILED', failures = failures + 1, error_code = ${error.code},
          error_message = ${error.message}, finished_at = ${change.now} where id = ${this.job.id}`);
        await appendToThread(change, this.job, "ended", {});
        change.announce("job.failed", this.job, { kind: this.job.kind, code: error.code });
      } else {
        await change.sql(sql`update job set status = 'QUEUED', failures = failures + 1, error_code = ${error.code},
          error_message = ${error.message}, run_at = ${retryAt}, dispatched_at = ${change.now} where id = ${this.job.id}`);
        await appendToThread(change, this.job, "attempt_failed", { error, retryAt });
      }
    });
    this.#outcome = retryAt === undefined ? "failed" : "retried";
  }

  /** Gives the job back as if this attempt had not been. */
  async release(): Promise<void> {
    await this.#flushText();
    await this.database.write(this.actor, async (change) => {
      await this.#hold(change);
      await change.sql(sql`update job set status = 'QUEUED', dispatched_at = null where id = ${this.job.id}`);
      change.wake(jobTopic(this.job.id));
    });
    this.#outcome = "released";
  }

  /** Locks the job's row, and refuses when it no longer names this attempt. */
  async #hold(change: Change): Promise<void> {
    const held = await change.sql(sql`select 1 from job
      where id = ${this.job.id} and attempts = ${this.job.attempts} and status = 'RUNNING' for update`);
    if (held.length === 0) throw new Superseded(this.job.id);
  }

  async #flushText(): Promise<void> {
    if (this.#carry !== "") {
      this.texts.write(this.job.id, this.job.attempts, this.#carry.toWellFormed(), (reason) => this.stop(reason));
      this.#carry = "";
    }
    await this.texts.flush(this.job.id, this.job.attempts);
  }
}
