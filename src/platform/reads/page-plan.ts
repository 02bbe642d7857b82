import { type FieldNode, type GraphQLField, type GraphQLObjectType, getArgumentValues, getNamedType } from "graphql";
import type { RawRow } from "../connections.js";
import type { List, ListArgs } from "../lists/list.js";
import { cursorOf, cut, groupByParent } from "../lists/lists.js";
import { countSql, type PageStatement, type Parents, pageSql } from "../lists/page-sql.js";
import { Parameters } from "../lists/statement.js";
import { type Compiling, Level, type PagePlan } from "./level.js";
import { compileObject } from "./object-plan.js";
import { listWriter, objectWriter, type Reading } from "./reading.js";
import { collectFields, NotCompilable } from "./selection.js";

/** One page as it was read. */
interface Page {
  readonly rows: readonly RawRow[];
  readonly more: boolean;
  readonly total: number;
  readonly args: ListArgs;
  readonly statement: PageStatement;
}

type WritePage = (page: Page, reading: Reading) => string;

/** What a selection of a connection needs beside its rows. */
interface Needs {
  count: boolean;
  /** One row more than the page, to know whether others follow. */
  extra: 0 | 1;
}

const only = "";

export const compilePage = (
  compiling: Compiling,
  list: List,
  definition: GraphQLField<unknown, unknown>,
  nodes: readonly FieldNode[],
): PagePlan => {
  compiling.usage.list(list.shape, nodes);
  const level = new Level();
  const needs: Needs = { count: false, extra: 0 };
  const connection = getNamedType(definition.type) as GraphQLObjectType;
  const write = compileConnection(compiling, list, level, connection, nodes, needs);
  const [node] = nodes;
  if (node === undefined) throw new NotCompilable();
  const slot = compiling.slot();

  const run = async (reading: Reading, parents?: Parents): Promise<void> => {
    if (parents?.ids.length === 0) return;
    const args = getArgumentValues(definition, node, reading.variables) as ListArgs;
    const statement = pageSql(list, level, args, needs.extra, parents, new Parameters(reading.actor));
    const counting = needs.count
      ? reading.read(countSql(list, args, parents, new Parameters(reading.actor)))
      : Promise.resolve([]);
    const [found, counted] = await Promise.all([reading.read(statement), counting]);
    const pages = new Map<string, Page>();
    const toPage = (rows: readonly RawRow[], total: unknown): Page => ({
      ...cut(rows, statement.keyset),
      total: Number(total ?? 0),
      args,
      statement,
    });
    if (parents === undefined) {
      pages.set(only, toPage(found, counted[0]?.[0]));
    } else {
      const totals = new Map(counted.map(([id, total]) => [id, total]));
      const byParent = groupByParent(found, parents.ids);
      for (const id of parents.ids) pages.set(id, toPage(byParent.get(id) ?? [], totals.get(id)));
    }
    reading.slots[slot] = pages;
    await level.descend(
      [...pages.values()].flatMap(({ rows }) => rows),
      reading,
    );
  };

  return {
    run,
    write: (parent, reading) => {
      const page = (reading.slots[slot] as Map<string, Page> | undefined)?.get(parent);
      if (page === undefined) throw new Error("A page is written before it was read.");
      return write(page, reading);
    },
  };
};

const compileConnection = (
  compiling: Compiling,
  list: List,
  level: Level,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  needs: Needs,
): WritePage => {
  const compile = (name: string, own: readonly FieldNode[]): WritePage => {
    switch (name) {
      case "__typename":
        return () => JSON.stringify(type.name);
      case "nodes": {
        const writeAll = listWriter(compileObject(compiling, level, list.shape, own));
        return ({ rows }, reading) => writeAll(rows, reading);
      }
      case "edges":
        return compileEdges(compiling, list, level, type, own);
      case "pageInfo":
        needs.extra = 1;
        return compilePageInfo(compiling, type, own);
      case "totalCount":
        needs.count = true;
        return ({ total }) => String(total);
      default:
        throw new NotCompilable();
    }
  };
  const fields = [...collectFields(compiling, type, nodes)].map(([key, own]) => ({
    key,
    write: compile(own[0]?.name.value ?? "", own),
  }));
  return objectWriter(fields);
};

const fieldType = (type: GraphQLObjectType, field: string) =>
  getNamedType(type.getFields()[field]?.type) as GraphQLObjectType;

const compileEdges = (
  compiling: Compiling,
  list: List,
  level: Level,
  connection: GraphQLObjectType,
  nodes: readonly FieldNode[],
): WritePage => {
  const type = fieldType(connection, "edges");
  type Edge = { readonly row: RawRow; readonly page: Page };
  const fields = [...collectFields(compiling, type, nodes)].map(([key, own]) => {
    const name = own[0]?.name.value;
    if (name === "__typename") return { key, write: () => JSON.stringify(type.name) };
    if (name === "cursor") return { key, write: ({ row, page }: Edge) => `"${cursorOf(page.statement, row)}"` };
    const writeNode = compileObject(compiling, level, list.shape, own);
    return { key, write: ({ row }: Edge, reading: Reading) => writeNode(row, reading) };
  });
  const writeAll = listWriter(objectWriter<Edge>(fields));
  return (page, reading) =>
    writeAll(
      page.rows.map((row) => ({ row, page })),
      reading,
    );
};

const compilePageInfo = (
  compiling: Compiling,
  connection: GraphQLObjectType,
  nodes: readonly FieldNode[],
): WritePage => {
  const type = fieldType(connection, "pageInfo");
  const cursor = (page: Page, row: RawRow | undefined) =>
    row === undefined ? "null" : `"${cursorOf(page.statement, row)}"`;
  const writers: Readonly<Record<string, WritePage>> = {
    __typename: () => JSON.stringify(type.name),
    hasNextPage: ({ statement, args, more }) => String(statement.keyset.backward ? Boolean(args.before) : more),
    hasPreviousPage: ({ statement, args, more }) => String(statement.keyset.backward ? more : Boolean(args.after)),
    startCursor: (page) => cursor(page, page.rows[0]),
    endCursor: (page) => cursor(page, page.rows.at(-1)),
  };
  const fields = [...collectFields(compiling, type, nodes)].map(([key, own]) => {
    const write = writers[own[0]?.name.value ?? ""];
    if (write === undefined) throw new NotCompilable();
    return { key, write };
  });
  return objectWriter(fields);
};
