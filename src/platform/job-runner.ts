import { sql } from "kysely";
import { jobActor } from "./actor.js";
import type { Bus } from "./bus.js";
import type { Clock } from "./clock.js";
import type { Database } from "./database.js";
import { backoff, type JobDefinition } from "./define-job.js";
import { DomainError } from "./errors.js";
import { cancelTopic, Job, JobStatus, lanes } from "./job.js";
import type { JobHandler } from "./job-handler.js";
import type { JobQueues } from "./job-queues.js";
import { appendToThread, Superseded, TextWriter } from "./job-thread.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";
import { observeRun } from "./observe-run.js";
import { Run, RunStopped } from "./run.js";
import type { Tracing } from "./tracing.js";

/** Pause between two signs of life, and how long a job without one belongs to its worker, in milliseconds. */
const heartbeatMs = 2_000;
const leaseMs = 10_000;
/** A job that has lost this many workers beyond its own attempts is not given another one to kill. */
const maxLostWorkers = 20;

interface Dependencies {
  database: Database;
  queues: JobQueues;
  bus: Bus;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  tracing: Tracing;
  concurrency: number;
  shutdownMs: number;
}

/** Takes jobs from the queues and runs their handlers. The row decides who runs what; the queue only brings ids. */
export class JobRunner {
  readonly #handlers: ReadonlyMap<string, JobHandler>;
  readonly #runs = new Set<Run>();
  readonly #texts: TextWriter;
  #heartbeat: NodeJS.Timeout | undefined;

  /** Throws when a kind has two handlers, or one of `expected` has none. */
  constructor(
    handlers: readonly JobHandler[],
    expected: readonly JobDefinition<never>[],
    private readonly deps: Dependencies,
  ) {
    const byKind = new Map(handlers.map((handler) => [handler.definition.kind, handler]));
    if (byKind.size !== handlers.length) throw new Error("Two handlers serve the same kind of job.");
    for (const { kind } of expected)
      if (!byKind.has(kind)) throw new Error(`No handler serves jobs of the kind ${kind}.`);
    this.#handlers = byKind;
    this.#texts = new TextWriter(deps.database, deps.bus);
  }

  async start(): Promise<void> {
    this.#heartbeat = setInterval(() => void this.#showLife(), heartbeatMs);
    await Promise.all(
      lanes.map((lane) => this.deps.queues.work(lane, this.deps.concurrency, (id) => this.#deliver(id))),
    );
  }

  /** Lets running jobs finish for a while, then gives the rest back to the queue. */
  async stop(): Promise<void> {
    const giveBack = setTimeout(() => {
      for (const run of this.#runs) run.stop(new RunStopped("shutdown"));
    }, this.deps.shutdownMs);
    await this.deps.queues.stopWork();
    clearTimeout(giveBack);
    clearInterval(this.#heartbeat);
  }

  async #deliver(jobId: string): Promise<Date | undefined> {
    try {
      const claimed = await this.#claim(jobId);
      return claimed instanceof Job ? await this.#run(claimed) : claimed;
    } catch (error) {
      if (error instanceof Superseded) return undefined;
      // The database is away: the row says whose turn it is when it is back.
      this.deps.logger.error(
        { err: error, jobId },
        "a job could not be taken up or ended, and will be delivered again",
      );
      return new Date(Date.now() + heartbeatMs);
    }
  }

  /** The job, if this delivery may run it; else when to look again, or nothing when there is nothing to do. */
  async #claim(jobId: string): Promise<Job | Date | undefined> {
    const { database, clock } = this.deps;
    const found = await database.row(sql<Job>`select workspace_id as "workspaceId", created_by_id as "createdById",
      request_id as "requestId" from job where id = ${jobId}`);
    if (found === undefined) return undefined;
    return database.write(jobActor(found), async (change) => {
      const now = clock.now();
      const [job] = await change.sql(sql<Job>`
        update job set status = 'RUNNING', attempts = attempts + 1, progress = 0, started_at = ${now},
          heartbeat_at = clock_timestamp()
        where id = ${jobId} and (status = 'QUEUED'
          or (status = 'RUNNING' and heartbeat_at < clock_timestamp() - make_interval(secs => ${leaseMs / 1000})))
        returning id, workspace_id as "workspaceId", created_by_id as "createdById", request_id as "requestId", visibility, traceparent, kind,
          lane, run_at as "runAt", payload, attempts, failures, cancel_requested_at as "cancelRequestedAt"`);
      if (job === undefined) {
        const [row] = await change.sql(sql<{ status: JobStatus }>`select status from job where id = ${jobId}`);
        return row?.status === JobStatus.RUNNING ? new Date(Date.now() + leaseMs / 2) : undefined;
      }
      await appendToThread(change, job, "started", {});
      change.record("job.started", job, { kind: job.kind, attempt: job.attempts });
      return Object.assign(new Job(), job);
    });
  }

  #run(job: Job): Promise<Date | undefined> {
    const run = new Run(job, this.deps.database, this.#texts);
    return observeRun(run, this.deps, () => this.#attempt(job, run));
  }

  async #attempt(job: Job, run: Run): Promise<Date | undefined> {
    const { logger, bus } = this.deps;
    const handler = this.#handlers.get(job.kind);
    const log = logger.child({ jobId: job.id, kind: job.kind, attempt: job.attempts });
    const timeout = setTimeout(() => run.stop(new RunStopped("timeout")), handler?.definition.timeoutMs ?? 0);
    const unsubscribe = bus.subscribe(cancelTopic(job.id), () => void this.#checkCancelled(run));
    this.#runs.add(run);
    try {
      if (job.cancelRequestedAt !== null) run.stop(new RunStopped("cancelled"));
      await this.#work(handler, job, run);
      if (!run.ended) await run.finish(async () => undefined);
      return undefined;
    } catch (error) {
      if (run.ended || error instanceof Superseded) return undefined;
      return await this.#afterFailure(run, handler, error, log);
    } finally {
      clearTimeout(timeout);
      unsubscribe();
      this.#runs.delete(run);
    }
  }

  async #work(handler: JobHandler | undefined, job: Job, run: Run): Promise<void> {
    if (handler === undefined) throw new DomainError("INTERNAL", `No worker here knows jobs of the kind ${job.kind}.`);
    if (job.attempts > handler.definition.attempts + maxLostWorkers) {
      throw new DomainError(
        "INTERNAL",
        `The job has lost its worker ${job.attempts - 1} times and is not started again.`,
      );
    }
    const payload = handler.definition.payload.safeParse(job.payload);
    if (!payload.success) throw new DomainError("INTERNAL", `The stored payload does not fit ${job.kind} any more.`);
    await handler.run(payload.data, run);
  }

  async #afterFailure(
    run: Run,
    handler: JobHandler | undefined,
    error: unknown,
    log: Logger,
  ): Promise<Date | undefined> {
    const stopped = run.signal.reason instanceof RunStopped ? run.signal.reason.reason : undefined;
    if (stopped === "cancelled") {
      await run.finish(async () => undefined);
      return undefined;
    }
    if (stopped === "shutdown") {
      await run.release();
      log.info("job given back at shutdown");
      return new Date();
    }
    const shown = describe(error, stopped === "timeout" ? handler?.definition.timeoutMs : undefined);
    const final = error instanceof DomainError && !error.transient;
    const failures = run.job.failures + 1;
    const again = !final && handler !== undefined && failures < handler.definition.attempts;
    const pause = again ? Math.max(backoff(handler.definition, failures), retryAfterMs(error)) : 0;
    const retryAt = again ? new Date(Date.now() + pause) : undefined;
    log.warn({ err: error, retryAt }, again ? "attempt failed and will be repeated" : "job failed");
    await run.fail(shown, retryAt);
    return retryAt;
  }

  /** Tells all rows at once that their worker lives, and hears from them who was cancelled or taken over. */
  async #showLife(): Promise<void> {
    const runs = [...this.#runs];
    if (runs.length === 0) return;
    try {
      const held = await this.deps.database.upkeep(sql<{ id: string; attempts: number; cancelled: boolean }>`
        with mine as (
          select j.id from unnest(${runs.map(({ job }) => job.id)}::text[], ${runs.map(({ job }) => job.attempts)}::int[]) as t (id, attempt)
          join job j on j.id = t.id and j.attempts = t.attempt and j.status = 'RUNNING'
          order by j.id for update of j
        )
        update job set heartbeat_at = clock_timestamp() from mine where job.id = mine.id
        returning job.id, job.attempts, job.cancel_requested_at is not null as cancelled`);
      for (const run of runs) {
        const row = held.find(({ id, attempts }) => id === run.job.id && attempts === run.job.attempts);
        if (row?.cancelled) run.stop(new RunStopped("cancelled"));
        if (row === undefined && !run.ended) run.stop(new Superseded(run.job.id));
      }
    } catch (error) {
      this.deps.logger.warn({ err: error }, "running jobs could not show that they live");
    }
  }

  async #checkCancelled(run: Run): Promise<void> {
    if (run.ended || run.signal.aborted) return;
    const row = await this.deps.database
      .row(sql<{ at: unknown }>`select cancel_requested_at as at from job where id = ${run.job.id}`)
      .catch(() => undefined);
    if (row !== undefined && row.at !== null) run.stop(new RunStopped("cancelled"));
  }
}

const describe = (error: unknown, timeoutMs: number | undefined): { code: string; message: string } => {
  if (timeoutMs !== undefined)
    return { code: "TIMEOUT", message: `The work took longer than ${timeoutMs / 1000} seconds.` };
  if (error instanceof DomainError) return { code: error.code, message: error.message };
  return { code: "INTERNAL", message: "Something failed inside Atrium; the log of this request id says what." };
};

const retryAfterMs = (error: unknown): number =>
  error instanceof DomainError && error.details.retryAfter !== undefined ? error.details.retryAfter * 1000 : 0;
