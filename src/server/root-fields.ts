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
  const names = new Set(rootFieldsOf(document, operation).values());
  const fields = [...names].filter((each) => each in known || introspection.includes(each));
  return { type: operation.operation, name: operation.name?.value, fields };
};

/** The root fields of an operation by the names that they answer under; those that a variable may skip are among them. */
export const rootFieldsOf = (
  document: DocumentNode,
  { selectionSet }: OperationDefinitionNode,
): ReadonlyMap<string, string> => {
  const fragments = new Map(
    document.definitions
      .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((each) => [each.name.value, each.selectionSet]),
  );
  const fields = new Map<string, string>();
  const seen = new Set<SelectionSetNode>();
  const visit = (set: SelectionSetNode | undefined) => {
    if (set === undefined || seen.has(set)) return;
    seen.add(set);
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) fields.set((selection.alias ?? selection.name).value, selection.name.value);
      else
        visit(selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value));
    }
  };
  visit(selectionSet);
  return fields;
};
