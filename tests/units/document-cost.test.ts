import fc from "fast-check";
import {
  execute,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  parse,
  validate,
} from "graphql";
import { boundsOf, compileCost, givesList, objectCostOf } from "#resolvers/guards/document-cost.js";
import { createSchema } from "#resolvers/schema.js";
import { DomainError } from "#src/platform/errors.js";
import { type RandomRequest, randomRequests } from "../support/random-documents.js";

/** What stands behind every object here: how many rows its page was asked for, and how many points its series. */
interface Thing {
  readonly __typename?: string;
  readonly page: number;
  readonly points: number | undefined;
}

type Arguments = Readonly<Record<string, unknown>>;

const objectTypes = (schema: GraphQLSchema) =>
  Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => type instanceof GraphQLObjectType && !type.name.startsWith("__"),
  );

const within = (most: number, asked: unknown): number => Math.max(0, Math.min(Number(asked), most));

/** Rows that a page asks for, as `Lists` reads its arguments; read here anew, so that the guard is not asked about itself. */
const pageOf = ({ first, last }: Arguments): number => within(100, last ?? first ?? 20);

const pointsOf = ({ maxPoints, first }: Arguments): number | undefined => {
  const asked = maxPoints ?? first ?? undefined;
  return asked === undefined ? undefined : within(5_000, asked);
};

const lengthOf = (parent: Thing | undefined, name: string, given: Arguments, most: number): number => {
  const named = [given.ids, given.twinIds, given.inputs].find(Array.isArray);
  if (named) return named.length;
  if (typeof given.first === "number") return within(most, given.first);
  if (name === "edges" || name === "nodes") return parent?.page ?? 20;
  return (name === "points" ? parent?.points : undefined) ?? most;
};

/** The real schema over made-up data that is as much as was asked for, or by chance less. */
const fill = (schema: GraphQLSchema, chance?: () => number): GraphQLSchema => {
  let seen = 0;
  const value = (type: GraphQLOutputType, asked: Thing, list: () => number): unknown => {
    if (!isNonNullType(type) && chance !== undefined && chance() < 0.1) return null;
    const plain = getNullableType(type);
    if (isListType(plain)) {
      const length = isCompositeType(getNamedType(plain)) ? list() : 2;
      return Array.from({ length: Math.round(length * (chance?.() ?? 1)) }, () => value(plain.ofType, asked, list));
    }
    if (isAbstractType(plain)) {
      const possible = schema.getPossibleTypes(plain);
      seen += 1;
      return { ...asked, __typename: possible[seen % possible.length]?.name };
    }
    return isCompositeType(plain) ? asked : leaf(plain.name);
  };
  for (const type of objectTypes(schema)) {
    type.isTypeOf = null;
    for (const field of Object.values(type.getFields())) {
      const most = boundsOf(field).listBound?.most ?? 0;
      field.resolve = (parent: Thing | undefined, given: Arguments, read: { objects: number }) => {
        read.objects += objectCostOf(field) * (countObjects(given) - 1);
        const asked = { page: pageOf(given), points: pointsOf(given) };
        return value(field.type, asked, () => lengthOf(parent, field.name, given, most));
      };
    }
  }
  for (const type of Object.values(schema.getTypeMap()))
    if (isAbstractType(type)) type.resolveType = ({ __typename }: Thing) => __typename;
  return schema;
};

const leaf = (name: string): unknown => {
  if (name === "Int" || name === "Float" || name === "SafeInt") return 1;
  if (name === "Boolean") return true;
  if (name === "DateTimeISO") return new Date(0);
  if (name === "JSONObject") return {};
  const values = plainSchema.getType(name);
  return values !== undefined && "getValues" in values ? values.getValues()[0]?.value : "text";
};

/** Objects in a field's arguments, the arguments themselves being one. */
const countObjects = (value: unknown): number => {
  if (value === null || typeof value !== "object" || value instanceof Date) return 0;
  const inside = Object.values(value).reduce((sum: number, item) => sum + countObjects(item), 0);
  return Array.isArray(value) ? inside : inside + 1;
};

/** Every name in the answer is a field that was resolved. */
const countFields = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countFields(item), 0);
  if (value === null || typeof value !== "object" || value instanceof Date) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + 1 + countFields(item), 0);
};

const plainSchema = createSchema();

/** Nothing for an operation that has one field too often. */
const compileOrRefuse = (...given: Parameters<typeof compileCost>) => {
  try {
    return compileCost(...given);
  } catch (error) {
    if (error instanceof DomainError && error.code === "QUERY_TOO_COMPLEX") return undefined;
    throw error;
  }
};

/** What was done and what was promised; undefined for a document that the generator got wrong. */
const measure = async (schema: GraphQLSchema, { source, variables }: RandomRequest) => {
  const document = parse(source);
  if (validate(schema, document).length > 0) return undefined;
  const defaults = Object.fromEntries([...source.matchAll(/\$(\w+): \w+ = 7/g)].map(([, name]) => [name as string, 7]));
  const operation = document.definitions[0] as OperationDefinitionNode;
  const cost = compileOrRefuse(schema, document, operation);
  if (cost === undefined) return undefined;
  const bound = cost({ ...defaults, ...variables });
  const read = { objects: 0 };
  const result = await execute({ schema, document, variableValues: variables, rootValue: {}, contextValue: read });
  expect(result.errors).toBeUndefined();
  const fields = countFields(JSON.parse(JSON.stringify(result.data)));
  return { done: fields + read.objects, bound };
};

test("I12 no list of objects lacks a declared bound", () => {
  const lists = objectTypes(plainSchema).flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => givesList(field) && isCompositeType(getNamedType(field.type)))
      .map((field) => ({ name: `${type.name}.${field.name}`, bound: boundsOf(field).listBound })),
  );
  expect(lists.length).toBeGreaterThan(6);
  expect(lists.filter(({ bound }) => bound === undefined).map(({ name }) => name)).toEqual([]);
  const long = lists.filter(({ bound }) => (bound?.most ?? 0) > 1_000);
  // Who asks for a longer one can ask for a part of it.
  expect(long.filter(({ bound }) => !bound?.says.includes("first")).map(({ name }) => name)).toEqual([]);
});

test("I12 no operation does more work than its bound: fields, and objects in arguments", async () => {
  let chances = 1;
  const chance = () => {
    chances = (chances * 48_271) % 2_147_483_647;
    return chances / 2_147_483_647;
  };
  const schema = fill(createSchema(), chance);
  let measured = 0;
  let doneInAll = 0;
  await fc.assert(
    fc.asyncProperty(randomRequests(schema), async (request) => {
      const outcome = await measure(schema, request);
      if (outcome === undefined) return;
      measured += 1;
      doneInAll += outcome.done;
      expect(outcome.done).toBeLessThanOrEqual(outcome.bound);
    }),
    { numRuns: 1_500 },
  );
  expect(measured).toBeGreaterThanOrEqual(1_000);
  expect(doneInAll).toBeGreaterThan(20_000);
}, 120_000);

test("I12 the bound of an operation is exact when all lists are full", async () => {
  const full = fill(createSchema());
  let measured = 0;
  await fc.assert(
    fc.asyncProperty(randomRequests(full, { exact: true }), async (request) => {
      const outcome = await measure(full, request);
      if (outcome === undefined) return;
      measured += 1;
      expect(outcome.done).toBe(outcome.bound);
    }),
    { numRuns: 500 },
  );
  expect(measured).toBeGreaterThanOrEqual(300);
}, 120_000);

test("I12 the bound of an introspection is exact", async () => {
  const schema = createSchema();
  const outcome = await measure(schema, { source: getIntrospectionQuery(), variables: {} });
  expect(outcome?.done).toBe(outcome?.bound);
  expect(outcome?.bound).toBeGreaterThan(1_000);
});
