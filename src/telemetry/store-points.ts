import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import { newId } from "#src/platform/ids.js";
import type { NewSeries } from "./check-points.js";
import type { TelemetryReceipt } from "./telemetry-inputs.js";

interface Known {
  readonly series: string;
  readonly twin_id: string;
  readonly name: string;
  readonly unit: string | null;
}

/**
 * Stores points of metrics whose twins are locked, and what follows of them: the figures of the metrics, and the minutes that
 * rollups do not know yet. It locks metrics first, and all of them in one order, so who writes the same ones waits here.
 */
export const storePoints = async (change: Change, given: readonly NewSeries[]): Promise<TelemetryReceipt> => {
  const sent = given.reduce((sum, { values }) => sum + values.size, 0);
  const known = await lockMetrics(change, given);
  const numbers: string[] = [];
  const times: string[] = [];
  const values: string[] = [];
  for (const each of given) {
    const { series = "" } = known.get(nameOf(each.twinId, each.name)) ?? {};
    for (const [at, value] of each.values) {
      numbers.push(series);
      times.push(new Date(at).toISOString());
      values.push(value);
    }
  }
  // Written out here: none of them needs quotes, and the driver looks for them in each one.
  const [series, at, value] = [numbers, times, values].map((each) => `{${each.join()}}`);
  const points = sql`unnest(${series}::bigint[], ${at}::timestamptz[], ${value}::numeric[]) as g (series, at, value)`;
  const [added] = await change.systemSql(sql<{ accepted: number }>`
    with added as (
      insert into telemetry.point (series, at, value) select series, at, value from ${points} order by series, at
      on conflict do nothing returning series, at, value
    ), stale as (
      insert into telemetry.stale (series, start) select distinct series, date_trunc('minute', at, 'UTC') from added
    ), figures as (
      select distinct on (series) series, at as last_at, value as last_value,
        count(*) over of_series as points, min(at) over of_series as first_at
      from added window of_series as (partition by series) order by series, at desc
    ), told as (
      update metric m set points = m.points + f.points, first_at = least(m.first_at, f.first_at),
        last_at = greatest(m.last_at, f.last_at),
        last_value = case when f.last_at > m.last_at then f.last_value else m.last_value end
      from figures f where m.series = f.series
    )
    select count(*)::int as accepted from added`);
  const accepted = added?.accepted ?? 0;
  if (accepted === sent) return { accepted, duplicates: 0, conflicts: 0 };
  // The locks of the metrics keep what is there as it is, so all that was not added is there, with one value or another.
  const [found] = await change.systemSql(sql<{ duplicates: number }>`
    select count(*)::int as duplicates from ${points}
    where g.value = (select p.value from telemetry.point p where p.series = g.series and p.at = g.at)`);
  const duplicates = (found?.duplicates ?? 0) - accepted;
  return { accepted, duplicates, conflicts: sent - accepted - duplicates };
};

/** The metrics by `nameOf`, locked; those that are new are made. */
const lockMetrics = async (change: Change, given: readonly NewSeries[]): Promise<Map<string, Known>> => {
  const { workspaceId } = change.actor;
  const twins = given.map(({ twinId }) => twinId);
  const names = given.map(({ name }) => name);
  const ids = given.map(() => newId("metric"));
  // Figures of a new one come with its points.
  await change.systemSql(sql`
    insert into metric (id, workspace_id, created_at, twin_id, name, points, first_at, last_at, last_value)
    select g.id, ${workspaceId}, ${change.now.toISOString()}::timestamptz, g.twin_id, g.name, 0, 'infinity', '-infinity', 0
    from unnest(${ids}::text[], ${twins}::text[], ${names}::text[]) as g (id, twin_id, name)
    where not exists (select from metric m where m.twin_id = g.twin_id and m.name = g.name)
    order by g.twin_id, g.name on conflict do nothing`);
  const rows = await change.systemSql(sql<Known>`
    select m.series, m.twin_id, m.name, m.unit from metric m
    join unnest(${twins}::text[], ${names}::text[]) as g (twin_id, name) on m.twin_id = g.twin_id and m.name = g.name
    order by m.series for no key update of m`);
  const known = new Map(rows.map((row) => [nameOf(row.twin_id, row.name), row]));
  const renamed = given.flatMap(({ twinId, name, unit }) => {
    const found = known.get(nameOf(twinId, name));
    return found === undefined || unit === null || unit === found.unit ? [] : [{ series: found.series, unit }];
  });
  if (renamed.length > 0)
    await change.systemSql(sql`
      update metric m set unit = g.unit
      from unnest(${renamed.map(({ series }) => series)}::bigint[], ${renamed.map(({ unit }) => unit)}::text[]) as g (series, unit)
      where m.series = g.series`);
  return known;
};

const nameOf = (twinId: string, name: string): string => `${twinId} ${name}`;
