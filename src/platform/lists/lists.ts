import type { Actor } from "../actor.js";
import type { EntityClass } from "../column.js";
import type { RawRow } from "../connections.js";
import type { Database } from "../database.js";
import type { Node } from "../node.js";
import { type AggregateArgs, aggregateSql, measures } from "./aggregate.js";
import { type Column, rowReader, shapeOf } from "./entity-shape.js";
import { encodeCursor, type Keyset } from "./keyset.js";
import { type List, type ListArgs, type Page, PageInfo } from "./list.js";
import { countSql, findSql, type PageStatement, type Parents, pageSql, rowAlias, type Selection } from "./page-sql.js";
import { Parameters } from "./statement.js";

/** One group's figures, by what they are of and their property. */
export type AggregateRow = Record<"group" | (typeof measures)[number], Record<string, unknown> | null> & {
  count: number;
};

/**
 * Reads rows: one by id, many by ids, a page of a list. Every statement carries what the actor may see, so that no
 * service can forget it. Rows are plain objects of the entity's shape.
 */
export class Lists {
  constructor(private readonly database: Database) {}

  async find<T extends Node>(entity: EntityClass<T>, actor: Actor, id: string): Promise<T | undefined> {
    const { select, read } = rowReader(entity);
    const [row] = await this.database.read(actor, findSql(shapeOf(entity), whole(select), id, new Parameters(actor)));
    return row === undefined ? undefined : read(row);
  }

  /** The rows with these ids that the actor may see, in no particular order. */
  async findMany<T extends Node>(entity: EntityClass<T>, actor: Actor, ids: readonly string[]): Promise<T[]> {
    const { select, read } = rowReader(entity);
    const { table, visible } = shapeOf(entity);
    const parameters = new Parameters(actor);
    const columns = select(rowAlias, parameters);
    const text = `select ${columns.join(", ")} from ${table} ${rowAlias}
      where ${rowAlias}.id = any(${parameters.add(ids)}) and ${visible(rowAlias, parameters)}`;
    const rows = await this.database.read(actor, { text, values: parameters.values, width: columns.length });
    return rows.map(read);
  }

  /** A derived column of many rows, by their ids. */
  async derive(
    entity: EntityClass,
    column: Column,
    actor: Actor,
    ids: readonly string[],
  ): Promise<Map<string, unknown>> {
    const parameters = new Parameters(actor);
    const { table, visible } = shapeOf(entity);
    const text = `select ${rowAlias}.id, ${column.selected(rowAlias, parameters)} from ${table} ${rowAlias}
      where ${rowAlias}.id = any(${parameters.add(ids)}) and ${visible(rowAlias, parameters)}`;
    const rows = await this.database.read(actor, { text, values: parameters.values, width: 2 });
    return new Map(rows.map(([id, value]) => [String(id), value === null ? null : column.decode(value ?? "")]));
  }

  async page(list: List, actor: Actor, args: ListArgs): Promise<Page<Node>> {
    const { select, read } = rowReader(list.shape.entity as EntityClass<Node>);
    const statement = pageSql(list, whole(select), args, 1, undefined, new Parameters(actor));
    const rows = await this.database.read(actor, statement);
    const total = async () => {
      const [counted] = await this.database.read(actor, countSql(list, args, undefined, new Parameters(actor)));
      return Number(counted?.[0]);
    };
    return toPage(rows, statement, args, read, total);
  }

  /** The same page of each parent's rows, in one statement for all of them. */
  async pages(
    list: List,
    by: string,
    actor: Actor,
    args: ListArgs,
    ids: readonly string[],
  ): Promise<Map<string, Page<Node>>> {
    const { select, read } = rowReader(list.shape.entity as EntityClass<Node>);
    const parents: Parents = { by, ids };
    const statement = pageSql(list, whole(select), args, 1, parents, new Parameters(actor));
    const byParent = groupByParent(await this.database.read(actor, statement), ids);
    let counting: Promise<Map<string, number>> | undefined;
    const count = async () => {
      const rows = await this.database.read(actor, countSql(list, args, parents, new Parameters(actor)));
      return new Map(rows.map(([id, counted]) => [String(id), Number(counted)]));
    };
    return new Map(
      ids.map((id) => {
        const total = async () => {
          counting ??= count();
          return (await counting).get(id) ?? 0;
        };
        return [id, toPage(byParent.get(id) ?? [], statement, args, read, total)];
      }),
    );
  }

  async aggregate(list: List, actor: Actor, args: AggregateArgs): Promise<AggregateRow[]> {
    const statement = aggregateSql(list.shape, list.aggregates, args, new Set(measures), new Parameters(actor));
    const rows = await this.database.read(actor, statement);
    return rows.map((row) => {
      const result: AggregateRow = {
        group: statement.grouped ? {} : null,
        count: 0,
        avg: {},
        sum: {},
        min: {},
        max: {},
      };
      for (const [index, { of, property, codec }] of statement.figures.entries()) {
        const text = row[index] ?? null;
        const value = text === null ? null : codec.decode(text);
        if (of === "count") result.count = Number(value);
        else Object.assign(result[of] ?? {}, { [property]: value });
      }
      return result;
    });
  }
}

const whole = (select: (row: string, parameters: Parameters) => string[]): Selection => ({
  columns: (parameters) => select(rowAlias, parameters),
  joins: () => [],
});

/** Rows of a statement with parents, by the parent's id. */
export const groupByParent = (rows: readonly RawRow[], ids: readonly string[]): Map<string, RawRow[]> => {
  const byParent = new Map<string, RawRow[]>();
  for (const row of rows) {
    const id = ids[Number(row.at(-1)) - 1] ?? "";
    const own = byParent.get(id);
    if (own === undefined) byParent.set(id, [row]);
    else own.push(row);
  }
  return byParent;
};

/** The rows of a page in their order, without the one that only told that there are more. */
export const cut = (found: readonly RawRow[], { size, backward }: Keyset): { rows: RawRow[]; more: boolean } => {
  const rows = found.slice(0, size);
  if (backward) rows.reverse();
  return { rows, more: found.length > size };
};

export const cursorOf = ({ keyset, cursorAt }: PageStatement, row: RawRow): string =>
  encodeCursor(keyset, row.slice(cursorAt, cursorAt + keyset.order.length));

const toPage = (
  found: readonly RawRow[],
  statement: PageStatement,
  args: ListArgs,
  read: (row: RawRow) => Node,
  total: () => Promise<number>,
): Page<Node> => {
  const { keyset } = statement;
  const { rows, more } = cut(found, keyset);
  const edges = rows.map((row) => ({ cursor: cursorOf(statement, row), node: read(row) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: Object.assign(new PageInfo(), {
      hasNextPage: keyset.backward ? Boolean(args.before) : more,
      hasPreviousPage: keyset.backward ? more : Boolean(args.after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    }),
    get totalCount() {
      return total();
    },
  };
};
