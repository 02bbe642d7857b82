import { ID } from "type-graphql";
import {
  type CollectionDeclaration,
  type ColumnDeclaration,
  collectionsOf,
  columnName,
  columnsOf,
  type EntityClass,
  privateColumnsOf,
  type ReferenceDeclaration,
  type RowExpression,
  referencesOf,
  storageOf,
} from "../column.js";
import type { Node } from "../node.js";
import { type Codec, codecOf, decoderOf, isTextList } from "./codec.js";
import { identifier, type Parameters } from "./statement.js";

/** SQL of a value of the row with this alias. */
export type Expression = (row: string, parameters: Parameters) => string;

export interface Column extends Codec {
  readonly declaration: ColumnDeclaration;
  /** To compare and order by. */
  readonly value: Expression;
  /** To select: what the codec reads. */
  readonly selected: Expression;
}

/** Everything that reading rows of a class needs to know, from what the class declares. */
export interface EntityShape {
  readonly entity: EntityClass;
  readonly name: string;
  readonly table: string;
  readonly columns: ReadonlyMap<string, Column>;
  readonly references: ReadonlyMap<string, ReferenceDeclaration>;
  readonly collections: ReadonlyMap<string, CollectionDeclaration>;
  /** Who may see a row: the one place from which every statement takes that condition. */
  readonly visible: RowExpression;
}

const idColumn: ColumnDeclaration = {
  property: "id",
  graph: () => ID,
  sql: "text",
  nullable: false,
  filter: true,
  sort: false,
  group: false,
  enumName: undefined,
  personal: false,
  derived: undefined,
};

const toColumn = (declaration: ColumnDeclaration): Column => {
  const { derived, property } = declaration;
  const name = identifier(columnName(property));
  const value: Expression = derived?.sql ?? ((row) => `${row}.${name}`);
  const selected: Expression = isTextList(declaration) ? (row) => `to_json(${row}.${name})` : value;
  return { declaration, value, selected, ...codecOf(declaration) };
};

const shapes = new WeakMap<EntityClass, EntityShape>();

export const shapeOf = (entity: EntityClass): EntityShape => {
  const known = shapes.get(entity);
  if (known !== undefined) return known;
  const { table, visible } = storageOf(entity);
  const shape: EntityShape = {
    entity,
    name: entity.name,
    table: identifier(table),
    columns: new Map([idColumn, ...columnsOf(entity)].map((column) => [column.property, toColumn(column)])),
    references: new Map(referencesOf(entity).map((reference) => [reference.field, reference])),
    collections: new Map(collectionsOf(entity).map((collection) => [collection.field, collection])),
    visible,
  };
  shapes.set(entity, shape);
  return shape;
};

/** The columns of a whole row, those that clients do not see and the ids that it names included. */
const wholeRow = ({ entity, columns, references }: EntityShape) => {
  const unseen = [
    ...privateColumnsOf(entity),
    ...[...references.values()].map(({ property }) => ({ property, sql: "text" })),
  ];
  return [
    ...[...columns].map(([property, { selected, decode }]) => ({ property, selected, decode })),
    ...unseen.map(({ property, sql }) => {
      const selected: Expression = (row) => `${row}.${identifier(columnName(property))}`;
      return { property, selected, decode: decoderOf(sql) };
    }),
  ];
};

/** Selects a whole row, and makes the entity of what comes. */
export const rowReader = <T extends Node>(
  entity: EntityClass<T>,
): { select: (row: string, parameters: Parameters) => string[]; read: (values: readonly (string | null)[]) => T } => {
  const columns = wholeRow(shapeOf(entity));
  return {
    select: (row, parameters) => columns.map(({ selected }) => selected(row, parameters)),
    read: (values) => {
      const made = new entity() as Record<string, unknown> & T;
      for (const [index, { property, decode }] of columns.entries()) {
        const text = values[index] ?? null;
        Object.assign(made, { [property]: text === null ? null : decode(text) });
      }
      return made;
    },
  };
};
