import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";

/** Woken by each change that `twinChanged` tells of, in one workspace. */
export const twinTopic = (workspaceId: string) => `twins:${workspaceId}`;

/** Says within a change that there is news of these twins: `twinChanged` tells of them as they are then. */
export const touchTwins = async (change: Change, twinIds: readonly string[]): Promise<void> => {
  // In one order for all, so that two who touch the same twins do not wait for each other.
  await change.systemSql(sql`
    with touched as (select twin_id from twin_state where twin_id = any(${[...twinIds]}::text[]) order by twin_id for update)
    update twin_state s set xid = pg_current_xact_id(), position = nextval(pg_get_serial_sequence('twin_state', 'position'))
    from touched t where s.twin_id = t.twin_id`);
  change.wake(twinTopic(change.actor.workspaceId));
};
