import { newId } from "#src/platform/ids.js";
import type { TestAtrium } from "./atrium.js";

interface Wish {
  readonly workspaceId: string;
  readonly name: string;
  readonly metric?: string;
  readonly unit?: string | null;
  /** In the order of time. */
  readonly points: readonly { readonly at: Date; readonly value: string }[];
}

const dayMs = 86_400_000;

/** A twin that was measured, written past the API: what ingest leaves behind before any worker has looked at it. */
export const measuredTwin = async ({ database }: TestAtrium, wish: Wish): Promise<string> => {
  const { workspaceId, name, metric = "temperature", unit = "Cel", points } = wish;
  const id = newId("twin");
  await database.query(
    `insert into twin (id, workspace_id, created_at, name, type, status, revision, updated_at)
      values ($1, $2, now(), $3, 'pump', 'ACTIVE', 1, now())`,
    [id, workspaceId, name],
  );
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return id;
  for (let day = Math.floor(first.at.getTime() / dayMs); day * dayMs <= last.at.getTime(); day++) {
    const [from, until] = [day, day + 1].map((each) => new Date(each * dayMs).toISOString());
    await database.query(
      `create table if not exists telemetry.point_${from?.slice(0, 10).replaceAll("-", "")} partition of telemetry.point
        for values from ('${from}') to ('${until}')`,
    );
  }
  const [row] = await database.query<{ series: string }>(
    `insert into metric (id, workspace_id, created_at, twin_id, name, unit, points, first_at, last_at, last_value)
      values ($1, $2, now(), $3, $4, $5, $6, $7, $8, $9) returning series`,
    [newId("metric"), workspaceId, id, metric, unit, points.length, first.at, last.at, last.value],
  );
  const [times, values] = [points.map(({ at }) => at.toISOString()), points.map(({ value }) => value)];
  await database.query(
    "insert into telemetry.point (series, at, value) select $1, * from unnest($2::timestamptz[], $3::numeric[])",
    [row?.series, times, values],
  );
  await database.query(
    `insert into telemetry.stale (series, start)
      select distinct $1::bigint, date_trunc('minute', at) from unnest($2::timestamptz[]) as t (at)`,
    [row?.series, times],
  );
  return id;
};
