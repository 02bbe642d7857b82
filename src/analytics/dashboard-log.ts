import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { notFound } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Following, Live } from "#src/platform/live.js";
import { decodePlace, encodePlace, placeOf, positionOf, xidOf } from "#src/platform/log-place.js";
import { Visibility } from "#src/platform/owned-row.js";
import type { LogPage } from "#src/platform/stored-log.js";
import { rowsTopic } from "#src/platform/touched-rows.js";
import { twinTopic } from "#src/twins/twin-states.js";
import { Dashboard } from "./dashboard.js";
import { DashboardChange } from "./dashboard-inputs.js";
import { eventNewsTopic } from "./event-rollups.js";

interface Deps {
  readonly database: Database;
  readonly lists: Lists;
  readonly live: Live;
}

interface Found {
  readonly xid: string;
  readonly position: string;
  readonly settled: boolean;
  readonly allSettled: boolean;
}

/** The least time between two changes of one dashboard that are told, in milliseconds. */
const gatherMs = 1_000;
/** The least time between two looks: every twin of the workspace wakes, and most are none of this dashboard's. */
const lookMs = 100;

/**
 * How a dashboard is, each time that it, a twin that it looks at or the count of events that it shows has changed. Its place is that of the newest of them, so
 * a reader who comes late is told once how it is, and never how it was.
 */
export const dashboardLog = async (
  { database, lists, live }: Deps,
  actor: Actor,
  dashboardId: string,
  after: string | null | undefined,
): Promise<Following<DashboardChange>> => {
  const id = parseId(dashboardId, "dashboard");
  const first = await lists.find(Dashboard, actor, id);
  if (first === undefined) throw notFound("dashboard", dashboardId);
  const { workspaceId } = actor;
  let [toldAt, lookedAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  const newest = (place: bigint) =>
    database.row(sql<Found>`
      with d as materialized (select * from dashboard where id = ${id}),
      news as (
        select xid, position from d
        union all
        select s.xid, s.position from d join twin_state s
          on s.twin_id = any(d.twin_ids) and s.workspace_id = d.workspace_id
        union all
        select s.xid, s.position from d join twin_state s
          on d.twin_types <> '{}' and s.workspace_id = d.workspace_id
            and (s.xid, s.position) > (${xidOf(place)}::xid8, ${positionOf(place)}::bigint)
        where s.type = any(d.twin_types) or s.former_type = any(d.twin_types)
        union all
        select e.xid, e.position from d join analytics.event_news e
          on d.looks_at_events and e.workspace_id = d.workspace_id)
      select xid::text, position::text, settled, bool_and(settled) over () as "allSettled"
      from (select *, xid < pg_snapshot_xmin(pg_current_snapshot()) as settled from news
        where (xid, position) > (${xidOf(place)}::xid8, ${positionOf(place)}::bigint)) n
      order by settled desc, n.xid desc, n.position desc limit 1`);

  const read = async (place: bigint): Promise<LogPage<DashboardChange>> => {
    await sinceThen(lookedAt, lookMs);
    let found = await newest(place);
    if (found?.settled && (await sinceThen(toldAt, gatherMs))) found = await newest(place);
    lookedAt = performance.now();
    // Of a dashboard that is gone nothing is found; whoever follows it is told by a `ResourceWatch`.
    if (!found?.settled) return { entries: [], rest: found === undefined ? "wait" : "unsettled" };
    // Read once for all who follow it, as whoever made it would see it: the one who can't lose sight of it.
    const dashboard = await lists.find(Dashboard, { ...actor, userId: first.createdById }, id);
    if (dashboard === undefined) throw notFound("dashboard", id);
    toldAt = performance.now();
    const end = placeOf(found.xid, found.position);
    const value = Object.assign(new DashboardChange(), { cursor: encodePlace(end), dashboard });
    const restricted = { subjectId: id, ownerId: dashboard.createdById };
    const entry = { place: end, value, ...(dashboard.visibility === Visibility.PRIVATE ? { restricted } : {}) };
    return { entries: [entry], rest: found.allSettled ? "wait" : "unsettled" };
  };

  const now = async () => {
    const row = await database.row(sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`);
    return placeOf(row?.xid ?? "0", "0");
  };
  const wokenBy = [rowsTopic("dashboard", workspaceId), twinTopic(workspaceId), eventNewsTopic(workspaceId)];
  const log = { topic: `dashboard:${id}`, wokenBy, resourceId: id, read, cursorOf: encodePlace };
  return live.follow(log, after ? decodePlace(after, "dashboards") : await now());
};

/** Waits until so much time has gone by since then, and says whether it had to. */
const sinceThen = async (at: number, ms: number): Promise<boolean> => {
  const left = at + ms - performance.now();
  if (left > 0) await sleep(left, undefined, { ref: false });
  return left > 0;
};
