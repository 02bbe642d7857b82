import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { TwinLinkInput } from "./twin-inputs.js";

interface Step {
  /** A twin above the parent, and the one below it by which it was found. */
  readonly id: string;
  readonly below: string;
}

/**
 * The names along the circle that a new link would close, from its parent to its child and on to the parent again; nothing
 * when there is none. It looks upwards, for things have fewer wholes than parts.
 */
export const circleOf = async (
  change: Change,
  { parentId, childId, relation }: TwinLinkInput,
): Promise<string[] | undefined> => {
  const { workspaceId } = change.actor;
  const steps = await change.sql(sql<Step>`
    with recursive above (id, below) as (
      select parent_id, child_id from twin_link
      where child_id = ${parentId} and relation = ${relation} and workspace_id = ${workspaceId}
      union
      select l.parent_id, l.child_id from twin_link l join above a on l.child_id = a.id
      where l.relation = ${relation} and l.workspace_id = ${workspaceId})
    select id, below from above where exists (select 1 from above where id = ${childId})`);
  if (steps.length === 0) return undefined;
  const circle = [parentId, ...shortestDown(steps, childId, parentId)];
  const names = await change.sql(sql<{ id: string; name: string }>`
    select id, name from twin where id = any(${circle}::text[]) and workspace_id = ${workspaceId}`);
  const nameOf = new Map(names.map(({ id, name }) => [id, name]));
  return circle.map((id) => nameOf.get(id) ?? id);
};

/** The twins on a shortest way down, both ends included. */
const shortestDown = (steps: readonly Step[], from: string, to: string): string[] => {
  const above = new Map<string, string>();
  const level = [to];
  for (const below of level) {
    if (below === from) break;
    for (const step of steps) {
      if (step.below !== below || step.id === to || above.has(step.id)) continue;
      above.set(step.id, below);
      level.push(step.id);
    }
  }
  const way = [from];
  for (let id = above.get(from); id !== undefined; id = above.get(id)) way.push(id);
  return way;
};
