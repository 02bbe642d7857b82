import { type Actor, jobActor } from "./actor.js";
import type { Change } from "./change.js";
import type { Database } from "./database.js";
import { type Job, JobStatus, jobTopic } from "./job.js";
import { holdAttempt, Superseded, type ThreadEntry } from "./job-thread.js";
import { progressOf, type ThreadWriter, type Writer } from "./thread-writer.js";

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
export class Run implements Writer {
  readonly actor: Actor;
  readonly #stop = new AbortController();
  /** Half of a surrogate pair that a provider cut in two. */
  #carry = "";
  #outcome: RunOutcome = "lost";

  constructor(
    readonly job: Readonly<Job>,
    private readonly database: Database,
    private readonly thread: ThreadWriter,
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
    if (whole !== "") this.thread.write(this, { kind: "text", data: { text: whole.toWellFormed() } });
  }

  /** Tells how far the work is, 0 to 1: behind the text before it, and stored like that without holding up the work. */
  progress(share: number): void {
    this.thread.write(this, { kind: "progressed", data: { progress: Math.min(1, Math.max(0, share)) } });
  }

  /** Tells that one of several steps is done, behind the text before it: what follows is the text of the next one. */
  step(step: string): void {
    this.#endText();
    this.thread.write(this, { kind: "step", data: { step } });
  }

  /**
   * A part of the work that is over, in a commit of its own while the job goes on. Like `finish` it throws `Superseded` when
   * another worker has taken the job over, so `work` touches nothing but the change.
   */
  keep<T>(work: (change: Change) => Promise<T>): Promise<T> {
    const set = "heartbeat_at = clock_timestamp()";
    return this.#write([], async (change) => ({ result: await work(change), set, values: [] }));
  }

  /**
   * The work's last step and the job's end in one commit: both happen, and once, or neither. A cancelled job ends as
   * CANCELLED with what `work` kept. Throws `Superseded` when another worker has taken the job over meanwhile, and the
   * reason when a piece of its text could not be stored: what is stored as the whole must be what was streamed. So `work`
   * may run in vain, and touches nothing but the change.
   */
  async finish<T extends { id: string } | undefined>(work: (change: Change) => Promise<T>): Promise<T> {
    this.#endText();
    // What is not stored yet goes into the last commit, and does not wait for one of its own.
    const rest = await this.thread.take(this);
    try {
      const { aborted, reason } = this.signal;
      const mayEnd = reason instanceof RunStopped && reason.reason !== "timeout";
      if (aborted && !mayEnd) throw reason;
      const status = this.cancelled ? JobStatus.CANCELLED : JobStatus.SUCCEEDED;
      const progress = status === JobStatus.SUCCEEDED ? 1 : progressOf(rest);
      const result = await this.#write([...rest, { kind: "ended", data: {} }], async (change) => {
        const result = await work(change);
        const resultId = result?.id ?? null;
        change.announce(`job.${status.toLowerCase()}`, this.job, { kind: this.job.kind, resultId });
        const set = `status = $6, result_id = $7, finished_at = $3::timestamptz, progress = coalesce($8::float8, progress),
          error_code = null, error_message = null`;
        return { result, set, values: [status, resultId, progress] };
      });
      this.#outcome = status === JobStatus.CANCELLED ? "cancelled" : "succeeded";
      return result;
    } catch (error) {
      for (const entry of rest) this.thread.write(this, entry);
      throw error;
    }
  }

  /** Ends the job or gives it back to the queue after a failed attempt. */
  async fail(error: { code: string; message: string }, retryAt: Date | undefined): Promise<void> {
    await this.#flush();
    const failed = "failures = failures + 1, error_code = $6, error_message = $7";
    const values = [error.code, error.message];
    if (retryAt === undefined) {
      await this.#write([{ kind: "ended", data: {} }], async (change) => {
        change.announce("job.failed", this.job, { kind: this.job.kind, code: error.code });
        return { result: undefined, set: `status = 'FAILED', finished_at = $3::timestamptz, ${failed}`, values };
      });
    } else {
      const set = `status = 'QUEUED', run_at = $8::timestamptz, dispatched_at = $3::timestamptz, ${failed}`;
      const entry: ThreadEntry = { kind: "attempt_failed", data: { error, retryAt } };
      await this.#write([entry], async () => ({ result: undefined, set, values: [...values, retryAt.toISOString()] }));
    }
    this.#outcome = retryAt === undefined ? "failed" : "retried";
  }

  /** Gives the job back as if this attempt had not been. */
  async release(): Promise<void> {
    await this.#flush();
    const set = "status = 'QUEUED', dispatched_at = null";
    await this.#write([], async () => ({ result: undefined, set, values: [] }));
    this.#outcome = "released";
  }

  /** Writes for this attempt, and refuses when the job's row no longer names it. */
  async #write<T>(
    entries: readonly ThreadEntry[],
    work: (change: Change) => Promise<{ result: T; set: string; values: readonly unknown[] }>,
  ): Promise<T> {
    const { result, held } = await this.database.write(this.actor, async (change) => {
      const { result, set, values } = await work(change);
      change.wake(jobTopic(this.job.id));
      return { result, held: change.hold(holdAttempt(this.job, entries, change.now, { set, values })) };
    });
    if (held.row === undefined) throw new Superseded(this.job.id);
    return result;
  }

  #endText(): void {
    if (this.#carry !== "") this.thread.write(this, { kind: "text", data: { text: this.#carry.toWellFormed() } });
    this.#carry = "";
  }

  async #flush(): Promise<void> {
    this.#endText();
    await this.thread.flush(this);
  }
}
