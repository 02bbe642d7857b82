import { newId } from "#src/platform/ids.js";
import type { Person, TestAtrium } from "./atrium.js";

export interface SentPoint {
  twinId: string;
  metric: string;
  at?: string;
  value: string | number;
  unit?: string;
}

export interface Receipt {
  accepted: number;
  duplicates: number;
  conflicts: number;
}

/** A twin in the workspace that somebody acts in. */
export const storedTwin = async (
  atrium: Pick<TestAtrium, "database">,
  workspaceId: string,
  { externalId = null, type = "pump" }: { externalId?: string | null; type?: string } = {},
): Promise<string> => {
  const id = newId("twin");
  await atrium.database.query(
    `insert into twin (id, workspace_id, created_at, name, type, external_id, status, revision, updated_at)
     values ($1, $2, now(), 'A twin', $3, $4, 'ACTIVE', 1, now())`,
    [id, workspaceId, type, externalId],
  );
  return id;
};

export const ingest = async (person: Person, points: readonly SentPoint[]): Promise<Receipt> =>
  (
    await person.query<{ ingestTelemetry: Receipt }>(
      "mutation ($points: [TelemetryPointInput!]!) { ingestTelemetry(points: $points) { accepted duplicates conflicts } }",
      { points },
    )
  ).ingestTelemetry;

export interface StoredPoint {
  metric: string;
  at: string;
  value: string;
}

/** All points of a twin, as they are stored. */
export const pointsOf = (atrium: Pick<TestAtrium, "database">, twinId: string): Promise<StoredPoint[]> =>
  atrium.database.query<StoredPoint>(
    `select m.name as metric, to_char(p.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, p.value::text
     from telemetry.point p join metric m using (series) where m.twin_id = $1 order by m.name, p.at`,
    [twinId],
  );

export interface StoredMetric {
  name: string;
  unit: string | null;
  points: number;
  first_at: Date;
  last_at: Date;
  last_value: string;
}

export const metricsOf = (atrium: Pick<TestAtrium, "database">, twinId: string): Promise<StoredMetric[]> =>
  atrium.database.query<StoredMetric>(
    `select name, unit, points::int, first_at, last_at, last_value::text from metric where twin_id = $1 order by name`,
    [twinId],
  );

/** Minutes that rollups have to look at, of a twin. */
export const staleOf = async (atrium: Pick<TestAtrium, "database">, twinId: string): Promise<string[]> =>
  (
    await atrium.database.query<{ start: Date }>(
      "select s.start from telemetry.stale s join metric m using (series) where m.twin_id = $1 and s.level = 0 order by s.start",
      [twinId],
    )
  ).map(({ start }) => start.toISOString());
