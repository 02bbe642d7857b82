import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLFieldMap,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from "graphql";
import { badInput } from "#src/platform/errors.js";
import type { FieldBounds } from "#src/platform/field-bounds.js";
import { argumentValue, objectsIn, type Variables } from "./argument-values.js";
import { documentLimits, tooComplex } from "./document-limits.js";
import { costOfIntrospection } from "./introspection-cost.js";
import { type Cost, collectorOf, type Group, isAsked, type Part, partsOf } from "./selection-groups.js";

/** A field that is being counted, and the one that gave its object: where the arguments of a page stand. */
interface Place {
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  readonly giver: Place | undefined;
}

/** An object in an argument takes about as long as so many fields: it is coerced, converted and validated. */
export const inputObjectCost = 10;

/** Of a field that takes thousands of them (`TakesMany`). */
export const objectCostOf = (field: GraphQLField<unknown, unknown>): number =>
  boundsOf(field).takesMany ? 1 : inputObjectCost;

/**
 * Compiles the cost of an operation: every field counts one for each object that it can be resolved on, and ten more for
 * each object in its arguments; a list multiplies what is below it by its declared bound. Execution does at most so much
 * (tests/units proves it).
 * The document has to be valid. Throws QUERY_TOO_COMPLEX on too many aliases of one field.
 */
export const compileCost = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Cost => {
  const collect = collectorOf(schema, document);

  const costOfObject = (type: GraphQLObjectType, parts: readonly Part[], giver: Place | undefined): Cost => {
    const groups = [...collect(type, parts).values()];
    checkAliases(groups, type.getFields());
    const costs = groups.map((group) => costOfField(type, group, giver));
    return (variables) => costs.reduce((sum, cost) => sum + cost(variables), 0);
  };

  const costOfComposite = (type: GraphQLCompositeType, parts: readonly Part[], giver: Place): Cost => {
    if (!isAbstractType(type)) return costOfObject(type, parts, giver);
    const costs = schema.getPossibleTypes(type).map((possible) => costOfObject(possible, parts, giver));
    return (variables) => Math.max(0, ...costs.map((cost) => cost(variables)));
  };

  const costOfField = (type: GraphQLObjectType, group: Group, giver: Place | undefined): Cost => {
    const { node } = group;
    const asked = isAsked(group);
    const name = node.name.value;
    if (name === TypeNameMetaFieldDef.name) return (variables) => (asked(variables) ? 1 : 0);
    if (name === SchemaMetaFieldDef.name || name === TypeMetaFieldDef.name) {
      const field = name === SchemaMetaFieldDef.name ? SchemaMetaFieldDef : TypeMetaFieldDef;
      return costOfIntrospection(schema, field, group, collect);
    }
    const field = type.getFields()[name];
    if (field === undefined) throw badInput(`${type.name} has no field ${JSON.stringify(name)}.`);
    const place = { field, node, giver };
    const inner = getNamedType(field.type);
    const objects = objectsIn(node);
    const objectCost = objectCostOf(field);
    const own: Cost = (variables) => 1 + objectCost * objects(variables);
    if (!isCompositeType(inner)) return (variables) => (asked(variables) ? own(variables) : 0);
    const below = costOfComposite(inner, partsOf(group), place);
    const items = itemsOf(place);
    return (variables) => (asked(variables) ? own(variables) + items(variables) * below(variables) : 0);
  };

  const root = schema.getRootType(operation.operation);
  if (!root) throw badInput(`There are no operations of the kind ${operation.operation}.`, "query");
  return costOfObject(root, [{ set: operation.selectionSet, conditions: [] }], undefined);
};

export const boundsOf = (field: { readonly extensions: Readonly<Record<string, unknown>> }): FieldBounds =>
  field.extensions as FieldBounds;

export const givesList = ({ type }: GraphQLField<unknown, unknown>): boolean => isListType(getNullableType(type));

const itemsOf = (place: Place): Cost => {
  if (!givesList(place.field)) return () => 1;
  const { listBound } = boundsOf(place.field);
  // A list without a declared bound would make the cost a lie.
  if (listBound === undefined) throw new Error(`The list ${place.field.name} declares no bound: give it @AtMost.`);
  const { most, says } = listBound;
  const readers = says.map((name) => lengthSaidBy(place, name));
  return (variables) => {
    for (const read of readers) {
      const said = read(variables);
      if (said !== undefined) return Math.max(0, Math.min(said, most));
    }
    return most;
  };
};

/** How many items an argument of this field, or else of the one that gave its object, asks for; undefined when it says nothing. */
const lengthSaidBy = ({ field, node, giver }: Place, name: string): ((variables: Variables) => number | undefined) => {
  const own = field.args.find((argument) => argument.name === name);
  const declared = own ?? giver?.field.args.find((argument) => argument.name === name);
  if (declared === undefined) return () => undefined;
  const read = argumentValue(own === undefined && giver !== undefined ? giver.node : node, declared);
  const isList = isListType(getNullableType(declared.type));
  return (variables) => {
    const value = read(variables);
    if (value === undefined || value === null) return undefined;
    // A single value stands for a list of one.
    if (isList) return Array.isArray(value) ? value.length : 1;
    return typeof value === "number" ? value : undefined;
  };
};

const checkAliases = (groups: readonly Group[], fields: GraphQLFieldMap<unknown, unknown>): void => {
  const counts = new Map<string, number>();
  for (const { node } of groups) {
    const name = node.name.value;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const field = fields[name];
    const limit = field !== undefined && boundsOf(field).oncePerDocument ? 1 : documentLimits.aliases;
    if (count > limit) throw tooComplex(`\`${name}\` in one place`, limit);
  }
};
