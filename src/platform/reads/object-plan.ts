import { type FieldNode, type GraphQLObjectType, getNamedType, isObjectType } from "graphql";
import { type Column, type EntityShape, shapeOf } from "../lists/entity-shape.js";
import { listOf } from "../lists/list.js";
import { rowAlias } from "../lists/page-sql.js";
import type { Compiling, Level } from "./level.js";
import { objectWriter, type Write } from "./reading.js";
import { collectFields, NotCompilable } from "./selection.js";

/** Compiles what is selected of the row `row` of a level. */
export const compileObject = (
  compiling: Compiling,
  level: Level,
  shape: EntityShape,
  nodes: readonly FieldNode[],
  row: string = rowAlias,
): Write => {
  const type = compiling.schema.getType(shape.name) as GraphQLObjectType;
  compiling.usage.row(shape);
  const fields = [...collectFields(compiling, type, nodes)].map(([key, own]) => ({
    key,
    write: compileField(compiling, level, shape, type, own, row),
  }));
  return objectWriter(fields);
};

const compileField = (
  compiling: Compiling,
  level: Level,
  shape: EntityShape,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  row: string,
): Write => {
  const name = nodes[0]?.name.value ?? "";
  if (name === "__typename") return () => JSON.stringify(shape.name);
  const column = shape.columns.get(name);
  const reference = shape.references.get(name);
  const collection = shape.collections.get(name);
  if (collection === undefined && compiling.isResolved(shape.name, name)) throw new NotCompilable();
  if (column !== undefined) {
    if (column.declaration.derived) compiling.usage.expression(column.value);
    return compileColumn(level, column, row);
  }
  const definition = type.getFields()[name];
  const target = getNamedType(definition?.type);
  if (definition === undefined || !isObjectType(target)) throw new NotCompilable();
  if (reference !== undefined) {
    const of = shapeOf(reference.entity());
    const alias = level.reference(row, name, reference.property, of);
    const present = level.place(alias, "id", () => `${alias}.id`);
    const write = compileObject(compiling, level, of, nodes, alias);
    return (values, reading) => (values[present] === null ? "null" : write(values, reading));
  }
  if (collection === undefined) throw new NotCompilable();
  const parent = level.place(row, "id", () => `${row}.id`);
  const page = compiling.compilePage(compiling, listOf(collection.entity()), definition, nodes);
  level.branches.push({ parent, by: collection.by, page });
  return (values, reading) => (values[parent] === null ? "null" : page.write(values[parent] ?? "", reading));
};

const compileColumn = (level: Level, { declaration, selected, json }: Column, row: string): Write => {
  const place = level.place(row, declaration.property, (parameters) => selected(row, parameters));
  return (values) => {
    const text = values[place];
    return text === null || text === undefined ? "null" : json(text);
  };
};
