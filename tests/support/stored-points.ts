import type { NewPoint } from "#src/telemetry/telemetry-service.js";
import type { TestDatabase } from "./test-database.js";

/** What `ingest` leaves behind for those who look at the latest points, and nothing else. */
export const storePoints = async (database: TestDatabase, workspaceId: string, points: readonly NewPoint[]) => {
  const at = new Date();
  for (const { twinId, metric, value, unit } of points)
    await database.query(
      `insert into metric (id, workspace_id, created_at, twin_id, name, unit, points, first_at, last_at, last_value)
       values ('metric_' || md5($2 || $3), $1, $6, $2, $3, $4, 1, $6, $6, $5)
       on conflict (twin_id, name) do update set points = metric.points + 1, last_at = $6, last_value = $5`,
      [workspaceId, twinId, metric, unit ?? null, value, at],
    );
  const touched = [workspaceId, points.map(({ twinId }) => twinId)];
  await database.query(
    `insert into twin_state (twin_id, workspace_id, xid)
     select distinct id, $1, pg_current_xact_id() from unnest($2::text[]) as t (id)
     where not exists (select 1 from twin_state s where s.twin_id = t.id)`,
    touched,
  );
  await database.query(
    `update twin_state set xid = pg_current_xact_id(), position = nextval(pg_get_serial_sequence('twin_state', 'position'))
     where workspace_id = $1 and twin_id = any($2::text[])`,
    touched,
  );
};
