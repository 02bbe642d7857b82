import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Actor } from "./actor.js";
import type { Bus } from "./bus.js";
import type { Database } from "./database.js";
import { badInput } from "./errors.js";
import { Event, eventTopic } from "./event.js";
import { live } from "./live.js";

interface Place {
  xid: string;
  position: string;
}

interface EventRow extends Place {
  id: string;
  workspaceId: string;
  kind: string;
  subjectId: string;
  actorId: string;
  data: Record<string, unknown>;
  createdAt: string;
  settled: boolean;
}

const pageSize = 200;
const maxPage = 1_000;
/** Pause before looking again at an entry that an older transaction still holds back, in milliseconds. */
const unsettledMs = 15;

const encode = ({ xid, position }: Place) => Buffer.from(`${xid}.${position}`).toString("base64url");

const decode = (cursor: string): Place => {
  const [, xid, position] = /^(\d{1,19})\.(\d{1,19})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (xid === undefined || position === undefined) {
    throw badInput(`${JSON.stringify(cursor.slice(0, 80))} is not a cursor of events.`, "after");
  }
  return { xid, position };
};

/** Reads a workspace's events in the order in which they became true, each exactly once behind any cursor. */
export class EventLog {
  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
  ) {}

  /** The stored events behind `after`, from the beginning when there is none. */
  async page(actor: Actor, after: string | null | undefined, first: number): Promise<Event[]> {
    if (first < 1 || first > maxPage)
      throw badInput(`\`first\` is ${first}; it must be from 1 to ${maxPage}.`, "first");
    const { events } = await this.#read(actor, after ? decode(after) : { xid: "0", position: "0" }, first);
    return events;
  }

  /** What is stored behind `after`, then what comes. Without a cursor: what comes from now on. */
  async follow(actor: Actor, after: string | null | undefined): Promise<AsyncIterableIterator<Event>> {
    let place = after ? decode(after) : await this.#now();
    const readOn = () => this.#read(actor, place, pageSize);
    async function* read(): AsyncGenerator<Event, boolean> {
      for (;;) {
        const { events, unsettled } = await readOn();
        for (const event of events) {
          place = event;
          yield event;
        }
        if (events.length === pageSize) continue;
        if (!unsettled) return false;
        await sleep(unsettledMs);
      }
    }
    return live(this.bus, eventTopic(actor.workspaceId), read);
  }

  /**
   * Every entry below the oldest transaction that still runs is final: nothing can be committed among them any more. The
   * first entry above it ends the page, even if it is committed already. The order names the columns with their table:
   * without it, it would be that of the texts that are selected under the same names.
   */
  async #read(actor: Actor, { xid, position }: Place, limit: number): Promise<{ events: Event[]; unsettled: boolean }> {
    const rows = await this.database.rows(sql<EventRow>`
      select id, workspace_id as "workspaceId", xid::text, position::text, kind, subject_id as "subjectId",
        actor_id as "actorId", data, created_at as "createdAt", xid < pg_snapshot_xmin(pg_current_snapshot()) as settled
      from event where workspace_id = ${actor.workspaceId} and (xid, position) > (${xid}::xid8, ${position}::bigint)
      order by event.xid, event.position limit ${limit}`);
    const end = rows.findIndex(({ settled }) => !settled);
    const events = rows
      .slice(0, end === -1 ? rows.length : end)
      .map((row) => Object.assign(new Event(), row, { createdAt: new Date(row.createdAt), cursor: encode(row) }));
    return { events, unsettled: end !== -1 };
  }

  async #now(): Promise<Place> {
    const row = await this.database.row(
      sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`,
    );
    return { xid: row?.xid ?? "0", position: "0" };
  }
}
