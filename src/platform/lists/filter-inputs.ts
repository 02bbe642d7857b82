import { GraphQLDateTimeISO, GraphQLJSON, GraphQLJSONObject, GraphQLSafeInt } from "graphql-scalars";
import { Field, Float, ID, InputType, Int } from "type-graphql";

import type { ColumnDeclaration, EntityClass } from "../column.js";
import { GraphQLDecimal } from "../decimal.js";
import { isTextList } from "./codec.js";
import { shapeOf } from "./entity-shape.js";

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

type InputClass = new () => object;

/** A class under a name that is only known when it is made. */
export const named = (name: string): InputClass => ({ [name]: class {} })[name] as InputClass;

const comparisonInput = (name: string, type: GraphType, known: readonly Operator[], meaning?: string): InputClass => {
  const input = named(name);
  InputType(name, {
    description:
      meaning ?? `Conditions on a value of the type ${name.replace(/Filter$/, "")}; all given ones must hold.`,
  })(input);
  for (const operator of known) {
    const isList = operator === "in" || operator === "notIn";
    const of = operator === "isNull" ? () => Boolean : isList ? () => [type()] : type;
    Field(of as () => never, { nullable: true, description: descriptions[operator] })(input.prototype, operator);
  }
  return input;
};

const jsonInput = (): InputClass => {
  const input = comparisonInput(
    "JSONFilter",
    () => GraphQLJSON,
    [...equality, ...order, ...text, "isNull"],
    "Conditions on the value at a path inside a JSON object; all given ones must hold. Of an array at the path any item counts.",
  );
  Field(() => String, {
    description: "Keys and positions from the outside in, such as `size.width` or `tags.0`: at most 20.",
  })(input.prototype, "path");
  return input;
};

const textListInput = (): InputClass => {
  const input = named("StringListFilter");
  InputType("StringListFilter", { description: "Conditions on a list of texts; all given ones must hold." })(input);
  Field(() => String, { nullable: true, description: "Has this text as one of its items." })(input.prototype, "has");
  Field(() => [String], { nullable: true, description: "Has at least one of these, at most 1,000." })(
    input.prototype,
    "hasAny",
  );
  Field(() => [String], { nullable: true, description: "Has all of these, at most 1,000." })(input.prototype, "hasAll");
  Field(() => Boolean, { nullable: true, description: "True: has no items. False: has some." })(
    input.prototype,
    "isEmpty",
  );
  return input;
};

const scalars = new Map<unknown, InputClass>([
  [String, comparisonInput("StringFilter", () => String, [...equality, ...order, ...text, "isNull"])],
  [ID, comparisonInput("IDFilter", () => ID, [...equality, "isNull"])],
  [Int, comparisonInput("IntFilter", () => Int, [...equality, ...order, "isNull"])],
  [Float, comparisonInput("FloatFilter", () => Float, [...equality, ...order, "isNull"])],
  [GraphQLSafeInt, comparisonInput("SafeIntFilter", () => GraphQLSafeInt, [...equality, ...order, "isNull"])],
  [GraphQLDecimal, comparisonInput("DecimalFilter", () => GraphQLDecimal, [...equality, ...order, "isNull"])],
  [Boolean, comparisonInput("BooleanFilter", () => Boolean, ["eq", "ne", "isNull"])],
  [GraphQLDateTimeISO, comparisonInput("DateTimeFilter", () => GraphQLDateTimeISO, [...equality, ...order, "isNull"])],
  [GraphQLJSONObject, jsonInput()],
]);
const textList = textListInput();
const enums = new Map<string, InputClass>();

/** The filter input of a column's type; made once per enum. */
const filterInputFor = (column: ColumnDeclaration): InputClass => {
  const { graph, enumName } = column;
  if (isTextList(column)) return textList;
  if (enumName !== undefined) {
    const known = enums.get(enumName) ?? comparisonInput(`${enumName}Filter`, graph, [...equality, "isNull"]);
    enums.set(enumName, known);
    return known;
  }
  const input = scalars.get(graph());
  if (input === undefined) throw new Error(`No filter is known for the column ${column.property}.`);
  return input;
};

const entities = new WeakMap<EntityClass, InputClass>();
const collections = new WeakMap<EntityClass, InputClass>();

/** The filter input of a class, with those of the rows that it names and that name it; made once per class. */
export const entityFilter = (entity: EntityClass): InputClass => {
  const known = entities.get(entity);
  if (known !== undefined) return known;
  const { name, columns, references, collections: rows } = shapeOf(entity);
  const input = named(`${name}Filter`);
  entities.set(entity, input);
  InputType(`${name}Filter`, { description: `Which rows of the type ${name}; all given conditions must hold.` })(input);
  const condition = (field: string, type: () => InputClass | InputClass[], description: string) =>
    Field(type as () => never, { nullable: true, description })(input.prototype, field);
  for (const [property, { declaration }] of columns) {
    if (!declaration.filter) continue;
    const type = filterInputFor(declaration);
    condition(property, () => type, `Condition on \`${property}\`.`);
  }
  for (const reference of references.values()) {
    const type = entityFilter(reference.entity());
    condition(reference.field, () => type, `Has a \`${reference.field}\` that you may see, of which this holds.`);
  }
  for (const collection of rows.values()) {
    const type = collectionFilter(collection.entity());
    condition(collection.field, () => type, `Condition on \`${collection.field}\`.`);
  }
  condition("and", () => [input], "All of these hold.");
  condition("or", () => [input], "At least one of these holds.");
  condition("not", () => input, "This does not hold.");
  return input;
};

const collectionFilter = (entity: EntityClass): InputClass => {
  const known = collections.get(entity);
  if (known !== undefined) return known;
  const name = `${entity.name}CollectionFilter`;
  const input = named(name);
  collections.set(entity, input);
  InputType(name, { description: `Conditions on rows of the type ${entity.name}; all given ones must hold.` })(input);
  const type = entityFilter(entity);
  Field(() => type, { nullable: true, description: "Holds for at least one that you may see." })(
    input.prototype,
    "some",
  );
  Field(() => type, { nullable: true, description: "Holds for none that you may see." })(input.prototype, "none");
  return input;
};
