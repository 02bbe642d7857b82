import { jobActor } from "./actor.js";
import type { Clock } from "./clock.js";
import type { Database } from "./database.js";
import { eventTopic } from "./event.js";
import type { Hold } from "./hold.js";
import { newId } from "./ids.js";
import { Job, jobTopic } from "./job.js";
import type { JobDelivery } from "./job-queues.js";

/** How long a job whose worker gives no sign of life belongs to that worker, in milliseconds. */
export const leaseMs = 10_000;

/** Begins an attempt: the row, the thread and the event log say so together. One statement, and so one trip and one flush. */
const holdJob = (delivery: JobDelivery, now: Date): Hold => ({
  text: `with held as (
      update job set status = 'RUNNING', attempts = attempts + 1, progress = 0, started_at = $1::timestamptz,
        heartbeat_at = clock_timestamp()
      where id = $2 and workspace_id = $3 and created_by_id = $4 and request_id = $5 and (status = 'QUEUED'
        or (status = 'RUNNING' and heartbeat_at < clock_timestamp() - make_interval(secs => ${leaseMs / 1000})))
      returning id, workspace_id as "workspaceId", created_by_id as "createdById", request_id as "requestId", visibility,
        traceparent, kind, lane, run_at as "runAt", payload, attempts, failures, cancel_requested_at as "cancelRequestedAt"
    ), thread as (
      insert into job_event (job_id, seq, workspace_id, attempt, kind, data, created_at)
      select held.id, coalesce((select max(seq) from job_event where job_id = $2), 0) + 1, held."workspaceId",
        held.attempts, 'started', '{}', $1::timestamptz
      from held
    ), told as (
      insert into event (id, workspace_id, created_at, kind, subject_id, actor_id, visibility, owner_id, request_id, data)
      select $6, held."workspaceId", $1::timestamptz, 'job.started', held.id, held."createdById", held.visibility,
        held."createdById", held."requestId", jsonb_build_object('kind', held.kind, 'attempt', held.attempts)
      from held
    )`,
  values: [
    now.toISOString(),
    delivery.id,
    delivery.workspaceId,
    delivery.createdById,
    delivery.requestId,
    newId("event"),
  ],
});

/** The job, when this delivery may run it; nothing when it has ended, runs elsewhere or is not what the delivery says. */
export const claimJob = async (database: Database, clock: Clock, delivery: JobDelivery): Promise<Job | undefined> => {
  const { row } = await database.write(jobActor(delivery), async (change) => {
    change.wake(jobTopic(delivery.id));
    change.wake(eventTopic(delivery.workspaceId));
    return change.hold<Partial<Job>>(holdJob(delivery, clock.now()));
  });
  return row === undefined ? undefined : Object.assign(new Job(), row);
};
