import { type RawBuilder, sql } from "kysely";
import type { Actor } from "../actor.js";
import { badInput } from "../errors.js";
import { type Comparison, type Operator, operators } from "./filter-inputs.js";
import type { List } from "./list.js";

type Condition = RawBuilder<unknown>;

const maxConditions = 200;
const maxDepth = 10;
const maxListItems = 1_000;

const escapeLike = (text: unknown) => String(text).replace(/[\\%_]/g, "\\$&");

/**
 * Compiles a filter to SQL. Everything unknown, empty or null is refused: a filter that says nothing must never read as
 * "all rows".
 */
export const compileFilter = <T extends object>(
  list: List<T>,
  filter: object,
  actor: Actor,
  columnRef: (property: string) => RawBuilder<unknown>,
): Condition => {
  let conditions = 0;

  const count = (path: string) => {
    conditions += 1;
    if (conditions > maxConditions) throw badInput(`A filter has at most ${maxConditions} conditions.`, path);
  };

  const compare = (column: Condition, operator: Operator, value: unknown, path: string): Condition => {
    count(path);
    if (value === null) throw badInput("null is no value to compare with: use `isNull`.", path);
    switch (operator) {
      case "eq":
        return sql`${column} = ${value}`;
      case "ne":
        return sql`${column} is distinct from ${value}`;
      case "gt":
        return sql`${column} > ${value}`;
      case "gte":
        return sql`${column} >= ${value}`;
      case "lt":
        return sql`${column} < ${value}`;
      case "lte":
        return sql`${column} <= ${value}`;
      case "contains":
        return sql`${column} ilike ${`%${escapeLike(value)}%`}`;
      case "startsWith":
        return sql`${column} ilike ${`${escapeLike(value)}%`}`;
      case "isNull":
        return value === true ? sql`${column} is null` : sql`${column} is not null`;
      case "in":
      case "notIn": {
        const items = value as unknown[];
        if (items.length > maxListItems)
          throw badInput(`A list to compare with has at most ${maxListItems} items.`, path);
        if (items.includes(null)) throw badInput("null is no value to compare with: use `isNull`.", path);
        const found = items.length === 0 ? sql`false` : sql`${column} in (${sql.join(items)})`;
        return operator === "in" ? found : sql`(${found}) is not true`;
      }
    }
  };

  const all = (parts: Condition[]) => sql`(${sql.join(parts, sql` and `)})`;
  const any = (parts: Condition[]) => sql`(${sql.join(parts, sql` or `)})`;

  const compileColumn = (property: string, comparison: Comparison, path: string): Condition => {
    const given = operators.filter((operator) => comparison[operator] !== undefined);
    if (given.length === 0) throw badInput("A condition names at least one operator, such as `eq`.", path);
    return all(
      given.map((operator) => compare(columnRef(property), operator, comparison[operator], `${path}.${operator}`)),
    );
  };

  const compileList = (items: unknown, path: string, depth: number): Condition[] => {
    if (!Array.isArray(items) || items.length === 0) throw badInput("At least one condition belongs here.", path);
    return items.map((item, index) => compile(item as object, `${path}.${index}`, depth + 1));
  };

  const compile = (part: object, path: string, depth: number): Condition => {
    if (depth > maxDepth) throw badInput(`Filters nest at most ${maxDepth} levels.`, path);
    const parts = Object.entries(part)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]): Condition => {
        const here = `${path}.${name}`;
        if (value === null) throw badInput("null is no condition: leave it out.", here);
        if (name === "and") return all(compileList(value, here, depth));
        if (name === "or") return any(compileList(value, here, depth));
        if (name === "not") return sql`(${compile(value as object, here, depth + 1)}) is not true`;
        const virtual = Object.hasOwn(list.virtualFilters, name) ? list.virtualFilters[name] : undefined;
        if (virtual !== undefined) {
          count(here);
          return virtual.condition(value as never, actor);
        }
        if (!list.columns.get(name)?.filter) throw badInput(`${JSON.stringify(name)} cannot be filtered by.`, here);
        return compileColumn(name, value as Comparison, here);
      });
    if (parts.length === 0) throw badInput("A filter names at least one condition.", path);
    return all(parts);
  };

  return compile(filter, "filter", 1);
};
