import { sql } from "kysely";
import type { Database } from "#src/platform/database.js";
import { decodePlace, encodePlace, placeOf, positionOf, xidOf } from "#src/platform/log-place.js";
import type { LogEntry, LogPage, StoredLog } from "#src/platform/stored-log.js";
import { type LastPoint, LatestFigures } from "./latest-figures.js";
import { ResourceUsage } from "./resource-usage.js";
import { type FoundProcess, usageOfHost } from "./usage-of-host.js";

/** Woken by each measurement that a process has stored. */
export const usageTopic = "resource-usage";

const pageSize = 50;

interface FoundHost {
  readonly twinId: string;
  readonly host: string;
  readonly xid: string;
  readonly position: string;
  readonly settled: boolean;
}

/**
 * The hosts that are measured now, in the order of their last measurements. One that is measured moves to the end, so a
 * reader who comes late is told once how it is; how it was, its charts tell.
 */
export const usageLog = (database: Database, lateMs: number): StoredLog<ResourceUsage> => ({
  topic: usageTopic,
  cursorOf: encodePlace,
  read: async (place): Promise<LogPage<ResourceUsage>> => {
    // No wall: operators are shown it whichever workspace it is in.
    const hosts = await database.rows(sql<FoundHost>`
      select s.twin_id as "twinId", t.name as host, s.xid::text, s.position::text,
        s.xid < pg_snapshot_xmin(pg_current_snapshot()) as settled
      from platform_twin p join twin t on t.id = p.twin_id join twin_state s on s.twin_id = p.twin_id
      where starts_with(p.external_id, 'host/') and p.held_until > clock_timestamp()
        and (s.xid, s.position) > (${xidOf(place)}::xid8, ${positionOf(place)}::bigint)
      order by s.xid, s.position limit ${pageSize}`);
    const end = hosts.findIndex(({ settled }) => !settled);
    const told = hosts.slice(0, end === -1 ? hosts.length : end);
    const entries = told.length === 0 ? [] : await entriesOf(database, told, lateMs);
    return { entries, rest: end !== -1 ? "unsettled" : hosts.length === pageSize ? "more" : "wait" };
  },
});

export const usagePlace = (cursor: string | null | undefined): bigint =>
  cursor ? decodePlace(cursor, "resource usage") : 0n;

const entriesOf = async (
  database: Database,
  hosts: readonly FoundHost[],
  lateMs: number,
): Promise<LogEntry<ResourceUsage>[]> => {
  const hostIds = hosts.map(({ twinId }) => twinId);
  const processes = await database.rows(sql<Omit<FoundProcess, "figures"> & { hostId: string }>`
    select l.parent_id as "hostId", p.twin_id as "twinId", p.external_id as "externalId", t.metadata -> 'pid' as pid
    from twin_link l join platform_twin p on p.twin_id = l.child_id join twin t on t.id = l.child_id
    where l.parent_id = any(${hostIds}::text[]) and l.relation = 'CONTAINS'
      and starts_with(p.external_id, 'process/') and p.held_until > clock_timestamp()
    order by p.external_id`);
  const points = await database.rows(sql<LastPoint & { twinId: string }>`
    select twin_id as "twinId", name, last_value::float8 as value, last_at as at from metric
    where twin_id = any(${[...hostIds, ...processes.map(({ twinId }) => twinId)]}::text[])`);
  const figuresOf = (twinId: string) =>
    new LatestFigures(
      points.filter((point) => point.twinId === twinId).map((point) => ({ ...point, at: new Date(point.at) })),
      lateMs,
    );
  return hosts.flatMap(({ twinId, host, xid, position }) => {
    const own = processes.filter(({ hostId }) => hostId === twinId);
    const usage = usageOfHost(
      figuresOf(twinId),
      own.map((process) => ({ ...process, figures: figuresOf(process.twinId) })),
    );
    if (usage === undefined) return [];
    const place = placeOf(xid, position);
    return [{ place, value: Object.assign(new ResourceUsage(), { cursor: encodePlace(place), twinId, host }, usage) }];
  });
};
