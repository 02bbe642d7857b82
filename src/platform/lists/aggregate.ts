import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { ArgsType, Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";
import { badInput } from "../errors.js";
import type { Codec } from "./codec.js";
import type { Column, EntityShape } from "./entity-shape.js";
import { named } from "./filter-inputs.js";
import { compileFilter } from "./filter-sql.js";
import { screaming } from "./screaming.js";
import type { Parameters, Statement } from "./statement.js";

export const maxGroups = 1_000;
const maxGroupBy = 4;

enum GroupOrder {
  COUNT_DESC = "COUNT_DESC",
  COUNT_ASC = "COUNT_ASC",
  GROUP_ASC = "GROUP_ASC",
}
registerEnumType(GroupOrder, {
  name: "GroupOrder",
  description: "Which group comes first.",
  valuesConfig: {
    COUNT_DESC: { description: "The one with the most rows." },
    COUNT_ASC: { description: "The one with the fewest rows." },
    GROUP_ASC: { description: "By the values of the group, those without a value last." },
  },
});

export const measures = ["avg", "sum", "min", "max"] as const;
export type Measure = (typeof measures)[number];

export interface AggregateArgs {
  filter?: object | null;
  groupBy?: string[] | null;
  orderBy?: GroupOrder | null;
  first?: number | null;
}

/** What a class's rows can be grouped by and which figures there are of a group. */
export interface Aggregates {
  readonly Aggregate: new () => object;
  readonly Args: new () => AggregateArgs;
  /** Name in the enum → column. */
  readonly groups: ReadonlyMap<string, Column>;
  readonly numbers: ReadonlyMap<string, Column>;
  /** Numbers and times. */
  readonly ordered: ReadonlyMap<string, Column>;
}

const numberTypes: ReadonlySet<unknown> = new Set([Int, Float, GraphQLSafeInt]);

export const defineAggregates = (shape: EntityShape, plural: string, Filter: new () => object): Aggregates => {
  const columns = [...shape.columns.values()].filter(({ declaration }) => declaration.derived === undefined);
  const pick = (wanted: (column: Column) => boolean) =>
    new Map(columns.filter(wanted).map((column) => [column.declaration.property, column]));
  const grouped = pick(({ declaration }) => declaration.group);
  const numbers = pick(({ declaration }) => numberTypes.has(declaration.graph()));
  const ordered = pick(
    ({ declaration }) => numberTypes.has(declaration.graph()) || declaration.graph() === GraphQLDateTimeISO,
  );
  const groups = new Map([...grouped].map(([property, column]) => [screaming(property), column]));
  const { name } = shape;

  const figures = (suffix: string, description: string, of: ReadonlyMap<string, Column>, asFloat: boolean) => {
    if (of.size === 0) return undefined;
    const type = named(`${name}${suffix}`);
    ObjectType(`${name}${suffix}`, { description })(type);
    for (const [property, { declaration }] of of) {
      const graph = asFloat ? () => Float : declaration.graph;
      Field(graph as () => never, { nullable: true, description: `Of \`${property}\`; null when no row has a value.` })(
        type.prototype,
        property,
      );
    }
    return type;
  };
  const Group = figures("Group", `The values that the ${plural} of a group share.`, grouped, false);
  const Numbers = figures("Numbers", `A figure of each number of the ${plural} in a group.`, numbers, true);
  const Range = figures("Range", `The smallest or greatest values of the ${plural} in a group.`, ordered, false);

  const Aggregate = named(`${name}Aggregate`);
  ObjectType(`${name}Aggregate`, { description: `Figures of a group of ${plural}, or of all of them.` })(Aggregate);
  const field = (property: string, type: new () => object, description: string) =>
    Field(() => type, { description })(Aggregate.prototype, property);
  if (Group !== undefined)
    Field(() => Group, { nullable: true, description: "What the rows have in common; null when not grouped." })(
      Aggregate.prototype,
      "group",
    );
  Field(() => Int, { description: "How many rows." })(Aggregate.prototype, "count");
  if (Numbers !== undefined) {
    field("avg", Numbers, "Arithmetic means.");
    field("sum", Numbers, "Sums.");
  }
  if (Range !== undefined) {
    field("min", Range, "Smallest and earliest.");
    field("max", Range, "Greatest and latest.");
  }

  const Args = named(`${name}AggregateArgs`) as new () => AggregateArgs;
  ArgsType()(Args);
  Field(() => Filter, { nullable: true, description: "Which rows; all when left out." })(Args.prototype, "filter");
  if (groups.size > 0) {
    const groupFields = Object.fromEntries([...groups.keys()].map((each) => [each, each]));
    registerEnumType(groupFields, {
      name: `${name}GroupField`,
      description: `What ${plural} can be grouped by.`,
      valuesConfig: Object.fromEntries(
        [...groups].map(([each, { declaration }]) => [each, { description: `By \`${declaration.property}\`.` }]),
      ) as never,
    });
    Field(() => [groupFields] as never, { nullable: true, description: "One group for all when left out; at most 4." })(
      Args.prototype,
      "groupBy",
    );
  }
  Field(() => GroupOrder, {
    nullable: true,
    defaultValue: GroupOrder.COUNT_DESC,
    description: "Which group comes first.",
  })(Args.prototype, "orderBy");
  Field(() => Int, { nullable: true, defaultValue: 100, description: "At most so many groups, 1 to 1,000." })(
    Args.prototype,
    "first",
  );
  return { Aggregate, Args, groups, numbers, ordered };
};

const float: Codec = { decode: Number, json: (text) => String(Number(text)) };

/** One figure that a statement gives: where it belongs in the answer, and how it is read. */
interface Figure {
  readonly of: "group" | "count" | Measure;
  readonly property: string;
  readonly codec: Codec;
}

export interface AggregateStatement extends Statement {
  readonly figures: readonly Figure[];
  readonly grouped: boolean;
}

/** The figures of each group: of the `wanted` measures all that there are. */
export const aggregateSql = (
  shape: EntityShape,
  { groups, numbers, ordered }: Aggregates,
  args: AggregateArgs,
  wanted: ReadonlySet<string>,
  parameters: Parameters,
): AggregateStatement => {
  const first = args.first ?? 100;
  if (first < 1 || first > maxGroups)
    throw badInput(`\`first\` is ${first}; it must be from 1 to ${maxGroups}.`, "first");
  const by = [...new Set(args.groupBy ?? [])];
  if (by.length > maxGroupBy) throw badInput(`Rows are grouped by at most ${maxGroupBy} columns.`, "groupBy");
  const figures: Figure[] = [];
  const select: string[] = [];
  const add = (of: Figure["of"], property: string, codec: Codec, expression: string) => {
    figures.push({ of, property, codec });
    select.push(expression);
  };
  add("count", "count", float, "count(*)");
  for (const name of by) {
    const column = groups.get(name);
    if (column !== undefined) add("group", column.declaration.property, column, column.selected("t", parameters));
  }
  const keys = by.map((_, index) => String(index + 2));
  for (const measure of measures) {
    if (!wanted.has(measure)) continue;
    for (const [property, column] of measure === "avg" || measure === "sum" ? numbers : ordered) {
      const ofNumbers = measure === "avg" || measure === "sum";
      add(measure, property, ofNumbers ? float : column, `${measure}(${column.value("t", parameters)})`);
    }
  }
  const conditions = [shape.visible("t", parameters)];
  if (args.filter) conditions.push(compileFilter(shape, "t", args.filter, parameters));
  const direction = { COUNT_DESC: ["1 desc"], COUNT_ASC: ["1 asc"], GROUP_ASC: [] }[
    args.orderBy ?? GroupOrder.COUNT_DESC
  ];
  const tail =
    by.length === 0 ? "" : `group by ${keys.join(", ")} order by ${[...direction, ...keys].join(", ")} limit ${first}`;
  const text = `select ${select.join(", ")} from ${shape.table} t where ${conditions.join(" and ")} ${tail}`;
  return { text, values: parameters.values, width: select.length, figures, grouped: by.length > 0 };
};
