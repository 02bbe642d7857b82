import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { rowReader, shapeOf } from "#src/platform/lists/entity-shape.js";
import { Parameters } from "#src/platform/lists/statement.js";
import { ProviderCall } from "./provider-call.js";

/** Attempts that are shown of one generation. */
export const maxAttempts = 50;

/** The requests that these generations took, as far as the actor may see them, in the order in which they began. */
export const attemptsOf = async (
  database: Database,
  actor: Actor,
  generationIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ProviderCall[]>> => {
  const { select, read } = rowReader(ProviderCall);
  const { table, visible } = shapeOf(ProviderCall);
  const parameters = new Parameters(actor);
  const columns = select("t", parameters);
  const text = `select ${columns.join(", ")} from (
      select t.*, row_number() over (partition by t.generation_id order by t.started_at, t.id) as number from ${table} t
      where t.generation_id = any(${parameters.add(generationIds)}) and ${visible("t", parameters)}) t
    where t.number <= ${maxAttempts} order by t.number`;
  const rows = await database.read(actor, { text, values: parameters.values, width: columns.length });
  return Map.groupBy(rows.map(read), ({ generationId }) => generationId ?? "");
};
