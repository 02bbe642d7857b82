import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { notFound } from "#src/platform/errors.js";
import { rowReader, shapeOf } from "#src/platform/lists/entity-shape.js";
import { Parameters } from "#src/platform/lists/statement.js";
import { Twin } from "#src/twins/twin.js";

const reader = rowReader(Twin);

/** The twins of a query, in the order of their ids there. Throws NOT_FOUND when one is gone. */
export const twinsByIds = async (database: Database, actor: Actor, ids: readonly string[]): Promise<Twin[]> => {
  const found = await readTwins(
    database,
    actor,
    (row, parameters) => `${row}.id = any(${parameters.add(ids)})`,
    ids.length,
  );
  const byId = new Map(found.map((twin) => [twin.id, twin]));
  return ids.map((id) => {
    const twin = byId.get(id);
    if (twin === undefined) throw notFound("twin", id);
    return twin;
  });
};

/** The first twins of a type, by their names. */
export const twinsOfType = (database: Database, actor: Actor, type: string, most: number): Promise<Twin[]> =>
  readTwins(database, actor, (row, parameters) => `${row}.type = ${parameters.add(type)}`, most);

const readTwins = async (
  database: Database,
  actor: Actor,
  condition: (row: string, parameters: Parameters) => string,
  most: number,
): Promise<Twin[]> => {
  const parameters = new Parameters(actor);
  const { table, visible } = shapeOf(Twin);
  const columns = reader.select("t", parameters);
  const text = `select ${columns.join(", ")} from ${table} t where ${visible("t", parameters)}
    and ${condition("t", parameters)} order by t.name, t.id limit ${most}`;
  const rows = await database.read(actor, { text, values: parameters.values, width: columns.length });
  return rows.map(reader.read);
};
