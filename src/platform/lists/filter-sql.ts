import { columnName } from "../column.js";
import { badInput } from "../errors.js";
import { isTextList } from "./codec.js";
import { type Column, type EntityShape, shapeOf } from "./entity-shape.js";
import { type Comparison, type Operator, operators } from "./filter-inputs.js";
import { compileJson } from "./filter-json.js";
import { identifier, type Parameters } from "./statement.js";

const maxConditions = 200;
const maxDepth = 10;
const maxListItems = 1_000;

const escapeLike = (text: unknown) => String(text).replace(/[\\%_]/g, "\\$&");
const all = (parts: readonly string[]) => `(${parts.join(" and ")})`;
const any = (parts: readonly string[]) => `(${parts.join(" or ")})`;

/** One filter on its way to SQL: counts its conditions, and names its rows apart from each other. */
class FilterCompilation {
  #conditions = 0;
  #aliases = 0;

  constructor(private readonly parameters: Parameters) {}

  rows(shape: EntityShape, row: string, part: object, path: string, depth: number): string {
    if (depth > maxDepth) throw badInput(`Filters nest at most ${maxDepth} levels.`, path);
    const parts = Object.entries(part)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => this.#part(shape, row, name, value, `${path}.${name}`, depth));
    if (parts.length === 0) throw badInput("A filter names at least one condition.", path);
    return all(parts);
  }

  #part(shape: EntityShape, row: string, name: string, value: unknown, path: string, depth: number): string {
    if (value === null || typeof value !== "object") throw badInput("null is no condition: leave it out.", path);
    if (name === "and") return all(this.#list(shape, row, value, path, depth));
    if (name === "or") return any(this.#list(shape, row, value, path, depth));
    if (name === "not") return `(${this.rows(shape, row, value, path, depth + 1)}) is not true`;
    const column = shape.columns.get(name);
    if (column?.declaration.filter) return this.#column(column, row, value as Comparison, path);
    const reference = shape.references.get(name);
    if (reference !== undefined) {
      const named = `${row}.${identifier(columnName(reference.property))}`;
      return this.#exists(shapeOf(reference.entity()), (alias) => `${alias}.id = ${named}`, value, path, depth);
    }
    const collection = shape.collections.get(name);
    if (collection === undefined) throw badInput(`${JSON.stringify(name)} cannot be filtered by.`, path);
    const { some, none } = value as { some?: object | null; none?: object | null };
    const of = shapeOf(collection.entity());
    const by = identifier(columnName(collection.by));
    const conditions = Object.entries({ some, none })
      .filter(([, part]) => part !== undefined)
      .map(([quantifier, part]) => {
        const here = `${path}.${quantifier}`;
        if (part === null) throw badInput("null is no condition: leave it out.", here);
        const exists = this.#exists(of, (alias) => `${alias}.${by} = ${row}.id`, part as object, here, depth);
        return quantifier === "some" ? exists : `not ${exists}`;
      });
    if (conditions.length === 0) throw badInput("A condition names `some` or `none`.", path);
    return all(conditions);
  }

  #exists(of: EntityShape, join: (alias: string) => string, part: object, path: string, depth: number): string {
    this.#count(path);
    this.#aliases += 1;
    const alias = `f${this.#aliases}`;
    const conditions = [join(alias), of.visible(alias, this.parameters), this.rows(of, alias, part, path, depth + 1)];
    return `exists (select 1 from ${of.table} ${alias} where ${conditions.join(" and ")})`;
  }

  #list(shape: EntityShape, row: string, items: object, path: string, depth: number): string[] {
    if (!Array.isArray(items) || items.length === 0) throw badInput("At least one condition belongs here.", path);
    if (items.length > maxConditions) throw badInput(`A filter has at most ${maxConditions} conditions.`, path);
    return items.map((item, index) => this.rows(shape, row, item as object, `${path}.${index}`, depth + 1));
  }

  #column(column: Column, row: string, comparison: Comparison, path: string): string {
    const value = column.value(row, this.parameters);
    const count = (at: string) => this.#count(at);
    if (column.declaration.sql === "jsonb") return compileJson(value, comparison, path, this.parameters, count);
    if (isTextList(column.declaration)) return this.#texts(value, comparison as never, path);
    const given = operators.filter((operator) => comparison[operator] !== undefined);
    if (given.length === 0) throw badInput("A condition names at least one operator, such as `eq`.", path);
    return all(given.map((operator) => this.#compare(value, operator, comparison[operator], `${path}.${operator}`)));
  }

  #compare(column: string, operator: Operator, value: unknown, path: string): string {
    this.#count(path);
    if (value === null) throw badInput("null is no value to compare with: use `isNull`.", path);
    const add = (item: unknown) => this.parameters.add(item instanceof Date ? item.toISOString() : item);
    switch (operator) {
      case "eq":
        return `${column} = ${add(value)}`;
      case "ne":
        return `${column} is distinct from ${add(value)}`;
      case "gt":
        return `${column} > ${add(value)}`;
      case "gte":
        return `${column} >= ${add(value)}`;
      case "lt":
        return `${column} < ${add(value)}`;
      case "lte":
        return `${column} <= ${add(value)}`;
      case "contains":
        return `${column} ilike ${add(`%${escapeLike(value)}%`)}`;
      case "startsWith":
        return `${column} ilike ${add(`${escapeLike(value)}%`)}`;
      case "isNull":
        return value === true ? `${column} is null` : `${column} is not null`;
      case "in":
        return `${column} = any(${this.#items(value, path)})`;
      case "notIn":
        return `(${column} = any(${this.#items(value, path)})) is not true`;
    }
  }

  #texts(
    column: string,
    { has, hasAny, hasAll, isEmpty }: Partial<Record<"has" | "hasAny" | "hasAll" | "isEmpty", unknown>>,
    path: string,
  ): string {
    const given = Object.entries({ has, hasAny, hasAll, isEmpty }).filter(([, value]) => value !== undefined);
    if (given.length === 0) throw badInput("A condition names at least one operator, such as `has`.", path);
    const conditions = given.map(([operator, value]) => {
      const here = `${path}.${operator}`;
      this.#count(here);
      if (value === null) throw badInput("null is no value to compare with.", here);
      if (operator === "isEmpty") return value === true ? `${column} = '{}'` : `${column} <> '{}'`;
      const items = this.#items(operator === "has" ? [value] : value, here);
      return `${column} ${operator === "hasAny" ? "&&" : "@>"} ${items}`;
    });
    return all(conditions);
  }

  #items(value: unknown, path: string): string {
    const items = value as unknown[];
    if (items.length > maxListItems) throw badInput(`A list to compare with has at most ${maxListItems} items.`, path);
    if (items.includes(null)) throw badInput("null is no value to compare with: use `isNull`.", path);
    return this.parameters.add(items.map((item) => (item instanceof Date ? item.toISOString() : item)));
  }

  #count(path: string): void {
    this.#conditions += 1;
    if (this.#conditions > maxConditions) throw badInput(`A filter has at most ${maxConditions} conditions.`, path);
  }
}

/**
 * Compiles a filter to SQL. Everything unknown, empty or null is refused: a filter that says nothing must never read as
 * "all rows".
 */
export const compileFilter = (shape: EntityShape, row: string, filter: object, parameters: Parameters): string =>
  new FilterCompilation(parameters).rows(shape, row, filter, "filter", 1);
