import type { EntityMetadata } from "@mikro-orm/core";
import type { Hold } from "./hold.js";
import { identifier } from "./lists/statement.js";

/** A row to add: the table's description and the entity with its values. */
export interface NewRow {
  readonly meta: EntityMetadata;
  readonly row: object;
}

/** New values for the row with this id. */
export interface Amendment {
  readonly meta: EntityMetadata;
  readonly id: string;
  readonly values: object;
}

export interface WritingStatement {
  readonly text: string;
  readonly values: unknown[];
}

interface InsertColumn {
  readonly name: string;
  readonly column: string;
  readonly type: string | undefined;
}

const columns = new WeakMap<EntityMetadata, readonly InsertColumn[]>();

const columnsOf = (meta: EntityMetadata): readonly InsertColumn[] => {
  const known = columns.get(meta);
  if (known !== undefined) return known;
  const made = meta.props.map(({ name, fieldNames, columnTypes }) => ({
    name,
    column: identifier(fieldNames?.[0] ?? name),
    type: columnTypes?.[0],
  }));
  columns.set(meta, made);
  return made;
};

const toValue = (value: unknown, columnType: string | undefined): unknown => {
  if (value === null) return null;
  if (columnType === "jsonb") return JSON.stringify(value);
  return value instanceof Date ? value.toISOString() : value;
};

/** Puts a row's values behind the others, and gives what names them in a statement. */
const place = ({ meta, row }: NewRow, values: unknown[]): { into: string; places: string } => {
  const given: string[] = [];
  const places: string[] = [];
  for (const { name, column, type } of columnsOf(meta)) {
    const value = toValue((row as Record<string, unknown>)[name], type);
    if (value === undefined) continue;
    given.push(column);
    places.push(`$${values.push(value)}`);
  }
  return { into: `insert into ${identifier(meta.tableName)} (${given.join(", ")})`, places: places.join(", ") };
};

/**
 * One statement that adds all rows, or none of them. Foreign keys are checked at its end, so the order of the tables is
 * free; the rows of one table are one list of values, because Postgres runs the parts of a `with` in no certain order and
 * events must get their places in the order in which they were recorded.
 */
const insertSql = (rows: readonly NewRow[]): WritingStatement => {
  const values: unknown[] = [];
  const lists = new Map<string, string[]>();
  for (const row of rows) {
    const { into, places } = place(row, values);
    lists.set(into, [...(lists.get(into) ?? []), `(${places})`]);
  }
  const inserts = [...lists].map(([into, list]) => `${into} values ${list.join(", ")}`);
  const last = inserts.pop() ?? "select 1";
  const others = inserts.map((insert, index) => `i${index} as (${insert})`);
  return { text: others.length === 0 ? last : `with ${others.join(", ")} ${last}`, values };
};

/** Puts an amendment's values behind the others, and gives the statement. */
const update = ({ meta, id, values: given }: Amendment, values: unknown[]): string => {
  const sets = columnsOf(meta).flatMap(({ name, column, type }) => {
    const value = toValue((given as Record<string, unknown>)[name], type);
    return value === undefined ? [] : [`${column} = $${values.push(value)}`];
  });
  return `update ${identifier(meta.tableName)} set ${sets.join(", ")} from held where ${identifier(meta.tableName)}.id = $${values.push(id)}`;
};

/**
 * One statement that takes hold of a row, amends and adds all others, and gives the held one as JSON; without it nothing is
 * written. The rows of one table hang on one another, so that they come in their order.
 */
const heldSql = (hold: Hold, rows: readonly NewRow[], amendments: readonly Amendment[] = []): WritingStatement => {
  const values = [...hold.values];
  const parts = [hold.text];
  for (const amendment of amendments) parts.push(`u${parts.length} as (${update(amendment, values)})`);
  const last = new Map<string, string>();
  for (const row of rows) {
    const { into, places } = place(row, values);
    const name = `i${parts.length}`;
    // Types of values are known to an insert from its columns, whether they are listed or selected.
    parts.push(`${name} as (${into} select ${places} from ${last.get(row.meta.tableName) ?? "held"} returning 1)`);
    last.set(row.meta.tableName, name);
  }
  return { text: `${parts.join(", ")} select to_jsonb(held)::text as held from held`, values };
};

/** The one statement that a change ends with, when it has anything left to write. */
export const lastStatement = (
  hold: Hold | undefined,
  rows: readonly NewRow[],
  amendments: readonly Amendment[],
): WritingStatement | undefined => {
  if (hold !== undefined) return heldSql(hold, rows, amendments);
  if (amendments.length > 0) throw new Error("Only a change that takes hold of a row may amend others.");
  return rows.length === 0 ? undefined : insertSql(rows);
};
