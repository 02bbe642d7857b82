import { type FieldNode, type GraphQLField, type GraphQLObjectType, getArgumentValues, getNamedType } from "graphql";
import type { RawRow } from "../connections.js";
import {
  type AggregateArgs,
  type AggregateStatement,
  aggregateSql,
  type Measure,
  measures,
} from "../lists/aggregate.js";
import type { List } from "../lists/list.js";
import { Parameters } from "../lists/statement.js";
import type { Compiling } from "./level.js";
import { listWriter, objectWriter, type Reading } from "./reading.js";
import { collectFields, NotCompilable } from "./selection.js";

/** One group as it was read. */
interface Group {
  readonly row: RawRow;
  readonly statement: AggregateStatement;
}

type WriteGroup = (group: Group, reading: Reading) => string;

export interface AggregatePlan {
  run(reading: Reading): Promise<void>;
  write(reading: Reading): string;
}

const isMeasure = (name: string): name is Measure => (measures as readonly string[]).includes(name);

export const compileAggregate = (
  compiling: Compiling,
  list: List,
  definition: GraphQLField<unknown, unknown>,
  nodes: readonly FieldNode[],
): AggregatePlan => {
  const type = getNamedType(definition.type) as GraphQLObjectType;
  const wanted = new Set<string>();
  const [node] = nodes;
  if (node === undefined) throw new NotCompilable();
  compiling.usage.list(list.shape, nodes);

  const compileFigures = (of: string, own: readonly FieldNode[]): WriteGroup => {
    const inner = getNamedType(type.getFields()[of]?.type) as GraphQLObjectType;
    const fields = [...collectFields(compiling, inner, own)].map(([key, [field]]) => {
      const property = field?.name.value ?? "";
      const write: WriteGroup =
        property === "__typename" ? () => JSON.stringify(inner.name) : (group) => writeFigure(group, of, property);
      return { key, write };
    });
    return objectWriter(fields);
  };

  const fields = [...collectFields(compiling, type, nodes)].map(([key, own]) => {
    const name = own[0]?.name.value ?? "";
    if (name === "__typename") return { key, write: () => JSON.stringify(type.name) };
    if (name === "count") return { key, write: ({ row }: Group) => String(Number(row[0])) };
    if (name !== "group" && !isMeasure(name)) throw new NotCompilable();
    wanted.add(name);
    const write = compileFigures(name, own);
    if (name !== "group") return { key, write };
    return {
      key,
      write: (group: Group, reading: Reading) => (group.statement.grouped ? write(group, reading) : "null"),
    };
  });
  const writeAll = listWriter(objectWriter<Group>(fields));
  const slot = compiling.slot();

  return {
    run: async (reading) => {
      const args = getArgumentValues(definition, node, reading.variables) as AggregateArgs;
      const { shape, aggregates } = list;
      const statement = aggregateSql(shape, aggregates, args, wanted, new Parameters(reading.actor));
      const rows = await reading.read(statement);
      reading.slots[slot] = rows.map((row): Group => ({ row, statement }));
    },
    write: (reading) => writeAll(reading.slots[slot] as Group[], reading),
  };
};

const writeFigure = ({ row, statement }: Group, of: string, property: string): string => {
  const index = statement.figures.findIndex((figure) => figure.of === of && figure.property === property);
  const text = row[index] ?? null;
  return text === null ? "null" : (statement.figures[index]?.codec.json(text) ?? "null");
};
