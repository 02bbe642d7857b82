import { sql } from "kysely";
import type { Change } from "./change.js";
import type { Hold } from "./hold.js";
import { type Job, jobTopic } from "./job.js";
import type { JobEventKind } from "./job-event.js";

/** What is to be stored in a job's thread. */
export interface ThreadEntry {
  readonly kind: JobEventKind;
  readonly data: object;
}

/** Another worker took the job over: this attempt may write nothing more. */
export class Superseded extends Error {
  constructor(jobId: string) {
    super(`Another worker runs ${jobId} now.`);
    this.name = "Superseded";
  }
}

/** Appends to a job's thread in a transaction that holds the job's row. */
export const appendToThread = async (
  change: Change,
  job: Pick<Job, "id" | "workspaceId" | "attempts">,
  { kind, data }: ThreadEntry,
): Promise<void> => {
  await change.sql(sql`
    insert into job_event (job_id, seq, workspace_id, attempt, kind, data, created_at)
    select ${job.id}, coalesce(max(seq), 0) + 1, ${job.workspaceId}, ${job.attempts}, ${kind}, ${JSON.stringify(data)}::jsonb,
      ${change.now}
    from job_event where job_id = ${job.id}`);
  change.wake(jobTopic(job.id));
};

/**
 * Takes hold of a job for one of its attempts, which must still be the one that runs, sets columns of its row, and appends
 * to its thread. `set` names its values `$6`, `$7` …
 */
export const holdAttempt = (
  job: Pick<Job, "id" | "attempts">,
  entries: readonly ThreadEntry[],
  now: Date,
  { set, values = [] }: { set: string; values?: readonly unknown[] },
): Hold => ({
  text: `with held as (
      update job set ${set} where id = $1 and attempts = $2 and status = 'RUNNING'
      returning id, workspace_id, attempts
    ), thread as (
      insert into job_event (job_id, seq, workspace_id, attempt, kind, data, created_at)
      select held.id, coalesce((select max(seq) from job_event where job_id = $1), 0) + t.place, held.workspace_id,
        held.attempts, t.kind, t.data, $3::timestamptz
      from held, unnest($4::text[], $5::jsonb[]) with ordinality as t (kind, data, place)
    )`,
  values: [
    job.id,
    job.attempts,
    now.toISOString(),
    entries.map(({ kind }) => kind),
    entries.map(({ data }) => JSON.stringify(data)),
    ...values,
  ],
});
