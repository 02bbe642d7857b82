import { newId } from "#src/platform/ids.js";
import type { TestDatabase } from "./test-database.js";

/** A point of a series: when, in milliseconds, and its value as a decimal. */
export interface Point {
  readonly at: number;
  readonly value: string;
}

const dayMs = 86_400_000;

/** The partitions of all days from the first of these moments to the last. */
export const makeDays = async (database: TestDatabase, first: number, last: number): Promise<void> => {
  for (let day = Math.floor(first / dayMs) * dayMs; day <= last; day += dayMs) {
    const [from, until] = [new Date(day).toISOString(), new Date(day + dayMs).toISOString()];
    await database.query(`create table if not exists telemetry.point_${from.slice(0, 10).replaceAll("-", "")}
      partition of telemetry.point for values from ('${from}') to ('${until}')`);
  }
};

/** A twin with one metric; gives the number of its series. */
export const makeMetric = async (
  database: TestDatabase,
  workspaceId: string,
  { name = "temperature", unit = "Cel", firstAt = 0 } = {},
): Promise<{ twinId: string; series: string }> => {
  const twinId = newId("twin");
  await database.query(
    `insert into twin (id, workspace_id, created_at, name, type, status, revision, updated_at)
     values ($1, $2, now(), 'Pump', 'pump', 'ACTIVE', 1, now())`,
    [twinId, workspaceId],
  );
  const [row] = await database.query<{ series: string }>(
    `insert into metric (id, workspace_id, created_at, twin_id, name, unit, points, first_at, last_at, last_value)
     values ($1, $2, now(), $3, $4, $5, 0, $6, now(), 0) returning series::text`,
    [newId("metric"), workspaceId, twinId, name, unit, new Date(firstAt)],
  );
  return { twinId, series: row?.series ?? "" };
};

/** What a commit of points is, as one statement: the points, of which the first of a time stays, and what gets stale by them. */
export const addPointsSql = `with came as (
    select $1::bigint as series, p.at, p.value from unnest($2::timestamptz[], $3::numeric[]) as p (at, value)),
  stored as (insert into telemetry.point (series, at, value) select series, at, value from came on conflict do nothing)
  insert into telemetry.stale (series, start) select distinct series, date_trunc('minute', at, 'UTC') from came`;

export const valuesOf = (series: string, points: readonly Point[]): unknown[] => [
  series,
  points.map(({ at }) => new Date(at).toISOString()),
  points.map(({ value }) => value),
];

export const addPoints = async (database: TestDatabase, series: string, points: readonly Point[]): Promise<void> => {
  await database.query(addPointsSql, valuesOf(series, points));
};
