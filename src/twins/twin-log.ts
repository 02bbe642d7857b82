import { sql } from "kysely";
import type { Database } from "#src/platform/database.js";
import type { Following, Live } from "#src/platform/live.js";
import { decodePlace, encodePlace, placeOf, positionOf, xidOf } from "#src/platform/log-place.js";
import type { LogEntry, LogPage } from "#src/platform/stored-log.js";
import { Twin } from "./twin.js";
import { TwinChange } from "./twin-inputs.js";
import { twinTopic } from "./twin-states.js";

interface Followed {
  readonly workspaceId: string;
  /** Null for all twins of the workspace. */
  readonly twinId: string | null;
  /** Null for those of all types. */
  readonly type: string | null;
}

/** A place in the log, and the row that is there; without one the twin is gone. */
interface Found {
  readonly twinId: string;
  readonly xid: string;
  readonly position: string;
  readonly deleted: boolean;
  readonly settled: boolean;
  readonly twin: (Twin & Readonly<Record<"createdAt" | "updatedAt", string>>) | null;
}

const pageSize = 200;

/**
 * Twins in the order of their last changes. One that changes moves to the end, so a reader who comes late is told once how it
 * is, and never how it was.
 */
export const twinLog = async (
  database: Database,
  live: Live,
  { workspaceId, twinId, type }: Followed,
  after: string | null | undefined,
): Promise<Following<TwinChange>> => {
  const read = async (place: bigint): Promise<LogPage<TwinChange>> => {
    const rows = await database.rows(sql<Found>`
      select s.twin_id as "twinId", s.xid::text, s.position::text, s.expires_at is not null as deleted,
        s.xid < pg_snapshot_xmin(pg_current_snapshot()) as settled,
        case when t.id is not null then json_build_object('id', t.id, 'workspaceId', t.workspace_id, 'name', t.name,
          'type', t.type, 'externalId', t.external_id, 'location', t.location, 'status', t.status, 'metadata', t.metadata,
          'revision', t.revision, 'createdById', t.created_by_id, 'createdAt', t.created_at, 'updatedAt', t.updated_at) end as twin
      from twin_state s left join twin t on t.id = s.twin_id
      where s.workspace_id = ${workspaceId} and (${twinId}::text is null or s.twin_id = ${twinId})
        and (${type}::text is null or s.type = ${type})
        and (s.xid, s.position) > (${xidOf(place)}::xid8, ${positionOf(place)}::bigint)
      order by s.xid, s.position limit ${pageSize}`);
    const end = rows.findIndex(({ settled }) => !settled);
    const entries = rows.slice(0, end === -1 ? rows.length : end).map(entryOf);
    return { entries, rest: end !== -1 ? "unsettled" : rows.length === pageSize ? "more" : "wait" };
  };
  const now = async () => {
    const row = await database.row(sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`);
    return placeOf(row?.xid ?? "0", "0");
  };
  const topic = `twin-log:${JSON.stringify([workspaceId, twinId, type])}`;
  const log = { topic, wokenBy: twinTopic(workspaceId), read, cursorOf: encodePlace };
  return live.follow(log, after ? decodePlace(after, "twins") : await now());
};

const entryOf = ({ twinId, xid, position, deleted, twin }: Found): LogEntry<TwinChange> => {
  const place = placeOf(xid, position);
  const shown =
    twin === null
      ? null
      : Object.assign(new Twin(), twin, { createdAt: new Date(twin.createdAt), updatedAt: new Date(twin.updatedAt) });
  const value = Object.assign(new TwinChange(), { cursor: encodePlace(place), twinId, twin: shown, deleted });
  return { place, value };
};
