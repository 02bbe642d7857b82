import fc from "fast-check";
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
} from "graphql";

/** A field as it was drawn: its name, alias, arguments and what is selected of it. */
interface Drawn {
  text: string;
}

/** Arguments by the type that a connection or aggregate is of; anything that the schema allows. */
export interface ArgumentPool {
  /** Texts of arguments, such as `first: 3`, for a field of a type. */
  argumentsFor(type: string, field: string): readonly string[];
}

/** Any selection of a type down to a depth: aliases, fragments, repeated fields and directives included. */
export const selections = (
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  depth: number,
  pool: ArgumentPool,
  allowed: (type: string, field: string) => boolean,
): fc.Arbitrary<string> => {
  const fields = Object.values(type.getFields()).filter(
    (field) => allowed(type.name, field.name) && (depth > 0 || isLeafType(getNamedType(field.type))),
  );
  const one = fc.constantFrom(...fields).chain((field) => fieldText(schema, type, field, depth, pool, allowed));
  const typename = fc.constant({ text: "__typename" });
  const item = fc.oneof({ weight: 9, arbitrary: one }, { weight: 1, arbitrary: typename });
  return fc
    .array(fc.tuple(item, fc.nat(9), fc.nat(3)), { minLength: 1, maxLength: 6 })
    .map((items) =>
      items.map(([{ text }, wrapping, directive], index) => wrap(type.name, text, wrapping, directive, index)),
    )
    .map((texts) => `{ ${texts.join(" ")} }`);
};

/** Every response key is used once, so that two draws never conflict. */
const wrap = (type: string, text: string, wrapping: number, directive: number, index: number): string => {
  const keyed = text.startsWith("__") ? `t${index}: ${text}` : `k${index}: ${text}`;
  if (wrapping === 0) return `... on ${type} { ${keyed} }`;
  if (wrapping === 1) return `... { ${keyed} }`;
  if (wrapping === 2) return `... @include(if: ${directive < 2 ? "$yes" : "$no"}) { ${keyed} }`;
  if (wrapping === 3) return `... @skip(if: ${directive < 2 ? "$no" : "$yes"}) { ${keyed} }`;
  return keyed;
};

const fieldText = (
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  depth: number,
  pool: ArgumentPool,
  allowed: (type: string, field: string) => boolean,
): fc.Arbitrary<Drawn> => {
  const target = getNamedType(field.type);
  const texts = field.args.length === 0 ? [] : pool.argumentsFor(type.name, field.name);
  const required = field.args.some(
    ({ type: of, defaultValue }) => String(of).endsWith("!") && defaultValue === undefined,
  );
  const chosen = fc.subarray([...texts], { minLength: required ? 1 : 0, maxLength: required ? 1 : texts.length });
  const args = chosen.map((given) => {
    const byName = new Map(given.map((each) => [each.slice(0, each.indexOf(":")), each]));
    return byName.size === 0 ? "" : `(${[...byName.values()].join(", ")})`;
  });
  const inner = isObjectType(target) ? selections(schema, target, depth - 1, pool, allowed) : fc.constant("");
  return fc.tuple(args, inner).map(([given, selected]) => ({ text: `${field.name}${given} ${selected}` }));
};
