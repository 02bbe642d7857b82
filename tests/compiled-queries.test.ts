import fc from "fast-check";
import { execute, type GraphQLObjectType, Kind, parse, validate } from "graphql";
import { Context } from "#resolvers/context.js";
import { resolvedFields } from "#resolvers/resolved-fields.js";
import { createSchema } from "#resolvers/schema.js";
import type { Caller } from "#src/identity/caller.js";
import { Role } from "#src/identity/membership.js";
import { permissionsOf } from "#src/identity/permissions.js";
import { newId } from "#src/platform/ids.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import { CompiledQueries } from "#src/server/compiled-queries.js";
import { startAtrium, type TestAtrium } from "./support/atrium.js";
import { type ArgumentPool, selections } from "./support/random-queries.js";
import { seedLibrary } from "./support/seed-library.js";

let atrium: TestAtrium;
let caller: Caller;
let library: Awaited<ReturnType<typeof seedLibrary>>;
let compiled: CompiledQueries;
const schema = () => (built ??= createSchema(atrium.app));
let built: ReturnType<typeof createSchema> | undefined;

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  const ann = await atrium.signUp();
  const { workspace } = await ann.sdk.Workspace();
  const { me } = await ann.query<{ me: { id: string } }>("{ me { id } }");
  library = await seedLibrary(atrium.database, workspace.id, me.id);
  caller = {
    userId: me.id,
    workspaceId: workspace.id,
    credential: { kind: "SESSION", id: newId("session"), version: 0, topic: "" },
    role: Role.OWNER,
    isOperator: false,
    permissions: permissionsOf(Role.OWNER, false),
    requestId: "test",
  };
  compiled = new CompiledQueries(schema(), atrium.app.database);
});
afterAll(() => atrium.close());

const variables = { yes: true, no: false };

const both = async (source: string, onlyCompiled = false) => {
  const document = parse(source);
  const errors = validate(schema(), document);
  if (errors.length > 0) throw new Error(`${errors[0]?.message} in ${source}`);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("No operation comes first.");
  const context = () =>
    new Context(atrium.app, { requestId: "test", userAgent: undefined, address: "127.0.0.1" }, caller);
  const text = await compiled.prepare(context(), { document, operation, variables })?.run();
  if (onlyCompiled) return { text, usual: undefined, failed: false, errors: undefined };
  const result = await execute({ schema: schema(), document, contextValue: context(), variableValues: variables });
  return { text, usual: JSON.stringify(result.data), failed: result.errors !== undefined, errors: result.errors };
};

test("a compiled answer equals the one of graphql-js to the byte, on any document", async () => {
  // Fields that resolvers answer: a query with one of them is not compiled.
  const resolved = resolvedFields();
  const quotes = ["first: 3", "first: 1", "last: 2", `after: "${library.cursor}"`, `before: "${library.cursor}"`];
  const ordered = [
    "orderBy: [{ field: CREATED_AT, direction: DESC }]",
    "orderBy: [{ field: AUTHOR }, { field: UPDATED_AT, direction: DESC }]",
  ];
  const filters = [
    'filter: { author: { startsWith: "a" } }',
    "filter: { not: { topic: { isNull: true } } }",
    "filter: { or: [{ isFavourite: { eq: true } }, { source: { eq: AI_GENERATED } }] }",
    'filter: { createdBy: { username: { contains: "n" } } }',
    'filter: { favourites: { some: { user: { username: { ne: "nobody" } } } } }',
    'filter: { psychologicalProfile: { path: "traits.openness", gte: 0.5 } }',
    'filter: { tags: { hasAny: ["life", "art"] } }',
  ];
  const pool: ArgumentPool = {
    argumentsFor: (type, field) => {
      if (field === "quote") return library.quoteIds.slice(0, 20).map((id) => `id: "${id}"`);
      if (field === "job" || field === "quoteFavourite")
        return [`id: "${newId(field === "job" ? "job" : "quote_favourite")}"`];
      if (field === "quotes") return [...quotes.slice(0, 3), ...ordered, ...filters];
      if (field === "favourites" || field === "quoteFavourites")
        return ["first: 2", "last: 1", "orderBy: [{ field: CREATED_AT }]"];
      if (field === "quotesAggregate")
        return [
          ...filters,
          "groupBy: [SOURCE]",
          "groupBy: [AUTHOR, TOPIC]",
          "orderBy: GROUP_ASC",
          "orderBy: COUNT_ASC",
          "first: 3",
        ];
      if (field === "jobsAggregate" || field === "quoteFavouritesAggregate") return ["first: 2"];
      return type === "" ? [] : [];
    },
  };
  const roots = new Set(["quote", "quotes", "quoteFavourites", "quotesAggregate", "job", "jobs", "jobsAggregate"]);
  const query = schema().getQueryType() as GraphQLObjectType;
  const drawn = selections(schema(), query, 5, pool, (type, field) =>
    type === "Query" ? roots.has(field) : !resolved.has(`${type}.${field}`),
  );
  let answered = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(drawn, async (selection) => {
      runs += 1;
      const used = "used: __typename @include(if: $yes) @skip(if: $no)";
      const source = `query ($yes: Boolean!, $no: Boolean!) ${selection.slice(0, -1)} ${used} }`;
      const { text, usual, failed } = await both(source);
      if (text === undefined) {
        expect(failed).toBe(true);
        return;
      }
      answered += 1;
      expect(failed).toBe(false);
      expect(text).toBe(usual);
    }),
    { numRuns: Number(process.env.COMPILED_RUNS ?? 300) },
  );
  expect(answered).toBeGreaterThan(runs * 0.9);
}, 300_000);

test.each([
  ["a page that is too long", "{ quotes(first: 101) { totalCount } }", "BAD_USER_INPUT"],
  ["a malformed id", '{ quote(id: "nonsense") { id } }', "BAD_USER_INPUT"],
  ["a foreign cursor", '{ quotes(after: "bm9uc2Vuc2U") { totalCount } }', "BAD_USER_INPUT"],
])("%s is left to graphql-js, whose error it is", async (_what, source, code) => {
  const { text, errors } = await both(source);
  expect(text).toBeUndefined();
  expect(errors?.[0]?.originalError).toMatchObject({ code });
});

test.each([
  ["compiled", "", 5],
  ["executed by graphql-js", "__schema { __typename }", 8],
])("E2 a list of a hundred takes as many statements as a list of one, %s", async (_how, beside, statements) => {
  const scopes = [];
  for (const first of [1, 10, 100]) {
    const source = `{ ${beside} quotes(first: ${first}) { totalCount nodes { id isFavourite createdBy { username } generation { model }
      favourites(first: 5) { totalCount nodes { user { username } quote { author favourites(first: 2) { nodes { id } } } } } } } }`;
    const scope = newScope("test");
    const { text, failed } = await runInScope(scope, () => both(source, beside === ""));
    expect([text === undefined, failed]).toEqual([beside !== "", false]);
    scopes.push(scope.statements);
  }
  expect(scopes).toEqual([statements, statements, statements]);
});

test("a resolved field anywhere leaves the whole document to graphql-js", async () => {
  const { text, failed } = await both("{ jobs { nodes { id error { code } } } __typename }");
  expect([text, failed]).toEqual([undefined, false]);
});

test("without the permission nothing is read", async () => {
  const document = parse("{ quotes { totalCount } }");
  const [operation] = document.definitions;
  const nobody = { ...caller, permissions: new Set<string>() };
  const context = new Context(atrium.app, { requestId: "test", userAgent: undefined, address: "127.0.0.1" }, nobody);
  expect(compiled.prepare(context, { document, operation: operation as never, variables: {} })).toBeUndefined();
});
