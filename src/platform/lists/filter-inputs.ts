import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, Float, ID, InputType, Int } from "type-graphql";

type GraphType = () => object;

/** The SQL comparisons that a filter can ask for. */
export const operators = [
  "eq",
  "ne",
  "in",
  "notIn",
  "gt",
  "gte",
  "lt",
  "lte",
  "contains",
  "startsWith",
  "isNull",
] as const;
export type Operator = (typeof operators)[number];
/** One column's conditions; all that are given must hold. */
export type Comparison = Partial<Record<Operator, unknown>>;

const descriptions: Readonly<Record<Operator, string>> = {
  eq: "Is this value.",
  ne: "Is not this value; rows without a value count.",
  in: "Is one of these values, at most 1,000.",
  notIn: "Is none of these values, at most 1,000; rows without a value count.",
  gt: "Is greater, later or further down the alphabet.",
  gte: "Is this value or greater.",
  lt: "Is less, earlier or further up the alphabet.",
  lte: "Is this value or less.",
  contains: "Has this text in it, whatever the case.",
  startsWith: "Begins with this text, whatever the case.",
  isNull: "True: has no value. False: has one.",
};

const equality = ["eq", "ne", "in", "notIn"] as const;
const order = ["gt", "gte", "lt", "lte"] as const;
const text = ["contains", "startsWith"] as const;

const comparisonInput = (name: string, type: GraphType, known: readonly Operator[]): (new () => object) => {
  const input = { [name]: class {} }[name] as new () => object;
  InputType(name, {
    description: `Conditions on a value of the type ${name.replace(/Filter$/, "")}; all given ones must hold.`,
  })(input);
  for (const operator of known) {
    const isList = operator === "in" || operator === "notIn";
    const of = operator === "isNull" ? () => Boolean : isList ? () => [type()] : type;
    Field(of as () => never, { nullable: true, description: descriptions[operator] })(input.prototype, operator);
  }
  return input;
};

const scalars = new Map<unknown, new () => object>([
  [String, comparisonInput("StringFilter", () => String, [...equality, ...order, ...text, "isNull"])],
  [ID, comparisonInput("IDFilter", () => ID, [...equality, "isNull"])],
  [Int, comparisonInput("IntFilter", () => Int, [...equality, ...order, "isNull"])],
  [Float, comparisonInput("FloatFilter", () => Float, [...equality, ...order, "isNull"])],
  [Boolean, comparisonInput("BooleanFilter", () => Boolean, ["eq", "ne", "isNull"])],
  [GraphQLDateTimeISO, comparisonInput("DateTimeFilter", () => GraphQLDateTimeISO, [...equality, ...order, "isNull"])],
]);
const enums = new Map<string, new () => object>();

/** The filter input of a column's type; made once per enum. */
export const filterInputFor = (type: GraphType, enumName: string | undefined): (new () => object) => {
  if (enumName !== undefined) {
    const known = enums.get(enumName) ?? comparisonInput(`${enumName}Filter`, type, [...equality, "isNull"]);
    enums.set(enumName, known);
    return known;
  }
  const input = scalars.get(type());
  if (input === undefined) throw new Error("No filter is known for this type of column.");
  return input;
};
