import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
} from "graphql";
import { newId } from "#src/platform/ids.js";

export interface RootField {
  readonly operation: OperationTypeNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly ids: readonly IdPlace[];
}

/** A place where a field takes an id. */
export interface IdPlace {
  /** Such as `id`, or `filter.createdBy.id.in`. */
  readonly path: string;
  /** What the id must be of to mean anything, where that is known: the id of a `UserFilter` is a user's. */
  readonly kind: string | undefined;
}

type Inputs = { readonly name: string; readonly type: GraphQLInputType };

/** Levels of inputs that are gone into: beyond them filters name the same rows again. */
const deepest = 4;

/** `QuoteFavouriteFilter` is about rows of the kind `quote_favourite`. */
const kindOf = (filter: string): string | undefined =>
  /^(\w+)Filter$/
    .exec(filter)?.[1]
    ?.replace(/(?!^)[A-Z]/g, "_$&")
    .toLowerCase();

/** Names of ids that are of the kind that a filter is about. */
const ofKind: ReadonlySet<string> = new Set(["id", "eq", "ne", "in", "notIn"]);

/** The places of ids in what a field takes. */
const idPlaces = (inputs: readonly Inputs[], path: readonly string[] = [], kind?: string): IdPlace[] =>
  inputs.flatMap(({ name, type }) => {
    const here = [...path, name];
    const named = getNamedType(type);
    // Of other names in a filter, such as `userId`, it is not known.
    if (named.name === "ID") return [{ path: here.join("."), kind: ofKind.has(name) ? kind : undefined }];
    if (!isInputObjectType(named) || here.length > deepest || ["and", "or", "not"].includes(name)) return [];
    const isComparison = named.name === "IDFilter";
    const inner = isComparison ? (name === "id" ? kind : undefined) : kindOf(named.name);
    const fields = Object.values(named.getFields());
    // How ids are compared is the same everywhere: but for a row's own id one comparison stands for all.
    const isOne = isComparison && (here.length > 2 || name !== "id");
    return idPlaces(isOne ? fields.filter(({ name }) => name === "eq") : fields, here, inner);
  });

/** Every root field of a schema. */
export const rootFields = (schema: GraphQLSchema): RootField[] =>
  Object.values(OperationTypeNode).flatMap((operation) =>
    Object.values(schema.getRootType(operation)?.getFields() ?? {}).map((field) => ({
      operation,
      field,
      ids: idPlaces(field.args),
    })),
  );

/** What excludes the other ways to say the same. */
const alone: ReadonlySet<string | undefined> = new Set(["promptVersionId", "uploadId", "recordingId"]);
/** Names of what is configured, which no sample is: left out, so that the id beside them is looked at. */
const configured: ReadonlySet<string> = new Set(["provider", "model", "modelClass"]);
/** Texts that have a form; `query` is what everything says that must not be found. */
const texts: Readonly<Record<string, string>> = {
  name: "sample",
  label: "sample",
  language: "en",
  last: "PT1H",
  timeZone: "UTC",
  bucket: "PT1H",
  query: "canary-4711",
};

/** Ids beside the one that is tried, which must be another one. */
const others: Readonly<Record<string, string>> = { parentId: newId("twin"), childId: newId("twin") };

/** Times whose order counts, and that of something that was measured. */
const times: Readonly<Record<string, string>> = {
  from: "2998-12-31T00:00:00.000Z",
  at: new Date(Date.now() - 60_000).toISOString(),
};

/** A value that an input takes, with this id wherever the path leads, and all other fields that must be there. */
const sample = (type: GraphQLInputType, path: readonly string[], id: string, isNeeded: boolean): unknown => {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [sample(nullable.ofType, path, id, true)];
  if (isEnumType(nullable)) return nullable.getValues()[0]?.value;
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields()).filter(
      ({ name, type: inner }) =>
        name === path[0] ||
        isNonNullType(inner) ||
        (isNeeded && !alone.has(path[0]) && !configured.has(name) && isLeafType(getNamedType(inner))),
    );
    const entries = fields.map(({ name, type: inner }) => [
      name,
      textFor(name, inner) ??
        (name === path[0] ? undefined : others[name]) ??
        sample(inner, name === path[0] ? path.slice(1) : [], id, false),
    ]);
    return Object.fromEntries(entries);
  }
  switch (getNamedType(nullable).name) {
    case "ID":
      return id;
    case "Int":
    case "Float":
    case "SafeInt":
      return 1;
    case "Decimal":
      return "1";
    case "Boolean":
      return true;
    case "DateTime":
    case "DateTimeISO":
      return "2999-01-01T00:00:00.000Z";
    case "JSONObject":
      return {};
    default:
      return "sample@example.com";
  }
};

const textFor = (name: string, type: GraphQLInputType): string | undefined => {
  const { name: of } = getNamedType(type);
  if (of === "DateTimeISO") return times[name];
  return getNullableType(type).toString() === "String" ? texts[name] : undefined;
};

/** What the document needs to be sent with an id at one of the field's places; `beside` are for arguments beside it. */
export const argumentsFor = (
  args: readonly GraphQLArgument[],
  path: string,
  id: string,
  beside: Readonly<Record<string, string>> = {},
): Record<string, unknown> => {
  const [first = "", ...rest] = path.split(".");
  const given = args.filter(
    ({ name, type, defaultValue }) => name === first || (isNonNullType(type) && defaultValue === undefined),
  );
  return Object.fromEntries(
    given.map(({ name, type }) => [
      name,
      textFor(name, type) ??
        sample(type, name === first ? rest : [], name === first ? id : (beside[name] ?? id), name === "input"),
    ]),
  );
};

/** Selects everything to a depth, of lists their first rows. */
const select = (schema: GraphQLSchema, type: GraphQLOutputType, depth: number): string => {
  const named = getNamedType(type);
  if (isLeafType(named)) return "";
  if (isAbstractType(named)) {
    const parts = schema.getPossibleTypes(named).map((each) => `... on ${each.name} ${select(schema, each, depth)}`);
    return `{ __typename ${parts.join(" ")} }`;
  }
  if (!isObjectType(named)) return "";
  const fields = Object.values((named as GraphQLObjectType).getFields()).flatMap(({ name, type: inner, args }) => {
    const isLeaf = isLeafType(getNamedType(inner));
    if (!isLeaf && depth === 0) return [];
    const given = args.flatMap((each) => {
      if (each.name === "first") return ["first: 5"];
      const isNeeded = isNonNullType(each.type) && each.defaultValue === undefined;
      return isNeeded ? [`${each.name}: ${sample(each.type, [], "", false)}`] : [];
    });
    const passed = given.length === 0 ? "" : `(${given.join(", ")})`;
    // Types of a union name their fields alike, with other types.
    return [`${named.name}_${name}: ${name}${passed} ${select(schema, inner, depth - 1)}`];
  });
  return `{ __typename ${fields.join(" ")} }`;
};

/** Of a type that may be many others, each is selected: what they name has root fields of its own. */
const depthOf = (schema: GraphQLSchema, { name, type }: RootField["field"]): number => {
  const named = getNamedType(type);
  if (isAbstractType(named)) return schema.getPossibleTypes(named).length > 10 ? 0 : 1;
  return name.endsWith("s") ? 3 : 2;
};

/** Selections, which are asked for many times and long in the making. */
const selections = new WeakMap<RootField["field"], string>();

const selectionOf = (schema: GraphQLSchema, field: RootField["field"]): string => {
  const known = selections.get(field) ?? select(schema, field.type, depthOf(schema, field));
  selections.set(field, known);
  return known;
};

/** A document of one root field, with all that it takes as variables. */
export const documentFor = (
  schema: GraphQLSchema,
  { operation, field }: RootField,
  given: readonly string[],
): string => {
  const args = field.args.filter(({ name }) => given.includes(name));
  const variables = args.map(({ name, type }) => `$${name}: ${type}`).join(", ");
  const passed = args.map(({ name }) => `${name}: $${name}`).join(", ");
  return `${operation} ${variables && `(${variables})`} { ${field.name}${passed && `(${passed})`} ${selectionOf(schema, field)} }`;
};
