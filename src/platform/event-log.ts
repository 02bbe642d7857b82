import { sql } from "kysely";
import type { Actor } from "./actor.js";
import type { Database } from "./database.js";
import { badInput } from "./errors.js";
import { Event, eventTopic } from "./event.js";
import { rowReader, shapeOf } from "./lists/entity-shape.js";
import { Parameters } from "./lists/statement.js";
import type { Following, Live } from "./live.js";
import { decodePlace, encodePlace, placeOf, positionOf, xidOf } from "./log-place.js";
import { Visibility } from "./owned-row.js";
import { shareNext } from "./share-next.js";
import type { LogEntry, LogPage } from "./stored-log.js";

interface EventRow {
  id: string;
  workspaceId: string;
  xid: string;
  position: string;
  kind: string;
  subjectId: string;
  actorId: string;
  visibility: Visibility;
  ownerId: string | null;
  data: Record<string, unknown>;
  createdAt: string;
  settled: boolean;
}

const pageSize = 200;
const maxPage = 1_000;

/** Reads a workspace's events in the order in which they became true, each exactly once behind any cursor. */
export class EventLog {
  /** Asked once for all subscriptions that begin at the same time. */
  readonly #now = shareNext(async (): Promise<bigint> => {
    const row = await this.database.row(
      sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`,
    );
    return placeOf(row?.xid ?? "0", "0");
  });

  constructor(
    private readonly database: Database,
    private readonly live: Live,
  ) {}

  /** The stored events behind `after` that the actor may see, from the beginning when there is none. */
  async page(actor: Actor, after: string | null | undefined, first: number): Promise<Event[]> {
    if (first < 1 || first > maxPage)
      throw badInput(`\`first\` is ${first}; it must be from 1 to ${maxPage}.`, "first");
    const { select, read } = rowReader(Event);
    const parameters = new Parameters(actor);
    const place = after ? decodePlace(after, "events") : 0n;
    const columns = select("t", parameters);
    const behind = `(${parameters.add(xidOf(place))}::xid8, ${parameters.add(positionOf(place))}::bigint)`;
    const text = `select ${columns.join(", ")}, t.xid < pg_snapshot_xmin(pg_current_snapshot()) from event t
      where ${shapeOf(Event).visible("t", parameters)} and (t.xid, t.position) > ${behind}
      order by t.xid, t.position limit ${first}`;
    const rows = await this.database.read(actor, { text, values: parameters.values, width: columns.length + 1 });
    const end = rows.findIndex((row) => !row.at(-1)?.startsWith("t"));
    return rows.slice(0, end === -1 ? rows.length : end).map((row) => {
      const event = read(row);
      return Object.assign(event, { cursor: encodePlace(placeOf(event.xid, event.position)) });
    });
  }

  /**
   * What is stored behind `after`, then what comes. Without a cursor: what comes from now on. All of the workspace, read
   * once for all who follow it: entries about private rows are marked, and given to those alone who may see them.
   */
  async follow({ workspaceId }: Actor, after: string | null | undefined): Promise<Following<Event>> {
    const place = after ? decodePlace(after, "events") : await this.#now();
    return this.live.follow(
      {
        topic: eventTopic(workspaceId),
        read: (from) => this.#read(workspaceId, from, pageSize),
        cursorOf: encodePlace,
      },
      place,
    );
  }

  /**
   * Every entry below the oldest transaction that still runs is final: nothing can be committed among them any more. The
   * first entry above it ends the page, even if it is committed already.
   */
  async #read(workspaceId: string, place: bigint, limit: number): Promise<LogPage<Event>> {
    // Ordered by the columns: a bare `xid` would be the text of the same name that is selected.
    const rows = await this.database.rows(sql<EventRow>`
      select id, workspace_id as "workspaceId", xid::text, position::text, kind, subject_id as "subjectId",
        actor_id as "actorId", visibility, owner_id as "ownerId", data, created_at as "createdAt", xid < pg_snapshot_xmin(pg_current_snapshot()) as settled
      from event
      where workspace_id = ${workspaceId} and (xid, position) > (${xidOf(place)}::xid8, ${positionOf(place)}::bigint)
      order by event.xid, event.position limit ${limit}`);
    const end = rows.findIndex(({ settled }) => !settled);
    const entries = rows.slice(0, end === -1 ? rows.length : end).map((row): LogEntry<Event> => {
      const at = placeOf(row.xid, row.position);
      const value = Object.assign(new Event(), row, { createdAt: new Date(row.createdAt), cursor: encodePlace(at) });
      const isPrivate = row.visibility === Visibility.PRIVATE;
      return {
        place: at,
        value,
        ...(isPrivate ? { restricted: { subjectId: row.subjectId, ownerId: row.ownerId ?? "" } } : {}),
      };
    });
    return { entries, rest: end !== -1 ? "unsettled" : rows.length === limit ? "more" : "wait" };
  }
}
