import { type RawBuilder, sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { dayMs } from "#src/platform/day.js";
import { badInput } from "#src/platform/errors.js";
import { checkRange, type TimeRange } from "#src/platform/time-range.js";
import { ZoneClock } from "#src/platform/zone-clock.js";
import { keptSince } from "#src/telemetry/kept-since.js";
import { pointCountsSql } from "#src/telemetry/series/point-counts.js";
import {
  AnalyticsOverview,
  type DayFigure,
  type EventTotal,
  type Headline,
  type MetricTotal,
  maxOverviewDays,
  maxTop,
  type TwinTotal,
} from "./analytics-overview.js";
import { activeUsersSql, eventCountsSql } from "./event-figures.js";
import { byUnit, split, timeSpan } from "./time-span.js";

/** Days of an overview for which nothing else was asked. */
const defaultDays = 30;

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  /** Days for which events and points, and figures of minutes, are kept. */
  readonly rawDays: number;
  readonly minuteDays: number;
}

/** Figures of days, in milliseconds of their beginnings. Null stands for the span before. */
interface Course {
  readonly days: readonly { readonly at: number | null; readonly value: number }[] | null;
}
interface Points extends Course {
  readonly metrics: MetricTotal[] | null;
  readonly twins: TwinTotal[] | null;
}
interface Events extends Course {
  readonly names: EventTotal[] | null;
}

/** A workspace at a glance: from figures where they know everything, and row by row where they do not. */
export class AnalyticsOverviewService {
  constructor(private readonly deps: Deps) {}

  async overview(
    { workspaceId }: Actor,
    asked: TimeRange | null | undefined,
    timeZone: string,
  ): Promise<AnalyticsOverview> {
    const { database, clock, rawDays, minuteDays } = this.deps;
    const asOf = clock.now();
    const { from, until } = asked ?? { from: new Date(asOf.getTime() - defaultDays * dayMs), until: asOf };
    checkRange({ from, until });
    new ZoneClock(timeZone);
    // A day of the clock may have 23 hours, and the first and the last one may be cut.
    if (until.getTime() - from.getTime() > (maxOverviewDays - 3) * dayMs)
      throw badInput(`The range must not be longer than ${maxOverviewDays - 3} days.`, "range.until");
    const earlier = new Date(2 * from.getTime() - until.getTime());
    const bucketOf = split(from, byUnit("day", timeZone));
    const span = timeSpan({ from: earlier, until }, bucketOf);
    const daily = timeSpan({ from, until }, byUnit("day", timeZone));
    const question = { workspaceId, span, rawFrom: new Date(asOf.getTime() - rawDays * dayMs) };
    const one = async <T>(query: RawBuilder<{ answer: T }>) => ((await database.row(query)) as { answer: T }).answer;
    const course = (
      rows: RawBuilder<unknown>,
    ) => sql`(select json_agg(json_build_object('at', at, 'value', value)) from (
      select case when isfinite(bucket) then extract(epoch from bucket) * 1000 end as at, sum(value) as value
      from ${rows} r group by bucket order by bucket) d)`;
    const within = (column: string) => sql`workspace_id = ${workspaceId} and ${sql.ref(column)} >= ${span.from}
      and ${sql.ref(column)} < ${span.until}`;
    const inSpan = sql`bucket > '-infinity'`;

    // What a day is, Postgres says to all of them: it truncates times to days for most figures.
    const days = await one(sql<{
      answer: number[];
    }>`select json_agg(extract(epoch from d at time zone ${timeZone}::text) * 1000 order by d) as answer
      from generate_series(date_trunc('day', ${from}::timestamptz at time zone ${timeZone}::text),
        (${until}::timestamptz - interval '1 ms') at time zone ${timeZone}::text, interval '1 day') d`);
    const edges = [earlier.getTime(), from.getTime(), ...days.slice(1), until.getTime()];
    const buckets = edges.slice(1).map((until, place) => {
      const from = edges[place] as number;
      return { start: from, from, until };
    });
    const pointCounts = pointCountsSql({ workspaceId, buckets, since: keptSince(asOf, { rawDays, minuteDays }) });
    const names = ["-infinity", ...days.map((day) => new Date(day).toISOString())];

    const [events, users, totals, points, cost, quotes] = await Promise.all([
      one(sql<{ answer: Events }>`
        with counted as materialized (select bucket, name, sum(count) as value from ${eventCountsSql(question)} c group by 1, 2)
        select json_build_object('days', ${course(sql`counted`)}, 'names', (select json_agg(t) from (
          select name, sum(value) as count from counted where ${inSpan} group by 1 order by 2 desc, 1 limit ${maxTop}) t)) as answer`),
      one(sql<{ answer: Course }>`
        select json_build_object('days', ${course(sql`(select bucket, 1 as value from ${activeUsersSql({ ...question, span: daily })} u)`)}) as answer`),
      one(sql<{ answer: { value: number; before: number } }>`
        select json_build_object(
          'value', (select count(distinct user_id) from ${activeUsersSql({ ...question, span: timeSpan({ from, until }) })} u),
          'before', (select count(distinct user_id)
            from ${activeUsersSql({ ...question, span: timeSpan({ from: earlier, until: from }) })} u)) as answer`),
      one(sql<{ answer: Points }>`
        with counted as materialized (
          select series, (${names}::timestamptz[])[bucket] as bucket, sum(count) as value from ${pointCounts} c group by 1, 2),
        by_series as materialized (select series, sum(value) as points from counted where ${inSpan} group by 1)
        select json_build_object('days', ${course(sql`counted`)}, 'metrics', (select json_agg(t) from (
            select m.id as "metricId", m.name as metric, m.twin_id as "twinId", w.name as twin, s.points
            from (select * from by_series order by points desc, series limit ${maxTop}) s
              join metric m using (series) join twin w on w.id = m.twin_id order by s.points desc, s.series) t),
          'twins', (select json_agg(t) from (
            select w.id as "twinId", w.name as twin, sum(s.points) as points
            from by_series s join metric m using (series) join twin w on w.id = m.twin_id
            group by 1, 2 order by 3 desc, 1 limit ${maxTop}) t)) as answer`),
      one(
        sql<{ answer: Course }>`select json_build_object('days', ${course(sql`(
        select ${bucketOf(sql.ref("started_at"))} as bucket, cost_micros as value from provider_call
        where cost_micros is not null and ${within("started_at")})`)}) as answer`,
      ),
      one(
        sql<{ answer: Course }>`select json_build_object('days', ${course(sql`(
        select ${bucketOf(sql.ref("created_at"))} as bucket, 1 as value from quote where ${within("created_at")})`)}) as answer`,
      ),
    ]);
    const byDay = (course: Course): DayFigure[] => {
      const values = new Map((course.days ?? []).map(({ at, value }) => [at, value]));
      return days.map((at) => ({ at: new Date(at), value: values.get(at) ?? 0 }));
    };
    return Object.assign(new AnalyticsOverview(), {
      ...{ asOf, from, until },
      events: headline(summed(events)),
      activeUsers: headline(totals),
      telemetryPoints: headline(summed(points)),
      aiCostMicros: headline(summed(cost)),
      quotes: headline(summed(quotes)),
      eventsByDay: byDay(events),
      activeUsersByDay: byDay(users),
      telemetryPointsByDay: byDay(points),
      aiCostMicrosByDay: byDay(cost),
      quotesByDay: byDay(quotes),
      topEvents: events.names ?? [],
      topMetrics: points.metrics ?? [],
      topTwins: points.twins ?? [],
    });
  }
}

const summed = ({ days }: Course) => {
  const sum = (isBefore: boolean) =>
    (days ?? []).reduce((total, { at, value }) => ((at === null) === isBefore ? total + value : total), 0);
  return { value: sum(false), before: sum(true) };
};

const headline = ({ value, before }: { value: number; before: number }): Headline => ({
  ...{ value, before },
  change: before === 0 ? null : (value - before) / before,
});
