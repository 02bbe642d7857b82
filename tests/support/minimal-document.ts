import {
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from "graphql";
import { newId } from "#src/platform/ids.js";

const scalars: Readonly<Record<string, unknown>> = {
  Int: 1,
  Float: 1,
  SafeInt: 1,
  Boolean: true,
  Decimal: "1",
  Duration: "PT1H",
  DateTimeISO: "2100-01-01T00:00:00.000Z",
  JSONObject: {},
};

/** A value of this type, with nothing in it that may be left out. Ids are well formed, and of nothing that exists. */
const smallest = (type: GraphQLInputType): unknown => {
  if (isNonNullType(type)) return smallest(type.ofType);
  if (isListType(type)) return [smallest(type.ofType)];
  // The last one asks for least, where an order is in them.
  if (isEnumType(type)) return type.getValues().at(-1)?.name;
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter(isRequiredInputField)
        .map((field) => [field.name, smallest(field.type)]),
    );
  if (type.name === "ID") return newId("nothing");
  return scalars[type.name] ?? "nobody@example.com";
};

/** The smallest operation that asks for a root field. */
export const minimalDocument = (
  root: "query" | "mutation" | "subscription",
  field: GraphQLField<unknown, unknown>,
): { query: string; variables: Record<string, unknown> } => {
  const required = field.args.filter(isRequiredArgument);
  const declared = required.map(({ name, type }) => `$${name}: ${type}`).join(", ");
  const given = required.map(({ name }) => `${name}: $${name}`).join(", ");
  const selection = isLeafType(getNamedType(field.type)) ? "" : " { __typename }";
  return {
    query: `${root}${declared && ` (${declared})`} { ${field.name}${given && `(${given})`}${selection} }`,
    variables: Object.fromEntries(required.map(({ name, type }) => [name, smallest(type)])),
  };
};
