import { sql } from "kysely";
import type { Pool } from "pg";
import type { Database } from "./database.js";
import { lanes } from "./job.js";
import type { Metrics } from "./metrics.js";

/** How long figures about tables are kept, and how long a scrape waits for the database, in milliseconds. */
const keepMs = 15_000;
const waitMs = 2_000;
/** Tables that Postgres takes to be larger are not counted but estimated. */
const countedRows = 100_000;

type EntityClass = new () => object;

/** Looks up what only the database knows: its pool, the jobs that wait, and how much is stored. */
export const collectDatabaseMetrics = (
  metrics: Metrics,
  database: Database,
  pool: Pool,
  entities: readonly EntityClass[],
): void => {
  const tables = entities.map((entity) => ({ type: entity.name, table: database.metadata.get(entity).tableName }));
  let countedAt = Number.NEGATIVE_INFINITY;

  const countJobs = async () => {
    const rows = await database.rows(sql<{ lane: string; status: string; count: number; oldest: number | null }>`
      select lane, status, count(*)::int as count,
        extract(epoch from clock_timestamp() - min(run_at) filter (where status = 'QUEUED'))::float8 as oldest
      from job where finished_at is null and status in ('QUEUED', 'RUNNING') group by lane, status`);
    for (const lane of lanes) {
      const of = (status: string) => rows.find((row) => row.lane === lane && row.status === status);
      for (const status of ["QUEUED", "RUNNING"]) metrics.jobs.set({ lane, status }, of(status)?.count ?? 0);
      metrics.jobsOldest.set({ lane }, Math.max(0, of("QUEUED")?.oldest ?? 0));
    }
  };

  const countEntities = async () => {
    if (tables.length === 0 || performance.now() - countedAt < keepMs) return;
    const counts = tables.map(
      ({ type, table }) => sql`
        select ${type}::text as type, case when c.reltuples > ${countedRows} then c.reltuples::bigint
          else (select count(*) from ${sql.table(table)}) end::float8 as count
        from pg_class c where c.oid = ${`"${table}"`}::text::regclass`,
    );
    const rows = await database.rows(sql<{ type: string; count: number }>`${sql.join(counts, sql` union all `)}`);
    for (const { type, count } of rows) metrics.entities.set({ type }, count);
    countedAt = performance.now();
  };

  metrics.onCollect(async () => {
    metrics.poolSize.set(pool.options.max ?? 0);
    metrics.pool.set({ state: "idle" }, pool.idleCount);
    metrics.pool.set({ state: "active" }, pool.totalCount - pool.idleCount);
    metrics.pool.set({ state: "waiting" }, pool.waitingCount);
    const timeout = new Promise<false>((resolve) => setTimeout(resolve, waitMs, false).unref());
    const looked = Promise.all([countJobs(), countEntities()]).then(
      () => true,
      () => false,
    );
    // A scrape must answer without the database as well: then is when somebody looks.
    metrics.databaseUp.set((await Promise.race([looked, timeout])) ? 1 : 0);
  });
};
