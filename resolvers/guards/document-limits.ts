import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type TypeNode,
  type ValueNode,
} from "graphql";
import { DomainError } from "#src/platform/errors.js";

/** Bounds of a document, checked before anything else looks at it: validation itself can be made to take minutes. */
export const documentLimits = {
  characters: 100_000,
  tokens: 5_000,
  operations: 50,
  fragments: 100,
  /** Levels of fields, and of lists and objects in a value. */
  depth: 15,
  valueDepth: 32,
  /** Levels of fragments within one level of fields. */
  fragmentDepth: 32,
  /** Lists of lists in the type of a variable. */
  typeDepth: 8,
  /** Fields, spreads and inline fragments, counted as often as they are spread. */
  selections: 1_000,
  rootFields: 50,
  directives: 50,
  /** Pairs of fields that answer under the same name at the same place, and so have to be compared. */
  samePlacePairs: 10_000,
  /** Names under which one selection asks for the same field. */
  aliases: 15,
};

export const tooComplex = (what: string, limit: number) =>
  new DomainError("QUERY_TOO_COMPLEX", `The document has more than ${limit} ${what}.`, { limit });

/** Parses a document and refuses one that is out of bounds, with every fragment counted as often as it is spread. */
export const parseWithinLimits = (source: string): DocumentNode => {
  if (source.length > documentLimits.characters) throw tooComplex("characters", documentLimits.characters);
  const document = parseBounded(source);
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  const fragments = new Map(
    document.definitions
      .filter((each) => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((each) => [each.name.value, each]),
  );
  if (operations.length > documentLimits.operations) throw tooComplex("operations", documentLimits.operations);
  if (fragments.size > documentLimits.fragments) throw tooComplex("fragments", documentLimits.fragments);
  measure(operations, fragments);
  return document;
};

const parseBounded = (source: string): DocumentNode => {
  try {
    return parse(source, { maxTokens: documentLimits.tokens });
  } catch (error) {
    // The parser calls itself for every level.
    if (error instanceof RangeError) throw tooComplex("levels of values", documentLimits.valueDepth);
    const tooLong = error instanceof GraphQLError && /more tha[nt] \d+ tokens/.test(error.message);
    throw tooLong ? tooComplex("tokens", documentLimits.tokens) : error;
  }
};

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** One walk over all that would be answered, which ends at the first bound that is passed. */
const measure = (operations: readonly OperationDefinitionNode[], fragments: Fragments): void => {
  let selections = 0;
  let directives = 0;
  let pairs = 0;
  const reached = new Set<string>();

  const countDirectives = (nodes: readonly DirectiveNode[] | undefined) => {
    directives += nodes?.length ?? 0;
    if (directives > documentLimits.directives) throw tooComplex("directives", documentLimits.directives);
    for (const { arguments: given } of nodes ?? []) for (const { value } of given ?? []) measureValue(value, 1);
  };

  /** Sorts what a place selects by the name that it answers under, then goes one level down. Returns how many names. */
  const visit = (sets: readonly SelectionSetNode[], depth: number): number => {
    if (depth > documentLimits.depth) throw tooComplex("levels of fields", documentLimits.depth);
    const places = new Map<string, { count: number; below: SelectionSetNode[] }>();
    const gather = (set: SelectionSetNode, spreading: readonly string[], nested: number) => {
      if (nested > documentLimits.fragmentDepth) throw tooComplex("levels of fragments", documentLimits.fragmentDepth);
      for (const selection of set.selections) {
        selections += 1;
        if (selections > documentLimits.selections) throw tooComplex("fields and fragments", documentLimits.selections);
        countDirectives(selection.directives);
        if (selection.kind === Kind.INLINE_FRAGMENT) gather(selection.selectionSet, spreading, nested + 1);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const name = selection.name.value;
          const fragment = fragments.get(name);
          // A fragment that spreads itself is validation's to refuse; here it must only not be followed.
          if (fragment === undefined || spreading.includes(name)) continue;
          if (!reached.has(name)) countDirectives(fragment.directives);
          reached.add(name);
          gather(fragment.selectionSet, [...spreading, name], nested + 1);
        } else {
          for (const { value } of selection.arguments ?? []) measureValue(value, 1);
          const key = (selection.alias ?? selection.name).value;
          const place = places.get(key) ?? { count: 0, below: [] };
          pairs += place.count;
          if (pairs > documentLimits.samePlacePairs)
            throw tooComplex("pairs of fields in the same place", documentLimits.samePlacePairs);
          place.count += 1;
          if (selection.selectionSet !== undefined) place.below.push(selection.selectionSet);
          places.set(key, place);
        }
      }
    };
    for (const set of sets) gather(set, [], 0);
    for (const { below } of places.values()) if (below.length > 0) visit(below, depth + 1);
    return places.size;
  };

  for (const { selectionSet, directives: own, variableDefinitions } of operations) {
    countDirectives(own);
    for (const { directives: onVariable, defaultValue, type } of variableDefinitions ?? []) {
      measureType(type);
      countDirectives(onVariable);
      if (defaultValue !== undefined) measureValue(defaultValue, 1);
    }
    if (visit([selectionSet], 1) > documentLimits.rootFields)
      throw tooComplex("root fields", documentLimits.rootFields);
  }
  // What no operation spreads is validated all the same.
  for (const [name, { selectionSet, directives: own }] of fragments) {
    if (reached.has(name)) continue;
    reached.add(name);
    countDirectives(own);
    visit([selectionSet], 1);
  }
};

const measureType = (type: TypeNode): void => {
  let depth = 0;
  for (let inner = type; inner.kind !== Kind.NAMED_TYPE; inner = inner.type) {
    if (inner.kind === Kind.LIST_TYPE) depth += 1;
    if (depth > documentLimits.typeDepth) throw tooComplex("levels of lists in a type", documentLimits.typeDepth);
  }
};

const measureValue = (value: ValueNode, depth: number): void => {
  if (depth > documentLimits.valueDepth) throw tooComplex("levels of values", documentLimits.valueDepth);
  if (value.kind === Kind.LIST) for (const item of value.values) measureValue(item, depth + 1);
  if (value.kind === Kind.OBJECT) for (const field of value.fields) measureValue(field.value, depth + 1);
};
