import type { EntityMetadata } from "@mikro-orm/core";
import { identifier } from "./lists/statement.js";

/** A row to add: the table's description and the entity with its values. */
export interface NewRow {
  readonly meta: EntityMetadata;
  readonly row: object;
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

/**
 * One statement that adds all rows, or none of them. Foreign keys are checked at its end, so the order of the tables is
 * free; the rows of one table are one list of values, because Postgres runs the parts of a `with` in no certain order and
 * events must get their places in the order in which they were recorded.
 */
export const insertSql = (rows: readonly NewRow[]): { text: string; values: unknown[] } => {
  const values: unknown[] = [];
  const lists = new Map<string, string[]>();
  for (const { meta, row } of rows) {
    const given: string[] = [];
    const places: string[] = [];
    for (const { name, column, type } of columnsOf(meta)) {
      const value = toValue((row as Record<string, unknown>)[name], type);
      if (value === undefined) continue;
      given.push(column);
      places.push(`$${values.push(value)}`);
    }
    const columns = given.join(", ");
    const placeholders = places.join(", ");
    const insert = `insert into ${identifier(meta.tableName)} (${columns}) values`;
    lists.set(insert, [...(lists.get(insert) ?? []), `(${placeholders})`]);
  }
  const inserts = [...lists].map(([insert, list]) => `${insert} ${list.join(", ")}`);
  const last = inserts.pop() ?? "select 1";
  const others = inserts.map((insert, index) => `i${index} as (${insert})`);
  return { text: others.length === 0 ? last : `with ${others.join(", ")} ${last}`, values };
};
