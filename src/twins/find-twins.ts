import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";

/** The ids of twins by what they are called: their ids, or else their external ids. Those that the actor may not see are missing. */
export const findTwins = async (
  database: Database,
  actor: Actor,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (names.length === 0) return new Map();
  const rows = await database.read(actor, {
    text: "select id, external_id from twin where workspace_id = $1 and (id = any($2::text[]) or external_id = any($2::text[]))",
    values: [actor.workspaceId, names],
    width: 2,
  });
  const external = rows.flatMap(([id, name]) => (id && name ? [[name, id] as const] : []));
  return new Map([...external, ...rows.flatMap(([id]) => (id ? [[id, id] as const] : []))]);
};
