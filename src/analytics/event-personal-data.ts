import { sql } from "kysely";
import type { OtherPersonalData } from "#src/platform/personal-data.js";

/** Events stay, so that no count changes, without who it was, the visit and what was said; nobody was active then. */
export const eventPersonalData: readonly OtherPersonalData[] = [
  {
    table: "product_event",
    read: async (database, userId) => {
      const rows = await database.rows(sql<{ row: Record<string, unknown> }>`
        select to_jsonb(e) as row from analytics.product_event e where user_id = ${userId} order by at, id`);
      return rows.map(({ row }) => row);
    },
    erase: async (change, userId) => {
      // A worker may be counting these hours at this moment: the mark has them counted again.
      await change.sql(sql`
        with gone as (update analytics.product_event set user_id = null, session = null, properties = '{}'
          where user_id = ${userId} returning workspace_id, at)
        insert into analytics.stale_hour (workspace_id, start)
        select distinct workspace_id, date_trunc('hour', at, 'UTC') from gone`);
      await change.sql(sql`delete from analytics.active_user_hour where user_id = ${userId}`);
      await change.sql(sql`delete from analytics.active_user_day where user_id = ${userId}`);
    },
  },
];
