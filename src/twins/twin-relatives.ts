import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import { rowReader, shapeOf } from "#src/platform/lists/entity-shape.js";
import { maxPage } from "#src/platform/lists/list.js";
import { groupByParent } from "#src/platform/lists/lists.js";
import { rowAlias } from "#src/platform/lists/page-sql.js";
import { Parameters } from "#src/platform/lists/statement.js";
import { Twin, TwinLink } from "./twin.js";
import { acyclicRelations, type TwinRelation } from "./twin-relation.js";

/** Links that are gone along from one twin. */
export const maxDepth = 32;

/** Which relatives of a twin. */
export interface Relatives {
  readonly direction: "up" | "down";
  /** Null for all relations. */
  readonly relation: TwinRelation | null;
  /** 1 for parents and children. */
  readonly depth: number;
  readonly first: number;
}

/** Refuses what would have no end, or too many. Said before any is read. */
export const checkRelatives = ({ relation, depth, first }: Relatives): void => {
  if (first < 1 || first > maxPage) throw badInput(`\`first\` is ${first}; it must be from 1 to ${maxPage}.`, "first");
  if (depth < 1 || depth > maxDepth)
    throw badInput(`\`depth\` is ${depth}; it must be from 1 to ${maxDepth}.`, "depth");
  if (depth > 1 && !acyclicRelations.includes(relation as TwinRelation))
    throw badInput(`${relation} may go in a circle; only these do not: ${acyclicRelations.join(", ")}.`, "relation");
};

/** The relatives of many twins in one statement: the nearest first, and of these by their names. */
export const readRelatives = async (
  database: Database,
  actor: Actor,
  { direction, relation, depth, first }: Relatives,
  ids: readonly string[],
): Promise<Map<string, Twin[]>> => {
  const { select, read } = rowReader(Twin);
  const parameters = new Parameters(actor);
  const selected = select(rowAlias, parameters);
  const [from, to] = direction === "up" ? ["child_id", "parent_id"] : ["parent_id", "child_id"];
  const links = [shapeOf(TwinLink).visible("l", parameters)];
  if (relation !== null) links.push(`l.relation = ${parameters.add(relation)}`);
  const text = `with recursive asked as (
      select id, place from unnest(${parameters.add(ids)}::text[]) with ordinality p (id, place)),
    reached (place, id, depth) as (
      select p.place, l.${to}, 1 from asked p join twin_link l on l.${from} = p.id where ${links.join(" and ")}
      union
      select r.place, l.${to}, r.depth + 1 from reached r join twin_link l on l.${from} = r.id
      where r.depth < ${parameters.add(depth)}::integer and ${links.join(" and ")}),
    nearest as (select place, id, min(depth) as depth from reached group by place, id)
    select ${selected.map((_, index) => `x.c${index}`).join(", ")}, p.place from asked p, lateral (
      select ${selected.map((expression, index) => `${expression} as c${index}`).join(", ")}
      from nearest n join twin ${rowAlias} on ${rowAlias}.id = n.id
      where n.place = p.place and ${shapeOf(Twin).visible(rowAlias, parameters)}
      order by n.depth, ${rowAlias}.name, ${rowAlias}.id limit ${parameters.add(first)}::integer) x`;
  const rows = await database.read(actor, { text, values: parameters.values, width: selected.length + 1 });
  const byTwin = groupByParent(rows, ids);
  return new Map(ids.map((id) => [id, (byTwin.get(id) ?? []).map(read)]));
};
