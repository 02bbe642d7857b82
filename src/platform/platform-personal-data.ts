import { sql } from "kysely";
import { noWorkspace } from "./actor.js";
import { AuditEntry } from "./audit-entry.js";
import { Event } from "./event.js";
import { IdempotencyKey } from "./idempotency-key.js";
import { Job } from "./job.js";
import { Visibility } from "./owned-row.js";
import type { PersonalData } from "./personal-data.js";

/** What jobs, events and kept answers hold of people. */
export const platformPersonalData: readonly PersonalData[] = [
  {
    entity: Job,
    by: ["createdById"],
    // What was asked for, a prompt for one, goes, and what a private job streamed; that something was done, and what came of it, is the workspace's.
    erase: async (change, userId) => {
      await change.sql(sql`delete from job_event where job_id in (
        select id from job where created_by_id = ${userId} and visibility = ${Visibility.PRIVATE})`);
      await change.sql(sql`update job set payload = '{}', error_message = null, cancel_requested_at =
          case when status in ('QUEUED', 'WAITING', 'RUNNING') then ${change.now} else cancel_requested_at end,
        finished_at = case when status in ('QUEUED', 'WAITING') then ${change.now} else finished_at end,
        status = case when status in ('QUEUED', 'WAITING') then 'CANCELLED' else status end
        where created_by_id = ${userId} and workspace_id <> ${noWorkspace}`);
    },
  },
  // An id that leads to nobody any more.
  { entity: Event, by: ["actorId"], erase: "keep" },
  // The same: a chain with gaps would prove nothing.
  { entity: AuditEntry, by: ["actorId"], omit: ["mac"], erase: "keep" },
  { entity: IdempotencyKey, by: ["userId"], omit: ["bodyHash", "answer"], erase: "delete" },
];
