import { sql } from "kysely";
import type { JobTicket } from "./change.js";
import type { Database } from "./database.js";
import type { JobQueues } from "./job-queues.js";
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
  #waiting: JobTicket[] = [];
  #adding: Promise<void> | undefined;

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

  /**
   * Does not make the caller wait: the row is committed, so the job will run either way. Tickets that come while others
   * are handed over go together with the next hand-over.
   */
  dispatch(tickets: readonly JobTicket[]): void {
    this.#waiting.push(...tickets);
    if (this.#waiting.length > 0) this.#adding ??= this.#add();
  }

  async #add(): Promise<void> {
    while (this.#waiting.length > 0) {
      const tickets = this.#waiting;
      this.#waiting = [];
      await this.queues
        .add(tickets)
        .catch((error: unknown) =>
          this.logger.warn({ err: error }, "the queue took no jobs; the sweep will hand them over"),
        );
    }
    this.#adding = undefined;
  }

  async sweep(): Promise<void> {
    try {
      const left = await this.database.rows(sql<JobTicket & { runAt: string }>`
        select id, lane, run_at as "runAt" from job
        where status = 'QUEUED' and dispatched_at is null and created_at < clock_timestamp() - make_interval(secs => ${firstLookSeconds})
          or status = 'QUEUED' and greatest(dispatched_at, run_at) < clock_timestamp() - make_interval(secs => ${nextLookSeconds})
          or status = 'RUNNING' and greatest(dispatched_at, heartbeat_at) < clock_timestamp() - make_interval(secs => ${nextLookSeconds})
        order by dispatched_at nulls first limit ${batch}`);
      if (left.length === 0) return;
      await this.queues.add(left.map(({ id, lane, runAt }) => ({ id, lane, runAt: new Date(runAt) })));
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
    await this.#adding;
  }
}
