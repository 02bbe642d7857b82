import { type RawBuilder, sql } from "kysely";
import type { Actor } from "../actor.js";
import type { Database } from "../database.js";
import { badInput } from "../errors.js";
import type { Node } from "../node.js";
import { compileFilter } from "./filter-sql.js";
import { Direction, type List, type ListArgs, maxPage, type Page, PageInfo } from "./list.js";

const maxOrder = 4;

interface Criterion {
  property: string;
  direction: Direction;
}

/**
 * Reads rows: one by id, many by ids, a page of a list. Every statement carries the workspace of the actor, so that no
 * service can forget it. Rows are plain objects of the entity's shape.
 */
export class Lists {
  constructor(private readonly database: Database) {}

  async find<T extends Node>(entity: new () => T, actor: Actor, id: string): Promise<T | undefined> {
    return (await this.findMany(entity, actor, [id]))[0];
  }

  /** The rows with these ids that the actor may see, in no particular order. */
  async findMany<T extends Node>(entity: new () => T, actor: Actor, ids: readonly string[]): Promise<T[]> {
    const rows = await this.database.rows(
      sql<
        Record<string, unknown>
      >`${this.#select(entity)} where t.id = any(${ids}) and ${this.#visible(entity, actor)}`,
    );
    return rows.map((row) => this.#present(entity, row));
  }

  /** A keyset page: as fast at its end as at its beginning, and stable while rows are added. */
  async page<T extends Node>(list: List<T>, actor: Actor, args: ListArgs): Promise<Page<T>> {
    const { entity } = list;
    const column = (property: string) => this.#column(entity, property);
    const backward = args.last !== undefined && args.last !== null;
    const size = pageSize(backward ? args.last : args.first, backward ? "last" : "first");
    const order = orderOf(list, args);
    const conditions = [this.#visible(entity, actor)];
    if (args.filter) conditions.push(compileFilter(list, args.filter, actor, column));
    const matching = sql.join(conditions, sql` and `);
    const bounded = [...conditions];
    if (args.after) bounded.push(beyond(order, column, decode(args.after, order, "after"), false));
    if (args.before) bounded.push(beyond(order, column, decode(args.before, order, "before"), true));
    const direction = (criterion: Criterion) =>
      (criterion.direction === Direction.DESC) !== backward ? sql`desc` : sql`asc`;
    const ordering = sql.join(order.map((criterion) => sql`${column(criterion.property)} ${direction(criterion)}`));

    const count = async () => {
      const table = sql.table(this.#meta(entity).tableName);
      const row = await this.database.row(sql<{ count: string }>`select count(*) from ${table} t where ${matching}`);
      return Number(row?.count);
    };

    const found = await this.database.rows(
      sql<Record<string, unknown>>`${this.#select(entity)} where ${sql.join(bounded, sql` and `)}
        order by ${ordering} limit ${size + 1}`,
    );
    const more = found.length > size;
    const kept = found.slice(0, size);
    if (backward) kept.reverse();
    const edges = kept.map((row) => ({ cursor: encode(order, row), node: this.#present(entity, row) }));
    return {
      edges,
      nodes: edges.map(({ node }) => node),
      pageInfo: Object.assign(new PageInfo(), {
        hasNextPage: backward ? Boolean(args.before) : more,
        hasPreviousPage: backward ? more : Boolean(args.after),
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      }),
      get totalCount() {
        return count();
      },
    };
  }

  #meta<T extends object>(entity: new () => T) {
    return this.database.metadata.get(entity as never);
  }

  #column<T extends object>(entity: new () => T, property: string): RawBuilder<unknown> {
    const column = this.#meta(entity).props.find(({ name }) => name === property);
    return sql`t.${sql.ref(column?.fieldNames[0] ?? property)}`;
  }

  #select<T extends object>(entity: new () => T): RawBuilder<unknown> {
    const { props, tableName } = this.#meta(entity);
    const columns = props.map(({ name, fieldNames }) => sql`t.${sql.ref(fieldNames[0] ?? name)} as ${sql.ref(name)}`);
    return sql`select ${sql.join(columns)} from ${sql.table(tableName)} t`;
  }

  #visible<T extends object>(entity: new () => T, actor: Actor): RawBuilder<unknown> {
    if (!("workspaceId" in this.#meta(entity).properties))
      throw new Error(`${entity.name} has no workspace to be seen in.`);
    return sql`t.workspace_id = ${actor.workspaceId}`;
  }

  /** The driver leaves times as text, in full precision; the entity's shape has dates. */
  #present<T extends object>(entity: new () => T, row: Record<string, unknown>): T {
    const present = Object.assign(new entity(), row) as Record<string, unknown>;
    for (const { name, columnTypes } of this.#meta(entity).props) {
      const value = row[name];
      if (columnTypes[0] === "timestamptz" && typeof value === "string") present[name] = new Date(value);
    }
    return present as T;
  }
}

const pageSize = (asked: number | null | undefined, field: string): number => {
  const size = asked ?? 20;
  if (size < 1 || size > maxPage) throw badInput(`\`${field}\` is ${size}; it must be from 1 to ${maxPage}.`, field);
  return size;
};

/** The asked order, made total by the id. Newest first when nothing is asked. */
const orderOf = <T>(list: List<T>, args: ListArgs): Criterion[] => {
  const asked = args.orderBy ?? [];
  if (asked.length > maxOrder) throw badInput(`A list is ordered by at most ${maxOrder} criteria.`, "orderBy");
  const order = asked.map(({ field, direction }) => ({ property: list.sortable.get(field) ?? "id", direction }));
  return [...order, { property: "id", direction: order.at(-1)?.direction ?? Direction.DESC }];
};

/** Rows strictly behind (or before) the cursor: later in the first criterion that differs. */
const beyond = (
  order: readonly Criterion[],
  column: (property: string) => RawBuilder<unknown>,
  values: readonly unknown[],
  before: boolean,
): RawBuilder<unknown> => {
  const alternatives = order.map((criterion, index) => {
    const equal = order.slice(0, index).map(({ property }, at) => sql`${column(property)} = ${values[at]}`);
    const greater = (criterion.direction === Direction.ASC) !== before;
    const step = sql`${column(criterion.property)} ${greater ? sql`>` : sql`<`} ${values[index]}`;
    return sql`(${sql.join([...equal, step], sql` and `)})`;
  });
  return sql`(${sql.join(alternatives, sql` or `)})`;
};

const shapeOf = (order: readonly Criterion[]) =>
  order.map(({ property, direction }) => `${property} ${direction}`).join();

const encode = (order: readonly Criterion[], row: Record<string, unknown>): string =>
  Buffer.from(JSON.stringify([shapeOf(order), ...order.map(({ property }) => row[property])])).toString("base64url");

const decode = (cursor: string, order: readonly Criterion[], field: string): unknown[] => {
  try {
    const [shape, ...values] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    const scalar = values.every((value) => typeof value === "string" || typeof value === "number");
    if (shape === shapeOf(order) && values.length === order.length && scalar) return values;
  } catch {
    // Not JSON: refused below like any other text.
  }
  throw badInput(`${JSON.stringify(cursor.slice(0, 80))} is not a cursor of a list in this order.`, field);
};
