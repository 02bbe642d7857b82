import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** Thrown while a document is compiled: something in it is answered by a resolver, so all of it runs through graphql-js. */
export class NotCompilable extends Error {}

/** A document whose selections are being read. */
export interface Selecting {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The variables that `@skip` and `@include` look at. */
  readonly variables: Readonly<Record<string, unknown>>;
}

type WithSelection = { readonly selectionSet?: SelectionSetNode | undefined };

/**
 * The fields that nodes of one response key select on an object type, by response key and in the order of the answer.
 * Source: GraphQL specification, October 2021, 6.3.2 Field Collection.
 */
export const collectFields = (
  selecting: Selecting,
  type: GraphQLObjectType,
  nodes: readonly WithSelection[],
): Map<string, FieldNode[]> => {
  const fields = new Map<string, FieldNode[]>();
  const seen = new Set<string>();
  for (const { selectionSet } of nodes) if (selectionSet) collect(selecting, type, selectionSet, fields, seen);
  return fields;
};

const collect = (
  selecting: Selecting,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  fields: Map<string, FieldNode[]>,
  seen: Set<string>,
): void => {
  for (const selection of set.selections) {
    if (!isIncluded(selecting, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = fields.get(key);
      if (known === undefined) fields.set(key, [selection]);
      else known.push(selection);
      continue;
    }
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentOf(selecting, selection.name.value, seen);
    if (inner !== undefined && applies(selecting, type, inner.typeCondition?.name.value))
      collect(selecting, type, inner.selectionSet, fields, seen);
  }
};

const fragmentOf = ({ fragments }: Selecting, name: string, seen: Set<string>): FragmentDefinitionNode | undefined => {
  if (seen.has(name)) return undefined;
  seen.add(name);
  return fragments.get(name);
};

const isIncluded = ({ variables }: Selecting, node: SelectionNode): boolean =>
  getDirectiveValues(GraphQLSkipDirective, node, variables)?.if !== true &&
  getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;

const applies = ({ schema }: Selecting, type: GraphQLObjectType, condition: string | undefined): boolean => {
  if (condition === undefined || condition === type.name) return true;
  const conditionType = schema.getType(condition);
  return isAbstractType(conditionType) && schema.isSubType(conditionType, type);
};
