import { ArgsType, Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import type { EntityClass } from "../column.js";
import { AtMost } from "../field-bounds.js";
import { type Aggregates, defineAggregates } from "./aggregate.js";
import { type EntityShape, shapeOf } from "./entity-shape.js";
import { entityFilter, named } from "./filter-inputs.js";
import { screaming } from "./screaming.js";

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

export interface List {
  readonly shape: EntityShape;
  /** Name of the field that gives the list, such as `quotes`. */
  readonly plural: string;
  /** Name in the order enum → property. */
  readonly sortable: ReadonlyMap<string, string>;
  readonly Connection: InputClass;
  readonly Args: new () => ListArgs;
  readonly aggregates: Aggregates;
}

type InputClass = new () => object;

const lists = new WeakMap<EntityClass, List>();

/** The list of a class, which must have been defined. */
export const listOf = (entity: EntityClass): List => {
  const list = lists.get(entity);
  if (list === undefined) throw new Error(`${entity.name} has no list: define one.`);
  return list;
};

/**
 * From what a class declares of its columns: the connection, the filter, the order, the arguments and the aggregates of
 * its list. Made once per class; the SQL is made by `Lists`.
 */
export const defineList = (entity: EntityClass, { plural }: { plural: string }): List => {
  const shape = shapeOf(entity);
  const noun = shape.name;
  const { sortable, Order } = defineOrder(shape, plural);
  const Filter = entityFilter(entity);
  const list: List = {
    shape,
    plural,
    sortable,
    Connection: defineConnection(entity, plural),
    Args: defineArgs(noun, Filter, Order),
    aggregates: defineAggregates(shape, plural, Filter),
  };
  lists.set(entity, list);
  return list;
};

const defineConnection = (entity: EntityClass, plural: string): InputClass => {
  const noun = entity.name;
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
  return Connection;
};

const defineOrder = ({ name, columns }: EntityShape, plural: string) => {
  const sorting = [...columns.values()].filter(({ declaration }) => declaration.sort);
  const sortable = new Map(sorting.map(({ declaration: { property } }) => [screaming(property), property]));
  const orderFields = Object.fromEntries([...sortable.keys()].map((field) => [field, field]));
  registerEnumType(orderFields, {
    name: `${name}OrderField`,
    description: `What ${plural} can be ordered by.`,
    valuesConfig: Object.fromEntries(
      [...sortable].map(([field, property]) => [field, { description: `By \`${property}\`.` }]),
    ) as never,
  });
  const Order = named(`${name}Order`);
  InputType(`${name}Order`, { description: `One criterion by which ${plural} are ordered.` })(Order);
  Field(() => orderFields as never, { description: "What to compare." })(Order.prototype, "field");
  Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })(
    Order.prototype,
    "direction",
  );
  return { sortable, Order };
};

const defineArgs = (noun: string, Filter: InputClass, Order: InputClass): (new () => ListArgs) => {
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
  return Args;
};
