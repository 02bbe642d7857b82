import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

export interface OperationShape {
  readonly type: "query" | "mutation" | "subscription" | "unknown";
  /** The client's name for it. */
  readonly name: string | undefined;
  /** Names of its root fields as the schema has them, each once; what the schema does not know is left out. */
  readonly fields: readonly string[];
}

const introspection = ["__schema", "__type", "__typename"];

/** What an operation of a document asks for, in words of the schema alone. */
export const shapeOf = (
  schema: GraphQLSchema,
  document: DocumentNode,
  name: string | null | undefined,
): OperationShape => {
  const operation = getOperationAST(document, name);
  if (!operation) return { type: "unknown", name: undefined, fields: [] };
  const known = schema.getRootType(operation.operation)?.getFields() ?? {};
  const fields = [...namesIn(document, operation)].filter((each) => each in known || introspection.includes(each));
  return { type: operation.operation, name: operation.name?.value, fields };
};

const namesIn = (document: DocumentNode, { selectionSet }: OperationDefinitionNode): ReadonlySet<string> => {
  const fragments = new Map(
    document.definitions
      .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((each) => [each.name.value, each.selectionSet]),
  );
  const names = new Set<string>();
  const spread = new Set<string>();
  const visit = (set: SelectionSetNode | undefined) => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        visit(fragments.get(selection.name.value));
      }
    }
  };
  visit(selectionSet);
  return names;
};
