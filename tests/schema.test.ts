import { readFileSync } from "node:fs";
import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLSchema,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from "graphql";
import { getMetadataStorage } from "type-graphql";
import { createSchema } from "#resolvers/schema.js";
import { entities } from "#src/app/entities.js";
import { errorCodes } from "#src/platform/errors.js";
import { startAtrium } from "./support/atrium.js";

const schema: GraphQLSchema = createSchema();
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));

/** Root fields that a stranger may use; everything else needs a permission. */
const publicFields = [
  "Mutation.completeOAuth",
  "Mutation.finishPasskeySignIn",
  "Mutation.refreshSession",
  "Mutation.requestPasswordReset",
  "Mutation.resetPassword",
  "Mutation.signIn",
  "Mutation.signUp",
  "Mutation.startOAuth",
  "Mutation.startPasskeySignIn",
  "Mutation.verifyEmail",
  "Query.oauthProviders",
];

test("the committed schema is the one that the classes make", () => {
  const committed = readFileSync(new URL("../schema/schema.graphql", import.meta.url), "utf8");
  expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toBe(committed);
});

test("every type, field, argument and enum value says what it means", () => {
  const silent: string[] = [];
  const note = (name: string, { description }: { description?: string | null | undefined }) => {
    if (!description) silent.push(name);
  };
  let seen = 0;
  for (const type of types) {
    const builtIn = isSpecifiedScalarType(type) || ["Query", "Mutation", "Subscription"].includes(type.name);
    if (!builtIn) note(type.name, type);
    if (type instanceof GraphQLEnumType)
      for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    if (
      type instanceof GraphQLObjectType ||
      type instanceof GraphQLInterfaceType ||
      type instanceof GraphQLInputObjectType
    ) {
      for (const field of Object.values(type.getFields())) {
        seen += 1;
        note(`${type.name}.${field.name}`, field);
        if ("args" in field)
          for (const argument of field.args) note(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
  }
  expect(seen).toBeGreaterThan(100);
  expect(silent).toEqual([]);
});

test("I6 every root field needs a permission, or stands on the list of those that do not", () => {
  const { queries, mutations, subscriptions, authorizedFields } = getMetadataStorage();
  const open = [
    ...queries.map((each) => ({ ...each, root: "Query" })),
    ...mutations.map((each) => ({ ...each, root: "Mutation" })),
    ...subscriptions.map((each) => ({ ...each, root: "Subscription" })),
  ].filter(
    ({ target, methodName }) =>
      !authorizedFields.some(
        (field) => field.target === target && field.fieldName === methodName && field.roles.length > 0,
      ),
  );
  expect(queries.length + mutations.length + subscriptions.length).toBeGreaterThan(20);
  // type-graphql remembers the classes of test files that ran before in the same process.
  expect([...new Set(open.map(({ root, schemaName }) => `${root}.${schemaName}`))].sort()).toEqual(publicFields);
});

test("lists and names keep to the conventions", () => {
  const query = schema.getQueryType()?.getFields() ?? {};
  for (const [name, field] of Object.entries(query)) {
    if (!String(field.type).endsWith("Connection!")) continue;
    expect(field.args.map((argument) => argument.name).sort()).toEqual([
      "after",
      "before",
      "filter",
      "first",
      "last",
      "orderBy",
    ]);
    expect(name).toMatch(/(s|Log)$/);
  }
  for (const { name } of types) expect(name).not.toMatch(/(Type|Model|Dto|Entity|Payload)$/);
  for (const type of types) {
    if (type instanceof GraphQLEnumType)
      for (const { name } of type.getValues()) expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
    if (type instanceof GraphQLObjectType)
      for (const name of Object.keys(type.getFields())) expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
  }
});

test("errors carry codes of the documented list", () => {
  const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
  for (const code of errorCodes) expect(page).toContain(`## ${code}`);
});

test("I11 every row belongs to a workspace, but for people, their sessions, keys and workspaces themselves", async () => {
  const atrium = await startAtrium({ withWorkers: false });
  try {
    const without = await atrium.database.query<{ table_name: string }>(`
      select t.table_name from information_schema.tables t
      where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and not exists (
        select 1 from information_schema.columns c where c.table_schema = 'public' and c.table_name = t.table_name
          and c.column_name = 'workspace_id' and c.is_nullable = 'NO')
      order by 1`);
    expect(without.map(({ table_name }) => table_name)).toEqual([
      "ai_settings",
      "data_export",
      "data_key",
      "discarded_object",
      "guess_count",
      "linked_identity",
      "mail",
      "migration",
      "model_price",
      "oauth_attempt",
      "passkey",
      "passkey_challenge",
      "platform_twin",
      "provider_state",
      "rate_limit_count",
      "recovery_code",
      "refresh_token",
      "session",
      "signing_key",
      "single_use_token",
      "totp",
      "user",
      "workspace",
    ]);
    const tables = await atrium.database.query("select 1 from information_schema.tables where table_schema = 'public'");
    expect(tables).toHaveLength(entities.length + 1);
  } finally {
    await atrium.close();
  }
});

test("the migrations make exactly the tables that the classes describe, and can be taken back", async () => {
  const atrium = await startAtrium({ withWorkers: false });
  try {
    expect(await atrium.app.database.missingSchema()).toBe("");
  } finally {
    await atrium.close();
  }
});
