import { sql } from "kysely";
import type { Bus } from "./bus.js";
import type { Change } from "./change.js";
import type { Database } from "./database.js";
import { type Job, jobTopic } from "./job.js";
import type { JobEventKind } from "./job-event.js";
import { detached } from "./span.js";

/** Appends to a job's thread in a transaction that holds the job's row. */
export const appendToThread = async (
  change: Change,
  job: Pick<Job, "id" | "workspaceId" | "attempts">,
  kind: JobEventKind,
  data: object,
): Promise<void> => {
  await change.sql(sql`
    insert into job_event (job_id, seq, workspace_id, attempt, kind, data, created_at)
    select ${job.id}, coalesce(max(seq), 0) + 1, ${job.workspaceId}, ${job.attempts}, ${kind}, ${JSON.stringify(data)}::jsonb,
      ${change.now}
    from job_event where job_id = ${job.id}`);
  change.wake(jobTopic(job.id));
};

interface Draft {
  readonly jobId: string;
  readonly attempt: number;
  /** Ends the run: its text can no longer be stored. */
  readonly stop: (reason: Error) => void;
  text: string;
}

/** Pause between two writes of text, in milliseconds: many tokens of many jobs become one statement. */
const gatherMs = 20;

/** Another worker took the job over: this attempt may write nothing more. */
export class Superseded extends Error {
  constructor(jobId: string) {
    super(`Another worker runs ${jobId} now.`);
    this.name = "Superseded";
  }
}

/** Stores the text that running jobs stream. One statement at a time serves all jobs of the process. */
export class TextWriter {
  /** By job and attempt: two attempts may meet in one process when the first one lost its job and does not know yet. */
  #drafts = new Map<string, Draft>();
  #storing: { drafts: ReadonlyMap<string, Draft>; done: Promise<void> } | undefined;
  #running = false;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
  ) {}

  write(jobId: string, attempt: number, text: string, stop: (reason: Error) => void): void {
    const draft = this.#drafts.get(keyOf(jobId, attempt));
    if (draft === undefined) this.#drafts.set(keyOf(jobId, attempt), { jobId, attempt, stop, text });
    else draft.text += text;
    // What it stores is of all running jobs, not of the one that happened to begin.
    if (!this.#running) void detached(() => this.#run());
  }

  /** Resolves when everything that this attempt wrote is stored, or its run was stopped. */
  async flush(jobId: string, attempt: number): Promise<void> {
    const key = keyOf(jobId, attempt);
    while (this.#drafts.has(key) || this.#storing?.drafts.has(key)) await this.#store();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#drafts.size > 0) {
      await this.#store();
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
    }
    this.#running = false;
  }

  /** Joins the statement under way, or starts the next one with all that waits. */
  #store(): Promise<void> {
    if (this.#storing === undefined) {
      const drafts = this.#drafts;
      this.#drafts = new Map();
      const done = this.#insert(drafts).finally(() => {
        this.#storing = undefined;
      });
      this.#storing = { drafts, done };
    }
    return this.#storing.done;
  }

  async #insert(drafts: ReadonlyMap<string, Draft>): Promise<void> {
    // Locked in one order by all writers, so that two of them cannot wait for each other.
    const ordered = [...drafts.values()].sort((a, b) => (a.jobId < b.jobId ? -1 : 1));
    const stored = new Set<string>();
    try {
      const rows = await this.database.upkeep(sql<{ jobId: string; attempt: number }>`
        with live as (
          select j.id, j.workspace_id, j.attempts, t.text
          from unnest(${ordered.map(({ jobId }) => jobId)}::text[], ${ordered.map(({ attempt }) => attempt)}::int[],
            ${ordered.map(({ text }) => text)}::text[]) as t (id, attempt, text)
          join job j on j.id = t.id and j.attempts = t.attempt and j.status = 'RUNNING'
          order by j.id
          for share of j
        )
        insert into job_event (job_id, seq, workspace_id, attempt, kind, data, created_at)
        select id, 1 + coalesce((select max(seq) from job_event e where e.job_id = live.id), 0), workspace_id, attempts, 'text',
          jsonb_build_object('text', text), clock_timestamp()
        from live
        returning job_id as "jobId", attempt`);
      for (const { jobId, attempt } of rows) stored.add(keyOf(jobId, attempt));
      this.bus.publish(rows.map(({ jobId }) => jobTopic(jobId)));
    } catch (error) {
      for (const { stop } of drafts.values()) stop(error as Error);
      return;
    }
    for (const [key, { jobId, stop }] of drafts) if (!stored.has(key)) stop(new Superseded(jobId));
  }
}

const keyOf = (jobId: string, attempt: number) => `${jobId}#${attempt}`;
