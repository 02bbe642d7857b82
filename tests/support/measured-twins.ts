import { sql } from "kysely";
import { newId } from "#src/platform/ids.js";
import { touchTwins, twinTopic } from "#src/twins/twin-states.js";
import type { TestAtrium } from "./atrium.js";
import { actorOf } from "./stored-files.js";
import type { Team } from "./team.js";

/** A twin of a team, made past the API; its id. */
export const storedTwin = async (
  { app, database }: TestAtrium,
  { id: workspaceId }: Team,
  name: string,
  type = "pump",
) => {
  const id = newId("twin");
  await database.query(
    `insert into twin (id, workspace_id, created_at, updated_at, name, type, status, metadata, revision)
      values ($1, $2, now(), now(), $3, $4, 'ACTIVE', '{}', 1)`,
    [id, workspaceId, name, type],
  );
  app.bus.publish([twinTopic(workspaceId)]);
  return id;
};

/** Gives a metric of a twin its latest value, and tells of it, as the intake of telemetry does; without a point. */
export const setLatest = async (
  { app }: TestAtrium,
  team: Team,
  { twinId, metric, value, unit = null }: { twinId: string; metric: string; value: string; unit?: string | null },
) => {
  await app.database.write(actorOf(team), async (change) => {
    await change.systemSql(sql`
      insert into metric (id, workspace_id, created_at, twin_id, name, unit, points, first_at, last_at, last_value)
      values (${newId("metric")}, ${team.id}, now(), ${twinId}, ${metric}, ${unit}, 1, now(), now(), ${value}::numeric)
      on conflict (twin_id, name) do update set last_value = excluded.last_value, last_at = excluded.last_at`);
    await touchTwins(change, [twinId]);
  });
};
