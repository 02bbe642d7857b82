import { type RawBuilder, sql } from "kysely";
import type { Database } from "#src/platform/database.js";
import { hoursOf, type TimeSpan, wholeDays } from "./time-span.js";

/** What is asked of the events of a workspace. */
export interface EventQuestion {
  readonly workspaceId: string;
  readonly span: TimeSpan;
  /** From here on events are there one by one. */
  readonly rawFrom: Date;
  /** These names alone. */
  readonly names?: readonly string[] | null | undefined;
}

/** Hours that are counted event by event are `raw`: what cuts them, or what they have that no figure knows yet. */
const hours = ({ workspaceId, span, rawFrom }: EventQuestion): RawBuilder<unknown> => sql`
  stale as materialized (select distinct start from analytics.stale_hour where workspace_id = ${workspaceId}
    and start >= date_trunc('hour', ${span.from}, 'UTC') and start < ${span.until}),
  hour as materialized (select p.*, p.cut or s.start is not null as raw
    from ${hoursOf(rawFrom, span)} p left join stale s using (start))`;

/** Events of the hours that are raw. */
const rawEvents = ({ workspaceId, span }: EventQuestion): RawBuilder<unknown> => sql`
  (select start from hour where raw) r cross join lateral (
    select at, name, user_id from analytics.product_event where workspace_id = ${workspaceId}
      and at >= greatest(r.start, ${span.from}) and at < least(r.start + interval '1 hour', ${span.until}) offset 0) e`;

/** SQL of `bucket`, `name` and `count`, with several rows for some. Exact, whatever is summed up already. */
export const eventCountsSql = (question: EventQuestion): RawBuilder<unknown> => {
  const { workspaceId, span, names } = question;
  const isWanted = names ? sql`e.name = any(${[...names]}::text[])` : sql`true`;
  return sql`(with ${hours(question)}
    select h.bucket, e.name, e.count from hour h join analytics.event_hour e on e.start = h.start
    where e.workspace_id = ${workspaceId} and not h.raw and ${isWanted}
      and e.start >= date_trunc('hour', ${span.from}, 'UTC') and e.start < ${span.until}
    union all
    select ${span.bucketOf(sql.ref("e.at"))}, e.name, count(*) from ${rawEvents(question)} where ${isWanted} group by 1, 2)`;
};

/** SQL of `bucket` and `user_id`, each pair once: who has done something that was tracked. */
export const activeUsersSql = (question: EventQuestion): RawBuilder<unknown> => {
  const { workspaceId, span } = question;
  return sql`(with ${hours(question)},
    day as materialized ${wholeDays(sql`not raw`)}
    select d.bucket, a.user_id from day d join analytics.active_user_day a on a.start = d.start
    where a.workspace_id = ${workspaceId} and a.start >= ${span.from} and a.start < ${span.until}
    union
    select h.bucket, a.user_id from hour h join analytics.active_user_hour a
      on a.workspace_id = ${workspaceId} and a.start = h.start
    where not h.raw and h.day not in (select start from day)
    union
    select ${span.bucketOf(sql.ref("e.at"))}, e.user_id from ${rawEvents(question)} where e.user_id is not null)`;
};

/** Events of a span, all as one. */
export const countEvents = async (database: Database, question: EventQuestion): Promise<number> => {
  const row = await database.row(sql<{ count: string }>`
    select coalesce(sum(count), 0) as count from ${eventCountsSql(question)} c`);
  return Number(row?.count ?? 0);
};
