import { sql } from "kysely";
import { type Actor, asSystem, noWorkspace } from "#src/platform/actor.js";
import { BackgroundLoop } from "#src/platform/background-loop.js";
import type { Bus } from "#src/platform/bus.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import { productEventTopic } from "./product-event-service.js";

/** Woken when events of a workspace were summed up, of which `event_news` knows the last time. */
export const eventNewsTopic = (workspaceId: string) => `event-news:${workspaceId}`;

/** Who sums events up: it acts for nobody. */
const eventKeeper: Actor = asSystem({
  workspaceId: noWorkspace,
  userId: "",
  permissions: new Set(),
  requestId: "product events",
});

/** Each of them is locked by itself, so that two workers never write figures of the same workspace at once. */
const shards = 16;
/** Any number that nothing else locks; the shard is the lock's second number. */
const shardLock = 7_203_432;
/** Marks of hours that one transaction takes. */
const batch = 5_000;
/** Pause after a call, in which more gather, and between two looks that nobody asked for, in milliseconds. */
const gatherMs = 1_000;
const lookMs = 30_000;

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly logger: Logger;
}

/**
 * Sums product events up, hour by hour, behind those who write them. A figure is only ever a short cut: readers count what is
 * marked as stale by themselves, so that it does not matter how far behind this is.
 */
export class EventRollups {
  readonly #loop: BackgroundLoop;

  constructor(private readonly deps: Deps) {
    const failure = "product events could not be summed up; they will be";
    this.#loop = new BackgroundLoop({ ...deps, topic: productEventTopic, gatherMs, lookMs, failure }, () =>
      this.catchUp(),
    );
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Goes once through all that is stale, but for what another process is at. */
  async catchUp(): Promise<void> {
    const waiting = await this.deps.database.rows(sql<{ shard: number }>`
      select distinct ${shardOf} as shard from analytics.stale_hour order by 1`);
    for (const { shard } of waiting) while (!this.#loop.signal.aborted && (await this.#sumUp(shard)) === batch);
  }

  /** How many marks were taken: a whole batch when there may be more. */
  #sumUp(shard: number): Promise<number> {
    return this.deps.database.write(eventKeeper, async (change) => {
      change.hide();
      const [lock] = await change.sql(sql<{ held: boolean }>`
        select pg_try_advisory_xact_lock(${shardLock}, ${shard}) as held`);
      if (!lock?.held) return 0;
      // Before anything is counted: whoever commits events after this has left a mark that stays.
      const marks = await change.sql(sql<{ workspace: string; start: string }>`
        delete from analytics.stale_hour where id in (
          select id from analytics.stale_hour where ${shardOf} = ${shard} order by id limit ${batch})
        returning workspace_id as workspace, start`);
      if (marks.length > 0) {
        await sumUpHours(change, marks);
        await tell(change, [...new Set(marks.map(({ workspace }) => workspace))].sort());
      }
      return marks.length;
    });
  }
}

const shardOf = sql`(abs(hashtext(workspace_id)::bigint) % ${sql.lit(shards)})::int`;

const tell = async (change: Change, workspaceIds: readonly string[]): Promise<void> => {
  // A workspace that is gone meanwhile must not come back.
  await change.sql(sql`insert into analytics.event_news (workspace_id)
    select id from workspace where id = any(${workspaceIds}::text[]) order by id for key share
    on conflict (workspace_id) do update set xid = excluded.xid, position = excluded.position`);
  for (const workspaceId of workspaceIds) change.wake(eventNewsTopic(workspaceId));
};

/** Counts these hours anew from their events, and then their days from their hours. */
const sumUpHours = async (change: Change, marks: readonly { workspace: string; start: string }[]): Promise<void> => {
  const hour = sql`(select distinct * from unnest(${marks.map(({ workspace }) => workspace)}::text[],
    ${marks.map(({ start }) => start)}::timestamptz[]) as m (workspace_id, start)) h`;
  const day = sql`(select distinct workspace_id, date_trunc('day', start, 'UTC') as start from ${hour}) d`;
  const ofHour = sql`r.workspace_id = h.workspace_id and r.start = h.start`;
  // `offset 0` has Postgres look into the one partition of each hour, instead of comparing all hours with all events.
  const events = sql`${hour} cross join lateral (select name, user_id from analytics.product_event
    where workspace_id = h.workspace_id and at >= h.start and at < h.start + interval '1 hour' offset 0) e`;
  await change.sql(sql`delete from analytics.event_hour r using ${hour} where ${ofHour}`);
  await change.sql(sql`insert into analytics.event_hour (workspace_id, start, name, count)
    select h.workspace_id, h.start, e.name, count(*) from ${events} group by 1, 2, 3`);
  await change.sql(sql`delete from analytics.active_user_hour r using ${hour} where ${ofHour}`);
  await change.sql(sql`insert into analytics.active_user_hour (workspace_id, start, user_id)
    select distinct h.workspace_id, h.start, e.user_id from ${events} where e.user_id is not null`);
  await change.sql(sql`delete from analytics.active_user_day r using ${day}
    where r.workspace_id = d.workspace_id and r.start = d.start`);
  await change.sql(sql`insert into analytics.active_user_day (workspace_id, start, user_id)
    select distinct d.workspace_id, d.start, a.user_id from ${day} cross join lateral (
      select user_id from analytics.active_user_hour
      where workspace_id = d.workspace_id and start >= d.start and start < d.start + interval '1 day' offset 0) a`);
};
