import { sql } from "kysely";
import type { Database } from "./database.js";
import type { JobQueues, JobTicket } from "./job-queues.js";
import type { Logger } from "./logger.js";

const sweepMs = 1_000;
/** A row that no worker has taken up is handed over again: first soon, then ever more patiently. */
const firstLookSeconds = 2;
const nextLookSeconds = 30;
const batch = 500;

/** Brings committed job rows to the queues: at once after their commit, and by a sweep what a crash left behind. */
export class JobDispatch {
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  readonly #adding = new Set<Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly queues: JobQueues,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.sweep().finally(() => {
        this.#sweeping = undefined;
      });
    }, sweepMs);
  }

  /** Does not make the caller wait: the row is committed, so the job will run either way. */
  dispatch(tickets: readonly JobTicket[]): void {
    if (tickets.length === 0) return;
    const adding = this.#add(tickets).finally(() => this.#adding.delete(adding));
    this.#adding.add(adding);
  }

  async #add(tickets: readonly JobTicket[]): Promise<void> {
    try {
      await this.queues.add(tickets);
    } catch (error) {
      this.logger.warn({ err: error }, "the queue took no jobs; the sweep will hand them over");
    }
  }

  async sweep(): Promise<void> {
    try {
      const left = await this.database.rows(sql<Omit<JobTicket, "runAt"> & { runAt: string }>`
        select id, lane, run_at as "runAt", workspace_id as "workspaceId", created_by_id as "createdById",
          request_id as "requestId" from job
        where finished_at is null and (
          status = 'QUEUED' and dispatched_at is null and created_at < clock_timestamp() - make_interval(secs => ${firstLookSeconds})
          or status = 'QUEUED' and greatest(dispatched_at, run_at) < clock_timestamp() - make_interval(secs => ${nextLookSeconds})
          or status = 'RUNNING' and greatest(dispatched_at, heartbeat_at) < clock_timestamp() - make_interval(secs => ${nextLookSeconds}))
        order by dispatched_at nulls first limit ${batch}`);
      if (left.length === 0) return;
      await this.queues.add(left.map((job) => ({ ...job, runAt: new Date(job.runAt) })));
      await this.database.upkeep(
        sql`
        with waiting as (select id from job where id = any(${left.map(({ id }) => id)}) order by id for update skip locked)
        update job set dispatched_at = clock_timestamp() from waiting where job.id = waiting.id`,
      );
    } catch (error) {
      this.logger.warn({ err: error }, "the sweep for waiting jobs failed and will be repeated");
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
    await Promise.all(this.#adding);
  }
}
