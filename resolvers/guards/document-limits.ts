import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from "graphql";

/** Bounds of a document, checked before anything else looks at it: validation itself can be made to take minutes. */
export const documentLimits = { tokens: 5_000, depth: 15, fields: 1_000, rootFields: 50, directives: 50 };

interface Size {
  depth: number;
  fields: number;
  directives: number;
}

const tooComplex = (what: string, limit: number) =>
  new GraphQLError(`The document has more than ${limit} ${what}.`, { extensions: { code: "QUERY_TOO_COMPLEX" } });

/** Parses a document and refuses one that is out of bounds, with every fragment counted as often as it is spread. */
export const parseWithinLimits = (source: string): DocumentNode => {
  const document = parseBounded(source);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sizes = new Map<string, Size>();

  const sizeOf = (set: SelectionSetNode | undefined, spreading: ReadonlySet<string>): Size => {
    const total: Size = { depth: 0, fields: 0, directives: 0 };
    for (const selection of set?.selections ?? []) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? sizeOfFragment(selection.name.value, spreading)
          : sizeOf(selection.selectionSet, spreading);
      const own = selection.kind === Kind.FIELD ? 1 : 0;
      total.depth = Math.max(total.depth, inner.depth + own);
      total.fields += inner.fields + own;
      total.directives += inner.directives + (selection.directives?.length ?? 0);
    }
    return total;
  };

  const sizeOfFragment = (name: string, spreading: ReadonlySet<string>): Size => {
    const known = sizes.get(name);
    // A fragment that spreads itself is validation's to refuse; here it must only not be followed.
    if (known !== undefined || spreading.has(name)) return known ?? { depth: 0, fields: 0, directives: 0 };
    const size = sizeOf(fragments.get(name)?.selectionSet, new Set([...spreading, name]));
    sizes.set(name, size);
    return size;
  };

  for (const name of fragments.keys()) check(sizeOfFragment(name, new Set()));
  const operations = document.definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  for (const operation of operations) {
    if (operation.selectionSet.selections.length > documentLimits.rootFields)
      throw tooComplex("root fields", documentLimits.rootFields);
    check(sizeOf(operation.selectionSet, new Set()));
  }
  return document;
};

const parseBounded = (source: string): DocumentNode => {
  try {
    return parse(source, { maxTokens: documentLimits.tokens });
  } catch (error) {
    const tooLong = error instanceof GraphQLError && /exceeds .* tokens|more than .* tokens/i.test(error.message);
    throw tooLong ? tooComplex("tokens", documentLimits.tokens) : error;
  }
};

const check = ({ depth, fields, directives }: Size) => {
  if (depth > documentLimits.depth) throw tooComplex("levels of fields", documentLimits.depth);
  if (fields > documentLimits.fields) throw tooComplex("fields", documentLimits.fields);
  if (directives > documentLimits.directives) throw tooComplex("directives", documentLimits.directives);
};
