import { columnName } from "../column.js";
import type { EntityShape } from "./entity-shape.js";
import { compileFilter } from "./filter-sql.js";
import { boundsSql, type Keyset, keysetOf, orderSql } from "./keyset.js";
import type { List, ListArgs } from "./list.js";
import { identifier, type Parameters, type Statement } from "./statement.js";

/** What a statement gives for each row: SQL expressions, and the rows that they need to be joined. */
export interface Selection {
  readonly columns: (parameters: Parameters) => readonly string[];
  readonly joins: (parameters: Parameters) => readonly string[];
}

/** Rows of one parent each: their class's property that holds the parent's id, and those ids. */
export interface Parents {
  readonly by: string;
  readonly ids: readonly string[];
}

export interface PageStatement extends Statement {
  readonly keyset: Keyset;
  readonly cursorAt: number;
}

/** The alias of a list's own rows in every statement about it. */
export const rowAlias = "t";

const matching = (shape: EntityShape, args: Pick<ListArgs, "filter">, parameters: Parameters): string[] => [
  shape.visible(rowAlias, parameters),
  ...(args.filter ? [compileFilter(shape, rowAlias, args.filter, parameters)] : []),
];

const where = (conditions: readonly string[]) => `where ${conditions.join(" and ")}`;

/** One row by its id. */
export const findSql = (shape: EntityShape, selection: Selection, id: string, parameters: Parameters): Statement => {
  const conditions = [`${rowAlias}.id = ${parameters.add(id)}`, shape.visible(rowAlias, parameters)];
  const selected = selection.columns(parameters);
  const from = [`${shape.table} ${rowAlias}`, ...selection.joins(parameters)].join(" ");
  const text = `select ${selected.join(", ")} from ${from} ${where(conditions)}`;
  return { text, values: parameters.values, width: selected.length };
};

/**
 * A keyset page: as fast at its end as at its beginning, and stable while rows are added. The selection's columns are
 * followed by those of the order, from `cursorAt` on. With parents a page for each of them in one statement, whose last
 * column is the place of the parent, from 1. `extra` rows beyond the page tell whether there are more.
 */
export const pageSql = (
  list: List,
  selection: Selection,
  args: ListArgs,
  extra: number,
  parents: Parents | undefined,
  parameters: Parameters,
): PageStatement => {
  const { shape } = list;
  const keyset = keysetOf(list, args);
  const own = selection.columns(parameters);
  const cursorAt = own.length;
  const selected = [...own, ...keyset.order.map(({ value }) => value(rowAlias, parameters))];
  const from = [`${shape.table} ${rowAlias}`, ...selection.joins(parameters)].join(" ");
  const conditions = [...matching(shape, args, parameters), ...boundsSql(keyset, rowAlias, parameters)];
  const tail = `order by ${orderSql(keyset, rowAlias, parameters)} limit ${keyset.size + extra}`;
  const { values } = parameters;
  const width = selected.length;
  if (parents === undefined)
    return {
      text: `select ${selected.join(", ")} from ${from} ${where(conditions)} ${tail}`,
      values,
      width,
      keyset,
      cursorAt,
    };
  conditions.unshift(`${rowAlias}.${identifier(columnName(parents.by))} = p.id`);
  const names = selected.map((_, index) => `c${index}`);
  const named = selected.map((expression, index) => `${expression} as ${names[index]}`).join(", ");
  const text = `select ${names.map((name) => `x.${name}`).join(", ")}, p.place
    from unnest(${parameters.add(parents.ids)}::text[]) with ordinality p (id, place),
    lateral (select ${named} from ${from} ${where(conditions)} ${tail}) x`;
  return { text, values, width: width + 1, keyset, cursorAt };
};

/** How many rows there are on all pages; with parents one row a parent that has any: its id and the number. */
export const countSql = (
  { shape }: List,
  args: Pick<ListArgs, "filter">,
  parents: Parents | undefined,
  parameters: Parameters,
): Statement => {
  const conditions = matching(shape, args, parameters);
  if (parents === undefined)
    return {
      text: `select count(*) from ${shape.table} ${rowAlias} ${where(conditions)}`,
      values: parameters.values,
      width: 1,
    };
  const parent = `${rowAlias}.${identifier(columnName(parents.by))}`;
  conditions.push(`${parent} = any(${parameters.add(parents.ids)})`);
  const text = `select ${parent}, count(*) from ${shape.table} ${rowAlias} ${where(conditions)} group by ${parent}`;
  return { text, values: parameters.values, width: 2 };
};
