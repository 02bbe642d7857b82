import { readFileSync } from "node:fs";
import { fieldPermissions } from "#resolvers/field-permissions.js";
import { createSchema } from "#resolvers/schema.js";
import { connect } from "#schema/connect.js";
import { permissionsPage } from "#src/commands/permissions-page.js";
import { Role } from "#src/identity/membership.js";
import { allPermissions, isScope, permissionsOf } from "#src/identity/permissions.js";
import { newId } from "#src/platform/ids.js";
import { ask } from "./support/ask.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { minimalDocument } from "./support/minimal-document.js";
import { setBudget } from "./support/paid-provider.js";
import { startTeam } from "./support/team.js";
import { createTwin } from "./support/twins.js";

const schema = createSchema();
const typeOf = {
  Query: schema.getQueryType(),
  Mutation: schema.getMutationType(),
  Subscription: schema.getSubscriptionType(),
};
const fields = fieldPermissions().flatMap(({ root, field, permissions }) => {
  const definition = typeOf[root]?.getFields()[field];
  if (definition === undefined || permissions.length === 0) return [];
  const kind = root.toLowerCase() as "query" | "mutation" | "subscription";
  return [{ name: `${kind} ${field}`, kind, field, permissions, ...minimalDocument(kind, definition) }];
});

interface Asker {
  readonly token: string | undefined;
  readonly workspaceId: string;
  readonly holds: ReadonlySet<string>;
}

let atrium: TestAtrium;
let owner: Person;
const askers = new Map<string, Asker>();

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false, env: { ATRIUM_MAX_COST: "100000" } });
  const operator = await atrium.signUp();
  const team = await startTeam(atrium);
  owner = team.owner;
  const workspaceId = team.id;
  for (const role of Object.values(Role)) {
    const { accessToken: token } = role === Role.OWNER ? team.owner : await team.join(role);
    askers.set(role, { token, workspaceId, holds: permissionsOf(role, false) });
  }
  await atrium.database.query(
    `insert into membership (id, workspace_id, user_id, role, created_at)
      select 'membership_01jd7z5m3fe0samp1e0perat0r', $1, id, 'VIEWER', now() from "user" where email = $2`,
    [workspaceId, operator.email],
  );
  askers.set("operator", { token: operator.accessToken, workspaceId, holds: permissionsOf(Role.VIEWER, true) });
  const scopes = [...permissionsOf(Role.OWNER, false)].filter(isScope);
  const key = async (name: string, held: string[]) => {
    const { createApiKey } = await team.owner.sdk.CreateApiKey({ input: { name, scopes: held } });
    askers.set(name, { token: createApiKey.secret, workspaceId, holds: new Set(held) });
  };
  await key("key of all scopes", scopes);
  await key("key of one scope", ["event:read"]);
  askers.set("stranger", { token: undefined, workspaceId, holds: new Set() });
});
afterAll(() => atrium.close());

/** The code with which a field is refused; nothing when it is answered, in whatever way. */
const codeOf = async ({ kind, query, variables }: (typeof fields)[number], asker: Asker): Promise<unknown> => {
  const headers: Record<string, string> = { "x-workspace-id": asker.workspaceId };
  if (kind === "subscription") {
    const connection = connect(atrium.url, { accessToken: () => asker.token, headers });
    // Things happen until it says something: its first entry, or why there will be none.
    let isSilent = true;
    const happening = (async () => {
      while (isSilent) {
        await owner.sdk.CreateQuote({ input: { text: "Heard?", author: "Owner" } }).catch(() => {});
        await setBudget(owner, { limitMicros: Date.now() }).catch(() => {});
        await createTwin(owner).catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    const code = await connection
      .subscribe(query, variables)
      .next()
      .then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
    isSilent = false;
    await happening;
    await connection.close();
    return code;
  }
  if (asker.token !== undefined) headers.authorization = `Bearer ${asker.token}`;
  // Nothing that is allowed here happens: the next one shall find everything as it was.
  if (kind === "mutation") headers["dry-run"] = "true";
  const { errors } = await ask(atrium.url, { query, variables }, headers);
  return errors?.[0]?.extensions.code;
};

/** What is no field of the schema. */
const endpoints: Readonly<Record<string, string>> = { "/audit/export": "audit:export" };

test("the table below is about all of them", () => {
  expect(fields.length).toBeGreaterThan(40);
  for (const { permissions } of fields)
    for (const permission of permissions) expect([...allPermissions]).toContain(permission);
  const used = new Set([...fields.flatMap(({ permissions }) => permissions), ...Object.values(endpoints)]);
  expect([...allPermissions].filter((permission) => !used.has(permission))).toEqual([]);
});

test.each(fields.map((field) => [field.name, field] as const))(
  "I6 %s is for those with its permission alone",
  async (_name, field) => {
    const wanted: Record<string, unknown> = {};
    const found: Record<string, unknown> = {};
    const ask = async ([name, asker]: [string, Asker]) => {
      const mayAsk = field.permissions.every((permission) => asker.holds.has(permission));
      const code = await codeOf(field, asker);
      expect(code).not.toBe("INTERNAL");
      wanted[name] = asker.token === undefined ? "UNAUTHENTICATED" : mayAsk ? "admitted" : "FORBIDDEN";
      found[name] = code === "FORBIDDEN" || code === "UNAUTHENTICATED" ? code : "admitted";
    };
    // Side by side where nothing happens; mutations wait for each other's locks anyway.
    if (field.kind === "mutation") for (const each of askers) await ask(each);
    else await Promise.all([...askers].map(ask));
    expect(found).toEqual(wanted);
  },
);

test.each(Object.entries(endpoints))("I6 GET %s is for those with its permission alone", async (path, permission) => {
  for (const [name, { token, workspaceId, holds }] of askers) {
    const headers = { "x-workspace-id": workspaceId, ...(token && { authorization: `Bearer ${token}` }) };
    const { status } = await fetch(`${atrium.url}${path}`, { headers });
    const wanted = token === undefined ? 401 : holds.has(permission) ? 200 : 403;
    expect([name, status]).toEqual([name, wanted]);
  }
});

test("I6 a refused field stands at its path, compiled or not", async () => {
  const viewer = askers.get(Role.VIEWER) as Asker;
  const headers = { authorization: `Bearer ${viewer.token}`, "x-workspace-id": viewer.workspaceId };
  for (const beside of ["quotes { totalCount }", "me { id }"]) {
    const { data, errors } = await ask(atrium.url, { query: `{ ${beside} keys: apiKeys { totalCount } }` }, headers);
    expect(errors).toMatchObject([{ path: ["keys"], extensions: { code: "FORBIDDEN" } }]);
    expect(data).toBeNull();
  }
  // A field that may be null takes nothing else with it.
  const query = `{ me { username } key: apiKey(id: "${newId("api_key")}") { id } }`;
  const { data, errors } = await ask(atrium.url, { query }, headers);
  expect(errors).toMatchObject([{ path: ["key"], extensions: { code: "FORBIDDEN" } }]);
  expect(data).toMatchObject({ me: { username: expect.any(String) }, key: null });
});

test("I6 each role may all that the ones below it may, and no role what is for operators", () => {
  const [owner, admin, editor, viewer] = Object.values(Role).map((role) => permissionsOf(role, false));
  expect(viewer?.isSubsetOf(editor ?? new Set())).toBe(true);
  expect(editor?.isSubsetOf(admin ?? new Set())).toBe(true);
  expect(admin?.isSubsetOf(owner ?? new Set())).toBe(true);
  expect([...(owner ?? [])].some((permission) => permission.startsWith("system:"))).toBe(false);
  expect([...allPermissions].filter((each) => /^(key|session|account|invitation):/.test(each)).some(isScope)).toBe(
    false,
  );
  expect(isScope("member:manage") || isScope("workspace:manage") || isScope("workspace:list")).toBe(false);
});

test("I6 docs/permissions.md is what the code says", () => {
  expect(readFileSync(new URL("../docs/permissions.md", import.meta.url), "utf8")).toBe(permissionsPage());
});
