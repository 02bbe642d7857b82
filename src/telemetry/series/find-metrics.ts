import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { notFound } from "#src/platform/errors.js";
import { shapeOf } from "#src/platform/lists/entity-shape.js";
import { Parameters } from "#src/platform/lists/statement.js";
import { Twin } from "#src/twins/twin.js";
import { Metric } from "../metric.js";

/** A metric of a twin, if it has it. */
export interface FoundMetric {
  readonly twinId: string;
  readonly series: string | null;
  readonly unit: string | null;
  readonly firstAt: Date | null;
}

/** The metric of this name of each twin, in their order. Throws NOT_FOUND when the actor may not see one of the twins. */
export const findMetrics = async (
  database: Database,
  actor: Actor,
  twinIds: readonly string[],
  name: string,
): Promise<FoundMetric[]> => {
  const parameters = new Parameters(actor);
  const [ids, named] = [parameters.add([...new Set(twinIds)]), parameters.add(name)];
  const text = `select json_build_object('twinId', t.id, 'series', m.series::text, 'unit', m.unit, 'firstAt', m.first_at)
    from twin t left join metric m on m.twin_id = t.id and m.name = ${named} and ${shapeOf(Metric).visible("m", parameters)}
    where t.id = any(${ids}::text[]) and ${shapeOf(Twin).visible("t", parameters)}`;
  const rows = await database.read(actor, { text, values: parameters.values, width: 1 });
  const found = new Map<string, FoundMetric>();
  for (const [json] of rows) {
    const { firstAt, ...metric } = JSON.parse(json ?? "{}") as Omit<FoundMetric, "firstAt"> & {
      firstAt: string | null;
    };
    found.set(metric.twinId, { ...metric, firstAt: firstAt === null ? null : new Date(firstAt) });
  }
  return twinIds.map((id) => {
    const metric = found.get(id);
    if (metric === undefined) throw notFound("twin", id);
    return metric;
  });
};
