import { badInput } from "../errors.js";
import type { EntityShape, Expression } from "./entity-shape.js";
import { Direction, type List, type ListArgs, maxPage } from "./list.js";
import type { Parameters } from "./statement.js";

const maxOrder = 4;

/** One thing that rows are ordered by. The last one is always the id: no two rows are equal. */
interface Criterion {
  readonly property: string;
  readonly direction: Direction;
  readonly value: Expression;
}

/** Where a page begins, how long it is, and in which order its rows come. */
export interface Keyset {
  readonly size: number;
  /** Counted from the end: read in reverse, and turned round afterwards. */
  readonly backward: boolean;
  readonly order: readonly Criterion[];
  /** Values of the order's criteria, as Postgres writes them. */
  readonly after: readonly string[] | undefined;
  readonly before: readonly string[] | undefined;
}

export const keysetOf = (list: Pick<List, "shape" | "sortable">, args: ListArgs): Keyset => {
  const backward = args.last !== undefined && args.last !== null;
  const order = orderOf(list, args);
  return {
    size: pageSize(backward ? args.last : args.first, backward ? "last" : "first"),
    backward,
    order,
    after: args.after ? decode(args.after, order, "after") : undefined,
    before: args.before ? decode(args.before, order, "before") : undefined,
  };
};

const pageSize = (asked: number | null | undefined, field: string): number => {
  const size = asked ?? 20;
  if (size < 1 || size > maxPage) throw badInput(`\`${field}\` is ${size}; it must be from 1 to ${maxPage}.`, field);
  return size;
};

/** The asked order, made total by the id. Newest first when nothing is asked. */
const orderOf = ({ shape, sortable }: Pick<List, "shape" | "sortable">, args: ListArgs): Criterion[] => {
  const asked = args.orderBy ?? [];
  if (asked.length > maxOrder) throw badInput(`A list is ordered by at most ${maxOrder} criteria.`, "orderBy");
  const order = asked.map(({ field, direction }) => criterion(shape, sortable.get(field) ?? "id", direction));
  return [...order, criterion(shape, "id", order.at(-1)?.direction ?? Direction.DESC)];
};

const criterion = ({ columns }: EntityShape, property: string, direction: Direction): Criterion => {
  const column = columns.get(property);
  if (column === undefined) throw new Error(`${property} is no column to order by.`);
  return { property, direction, value: column.value };
};

export const orderSql = ({ order, backward }: Keyset, row: string, parameters: Parameters): string =>
  order
    .map(
      ({ value, direction }) =>
        `${value(row, parameters)} ${(direction === Direction.DESC) !== backward ? "desc" : "asc"}`,
    )
    .join(", ");

/** The conditions that keep a page behind `after` and before `before`. */
export const boundsSql = ({ order, after, before }: Keyset, row: string, parameters: Parameters): string[] => [
  ...(after === undefined ? [] : [beyond(order, after, false, row, parameters)]),
  ...(before === undefined ? [] : [beyond(order, before, true, row, parameters)]),
];

/** Rows strictly behind (or before) these values: later in the first criterion that differs. */
const beyond = (
  order: readonly Criterion[],
  values: readonly string[],
  before: boolean,
  row: string,
  parameters: Parameters,
): string => {
  const columns = order.map(({ value }) => value(row, parameters));
  const given = values.map((value) => parameters.add(value));
  const symbols = order.map(({ direction }) => ((direction === Direction.ASC) !== before ? ">" : "<"));
  // One direction for all: a comparison of rows, which an index over these columns answers.
  if (symbols.every((symbol) => symbol === symbols[0]))
    return order.length === 1
      ? `${columns[0]} ${symbols[0]} ${given[0]}`
      : `(${columns.join(", ")}) ${symbols[0]} (${given.join(", ")})`;
  const alternatives = columns.map((column, index) => {
    const equal = columns.slice(0, index).map((other, at) => `${other} = ${given[at]}`);
    return `(${[...equal, `${column} ${symbols[index]} ${given[index]}`].join(" and ")})`;
  });
  return `(${alternatives.join(" or ")})`;
};

const shapeOfOrder = (order: readonly Criterion[]) =>
  order.map(({ property, direction }) => `${property} ${direction}`).join();

/** The opaque place of a row, from the values of the order's criteria as Postgres writes them. */
export const encodeCursor = ({ order }: Keyset, values: readonly (string | null)[]): string =>
  Buffer.from(JSON.stringify([shapeOfOrder(order), ...values])).toString("base64url");

const decode = (cursor: string, order: readonly Criterion[], field: string): string[] => {
  try {
    const [shape, ...values] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    if (
      shape === shapeOfOrder(order) &&
      values.length === order.length &&
      values.every((each) => typeof each === "string")
    )
      return values as string[];
  } catch {
    // Not JSON: refused below like any other text.
  }
  throw badInput(`${JSON.stringify(cursor.slice(0, 80))} is not a cursor of a list in this order.`, field);
};
