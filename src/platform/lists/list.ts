import type { RawBuilder } from "kysely";
import { ArgsType, Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import type { Actor } from "../actor.js";
import { type ColumnDeclaration, columnsOf } from "../column.js";
import { AtMost } from "../field-bounds.js";
import { filterInputFor } from "./filter-inputs.js";

export enum Direction {
  ASC = "ASC",
  DESC = "DESC",
}
registerEnumType(Direction, {
  name: "OrderDirection",
  description: "Which end comes first.",
  valuesConfig: { ASC: { description: "Smallest, earliest first." }, DESC: { description: "Greatest, latest first." } },
});

@ObjectType({ description: "Where a page lies in its list." })
export class PageInfo {
  @Field(() => Boolean, { description: "More rows follow this page." })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Rows come before this page." })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: "Cursor of the first row; null on an empty page." })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: "Cursor of the last row: give it as `after` for the next page." })
  endCursor!: string | null;
}

/** Rows of one page. */
export const maxPage = 100;

export interface Edge<T> {
  cursor: string;
  node: T;
}

/** A page as the resolver gives it; the total is counted when it is read, and only then. */
export interface Page<T> {
  edges: Edge<T>[];
  nodes: T[];
  pageInfo: PageInfo;
  readonly totalCount: Promise<number>;
}

export interface ListArgs {
  filter?: object | null;
  orderBy?: { field: string; direction: Direction }[] | null;
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** A filter that is no column, such as "is a favourite of mine". */
export interface VirtualFilter {
  readonly type: () => object;
  readonly description: string;
  readonly condition: (value: never, actor: Actor) => RawBuilder<unknown>;
}

export interface List<T> {
  readonly entity: new () => T;
  readonly columns: ReadonlyMap<string, ColumnDeclaration>;
  /** Name in the order enum → property. */
  readonly sortable: ReadonlyMap<string, string>;
  readonly virtualFilters: Readonly<Record<string, VirtualFilter>>;
  readonly Connection: new () => object;
  readonly Args: new () => ListArgs;
}

const named = (name: string) => ({ [name]: class {} })[name] as new () => object;
const screaming = (property: string) => property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/**
 * From what a class declares of its columns: the connection, the filter, the order and the arguments of its list. Made
 * once per class; the SQL is made by `Lists`.
 */
export const defineList = <T extends object>(
  entity: new () => T,
  options: { noun: string; plural: string; virtualFilters?: Readonly<Record<string, VirtualFilter>> },
): List<T> => {
  const { noun, plural, virtualFilters = {} } = options;
  const columns = new Map(columnsOf(entity).map((column) => [column.property, column]));
  const all = [...columns.values()];

  const Edge = named(`${noun}Edge`);
  ObjectType(`${noun}Edge`, { description: `One of the ${plural} in its list.` })(Edge);
  Field(() => String, { description: "Its place in the list." })(Edge.prototype, "cursor");
  Field(() => entity, { description: "The row itself." })(Edge.prototype, "node");

  const Connection = named(`${noun}Connection`);
  ObjectType(`${noun}Connection`, { description: `A page of ${plural}.` })(Connection);
  Field(() => [Edge], { description: "Rows with their cursors." })(Connection.prototype, "edges");
  Field(() => [entity], { description: "The rows alone." })(Connection.prototype, "nodes");
  for (const rows of ["edges", "nodes"]) AtMost(maxPage, "last", "first")(Connection.prototype, rows);
  Field(() => PageInfo, { description: "Where this page lies." })(Connection.prototype, "pageInfo");
  Field(() => Int, { description: "How many rows there are on all pages; counted only when asked for." })(
    Connection.prototype,
    "totalCount",
  );

  const Filter = named(`${noun}Filter`);
  InputType(`${noun}Filter`, { description: `Which ${plural} to list; all given conditions must hold.` })(Filter);
  for (const column of all.filter(({ filter }) => filter)) {
    const input = filterInputFor(column.graph, column.enumName);
    Field(() => input, { nullable: true, description: `Condition on \`${column.property}\`.` })(
      Filter.prototype,
      column.property,
    );
  }
  for (const [name, { type, description }] of Object.entries(virtualFilters)) {
    Field(type as () => never, { nullable: true, description })(Filter.prototype, name);
  }
  Field(() => [Filter], { nullable: true, description: "All of these hold." })(Filter.prototype, "and");
  Field(() => [Filter], { nullable: true, description: "At least one of these holds." })(Filter.prototype, "or");
  Field(() => Filter, { nullable: true, description: "This does not hold." })(Filter.prototype, "not");

  const sortable = new Map(all.filter(({ sort }) => sort).map(({ property }) => [screaming(property), property]));
  const orderFields = Object.fromEntries([...sortable.keys()].map((name) => [name, name]));
  registerEnumType(orderFields, {
    name: `${noun}OrderField`,
    description: `What ${plural} can be ordered by.`,
    valuesConfig: Object.fromEntries(
      [...sortable].map(([name, property]) => [name, { description: `By \`${property}\`.` }]),
    ) as never,
  });
  const Order = named(`${noun}Order`);
  InputType(`${noun}Order`, { description: `One criterion by which ${plural} are ordered.` })(Order);
  Field(() => orderFields as never, { description: "What to compare." })(Order.prototype, "field");
  Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })(
    Order.prototype,
    "direction",
  );

  const Args = named(`${noun}ListArgs`) as new () => ListArgs;
  ArgsType()(Args);
  Field(() => Filter, { nullable: true, description: "Which rows; all when left out." })(Args.prototype, "filter");
  Field(() => [Order], { nullable: true, description: "Newest first when left out. At most 4 criteria." })(
    Args.prototype,
    "orderBy",
  );
  Field(() => Int, {
    nullable: true,
    defaultValue: 20,
    description: "Rows from the beginning or behind `after`, 1 to 100.",
  })(Args.prototype, "first");
  Field(() => String, { nullable: true, description: "Only rows behind this cursor." })(Args.prototype, "after");
  Field(() => Int, {
    nullable: true,
    description: "Instead of `first`: rows from the end or before `before`, 1 to 100.",
  })(Args.prototype, "last");
  Field(() => String, { nullable: true, description: "Only rows before this cursor." })(Args.prototype, "before");

  return { entity, columns, sortable, virtualFilters, Connection, Args };
};
