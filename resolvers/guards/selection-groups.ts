import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from "graphql";
import { type Condition, conditionOf, type Variables } from "./argument-values.js";
import { tooComplex } from "./document-limits.js";

/** What is done at most with these variables, in fields. */
export type Cost = (variables: Variables) => number;

/** A selection set together with what decides whether it is looked at. */
export interface Part {
  readonly set: SelectionSetNode;
  readonly conditions: readonly Condition[];
}

/** All that answers under one name: fields of one name on one type are one field, however often they are written. */
export interface Group {
  readonly node: FieldNode;
  readonly occurrences: { readonly node: FieldNode; readonly conditions: readonly Condition[] }[];
}

/** What is answered of an object of this type, by the name that it is answered under. */
export type Collect = (type: GraphQLObjectType, parts: readonly Part[]) => Map<string, Group>;

/** Steps that one document may take: every type of an interface is looked at on its own. */
const maxSteps = 50_000;

/** Gathers fields as execution does (GraphQL specification, section 6.3.2), but for conditions, which are kept. */
export const collectorOf = (schema: GraphQLSchema, document: DocumentNode): Collect => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  let steps = 0;

  const applies = (condition: string | undefined, type: GraphQLObjectType) => {
    if (condition === undefined || condition === type.name) return true;
    const named = schema.getType(condition);
    return isAbstractType(named) && schema.isSubType(named, type);
  };

  return (type, parts) => {
    const groups = new Map<string, Group>();
    const gather = ({ set, conditions }: Part) => {
      for (const selection of set.selections) {
        steps += 1;
        if (steps > maxSteps) throw tooComplex("fields of interfaces", maxSteps);
        const all = [...conditions, ...conditionOf(selection.directives)];
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          const group = groups.get(key) ?? { node: selection, occurrences: [] };
          group.occurrences.push({ node: selection, conditions: all });
          groups.set(key, group);
          continue;
        }
        const part = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
        if (part !== undefined && applies(part.typeCondition?.name.value, type))
          gather({ set: part.selectionSet, conditions: all });
      }
    };
    for (const part of parts) gather(part);
    return groups;
  };
};

/** Whether any of the places where a field is written is looked at. */
export const isAsked =
  ({ occurrences }: Group): Condition =>
  (variables) =>
    occurrences.some(({ conditions }) => conditions.every((holds) => holds(variables)));

/** All that a field selects, wherever it is written. */
export const partsOf = ({ occurrences }: Group): Part[] =>
  occurrences.flatMap(({ node: { selectionSet }, conditions }) =>
    selectionSet === undefined ? [] : [{ set: selectionSet, conditions }],
  );
