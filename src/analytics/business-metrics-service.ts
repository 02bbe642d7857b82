import { type RawBuilder, sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { dayMs } from "#src/platform/day.js";
import type { TimeRange } from "#src/platform/time-range.js";
import { ZoneClock } from "#src/platform/zone-clock.js";
import { keptSince } from "#src/telemetry/kept-since.js";
import { pointCountsSql } from "#src/telemetry/series/point-counts.js";
import { type BusinessJobs, BusinessMetrics, type BusinessProvider, maxProviders } from "./business-metrics.js";
import { activeUsersSql, countEvents } from "./event-figures.js";
import { asOne, checkSpan, timeSpan } from "./time-span.js";

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  /** Days for which events and points, and figures of minutes, are kept. */
  readonly rawDays: number;
  readonly minuteDays: number;
}

type Numbers<T> = { readonly [Name in keyof T]: string | null };

/** Figures of a workspace that all follow from its rows. */
export class BusinessMetricsService {
  constructor(private readonly deps: Deps) {}

  async between({ workspaceId }: Actor, range: TimeRange, timeZone: string): Promise<BusinessMetrics> {
    checkSpan(range);
    new ZoneClock(timeZone);
    const { database, clock, rawDays, minuteDays } = this.deps;
    const span = timeSpan(range, asOne(range.from));
    const question = { workspaceId, span, rawFrom: new Date(clock.now().getTime() - rawDays * dayMs) };
    const [from, until] = [range.from.getTime(), range.until.getTime()];
    const since = keptSince(clock.now(), { rawDays, minuteDays });
    const points = pointCountsSql({ workspaceId, buckets: [{ start: from, from, until }], since });
    const within = (column: string) =>
      sql`${sql.ref(column)} >= ${range.from}::timestamptz and ${sql.ref(column)} < ${range.until}::timestamptz`;
    const made = sql`workspace_id = ${workspaceId} and ${within("created_at")}`;
    const one = async (query: RawBuilder<Numbers<Record<string, number>>>) =>
      numbers((await database.row(query)) ?? {});
    const changes = sql`workspace_id = ${workspaceId} and ${within("created_at")} and outcome = 'SUCCEEDED'`;

    const [quotes, ai, calls, providers, voice, activity, volume, jobs, events, { points: telemetryPoints }] =
      await Promise.all([
        one(sql`
        select count(*) as made, count(*) filter (where spoken is not null) as spoken,
          count(*) filter (where source = 'USER' and spoken is null) as written,
          count(*) filter (where source = 'AI_GENERATED' and spoken is null) as generated,
          count(*) / (extract(epoch from ${range.until}::timestamptz at time zone ${timeZone}::text
            - ${range.from}::timestamptz at time zone ${timeZone}::text) / 86400) as "perDay",
          (select count(*) from quote_favourite where ${made}) as favourites
        from (select q.source, v.quote_id as spoken from quote q left join (
            select distinct quote_id from voice_quote where workspace_id = ${workspaceId} and quote_id is not null) v
          on v.quote_id = q.id where q.workspace_id = ${workspaceId} and ${within("q.created_at")}) q`),
        one(sql`
        select count(*) as generations, count(*) filter (where status = 'SUCCEEDED') as succeeded,
          count(*) filter (where status = 'FAILED') as failed,
          count(*) filter (where status = 'SUCCEEDED')::float8
            / nullif(count(*) filter (where status in ('SUCCEEDED', 'FAILED')), 0) as "successRate"
        from generation where ${made}`),
        one(sql`
        select count(*) as calls, coalesce(sum(input_tokens), 0) as "inputTokens",
          coalesce(sum(output_tokens), 0) as "outputTokens", coalesce(sum(cost_micros), 0) as "costMicros",
          count(*) filter (where cost_micros is null) as "unpricedCalls"
        from provider_call where workspace_id = ${workspaceId} and ${within("started_at")}`),
        database.rows(sql<Numbers<BusinessProvider>>`
        select provider, count(*) as calls, coalesce(sum(input_tokens), 0) as "inputTokens",
          coalesce(sum(output_tokens), 0) as "outputTokens", coalesce(sum(cost_micros), 0) as "costMicros"
        from provider_call where workspace_id = ${workspaceId} and ${within("started_at")}
        group by provider order by coalesce(sum(cost_micros), 0) desc, provider limit ${maxProviders}`),
        one(sql`
        select r.recordings, r.minutes, count(t.id) as transcripts, count(*) filter (where status = 'DONE') as done,
          count(*) filter (where status = 'FAILED') as failed, count(*) filter (where status = 'DONE')::float8
            / nullif(count(*) filter (where status in ('DONE', 'FAILED')), 0) as "successRate"
        from (select count(*) as recordings, coalesce(sum(duration), 0)::float8 / 60000 as minutes
          from voice_recording where ${made}) r left join transcript t on ${made} group by 1, 2`),
        one(sql`
        select (select count(*) from audit_entry where ${changes}) as changes, (select count(*) from (
          select user_id from ${activeUsersSql(question)} t
          union select actor_id from audit_entry where ${changes} and credential_id like 'session\\_%') u) as "activeUsers"`),
        one(sql`
        select (select count(*) from twin where ${made}) as twins, count(*) as files, coalesce(sum(size), 0) as "fileBytes"
        from stored_file where ${made}`),
        database.rows(
          sql<Numbers<BusinessJobs>>`select status, count(*) as count from job where ${made} group by 1 order by 1`,
        ),
        countEvents(database, question),
        one(sql`select sum(count) as points from ${points} c`),
      ]);
    return Object.assign(new BusinessMetrics(), {
      ...{ from: range.from, until: range.until, quotes },
      ai: { ...ai, ...calls, providers: providers.map(({ provider, ...rest }) => ({ provider, ...numbers(rest) })) },
      ...{ voice, activity: { ...activity, events }, volume: { ...volume, telemetryPoints: telemetryPoints ?? 0 } },
      jobs: jobs.map(({ status, count }) => ({ status, count: Number(count) })),
    }) as BusinessMetrics;
  }
}

const numbers = (row: Readonly<Record<string, string | null>>): Record<string, number | null> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : Number(value)]));
