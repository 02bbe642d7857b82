import { randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import { entities } from "#src/app/entities.js";
import { systemClock } from "#src/platform/clock.js";
import { readConfig } from "#src/platform/config.js";
import { Connections } from "#src/platform/connections.js";
import { Database } from "#src/platform/database.js";
import { migrateDown, migrateUp } from "#src/platform/migrate.js";
import { errorOf, startAtrium, type TestAtrium, testEnv } from "./support/atrium.js";
import { type Member, signUpMember } from "./support/members.js";
import { withoutSecondWall } from "./support/second-wall.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

let atrium: TestAtrium;
let ann: Member;
let ben: Member;
let role: string;

const asTenant = async <T>(viewer: Partial<Member>, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: atrium.database.url });
  await client.connect();
  try {
    await client.query("select set_config('role', $1, false)", [role]);
    await client.query("select set_config('app.workspace', $1, false), set_config('app.user', $2, false)", [
      viewer.workspaceId ?? "",
      viewer.userId ?? "",
    ]);
    return await work(client);
  } finally {
    await client.end();
  }
};
const walled = () => atrium.app.database.walledTables.map(({ table }) => table);
const create = (who: Member, text: string) => who.sdk.CreateQuote({ input: { text, author: "Ann" } });

beforeAll(async () => {
  atrium = await startAtrium();
  [ann, ben] = [await signUpMember(atrium), await signUpMember(atrium)];
  for (const who of [ann, ben]) {
    const { createQuote: quote } = await create(who, "A text.");
    await who.query("mutation ($id: ID!) { favouriteQuote(id: $id) { id } }", { id: quote.id });
  }
  const [found] = await atrium.database.query<{ role: string }>("select current_user || '_tenant' as role");
  role = found?.role ?? "";
});
afterAll(() => atrium.close());

test("I11 every table belongs to tenants behind the wall, or to the system alone", async () => {
  const tables = await atrium.database.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  const system = tables.map(({ name }) => name).filter((name) => !walled().includes(name));
  expect(system).toEqual([
    "ai_settings",
    "audit_seal",
    "audit_unsealed",
    "budget_hold",
    "data_key",
    "discarded_object",
    "embedding",
    "embedding_cursor",
    "guess_count",
    "mail",
    "migration",
    "model_price",
    "oauth_attempt",
    "passkey_challenge",
    "platform_twin",
    "provider_state",
    "rate_limit_count",
    "recovery_code",
    "refresh_token",
    "signing_key",
    "single_use_token",
    "totp",
    "twin_state",
  ]);
  for (const table of system) {
    const refused = asTenant(ann, (client) => client.query(`select from ${table}`));
    expect(await errorOf(refused)).toMatchObject({ code: "42501" });
  }
});

test("I11 the tenant role owns nothing, and sees in every table what is its own and nothing else", async () => {
  const owned = await atrium.database.query(
    "select 1 from pg_class c join pg_roles r on r.oid = c.relowner where rolname = $1",
    [role],
  );
  expect(owned).toEqual([]);
  const seen = (viewer: Partial<Member>) =>
    asTenant(viewer, async (client) => {
      const found: Record<string, string[]> = {};
      for (const table of walled()) {
        const key = table === "job_event" ? "job_id" : table === "idempotency_key" ? "key" : "id";
        found[table] = (await client.query(`select ${key} as id from "${table}"`)).rows.map(({ id }) => id);
      }
      return found;
    });
  const [anns, bens, nobodys] = [await seen(ann), await seen(ben), await seen({})];
  for (const table of walled()) {
    expect(nobodys[table]).toEqual([]);
    expect(anns[table]?.filter((id) => bens[table]?.includes(id))).toEqual([]);
  }
  for (const table of ["quote", "quote_favourite", "user", "session", "membership", "workspace", "event"])
    expect([table, anns[table]?.length]).toEqual([table, expect.any(Number)]);
  expect(anns.quote).toHaveLength(1);
  expect(anns.user).toEqual([ann.userId]);
});

test("I11 what is written must be the tenant's own, and what is changed as well", async () => {
  const [bens] = await atrium.database.query<{ id: string }>("select id from quote where workspace_id = $1", [
    ben.workspaceId,
  ]);
  await asTenant(ann, async (client) => {
    for (const statement of ["update quote set text = 'x' where id = $1", "delete from quote where id = $1"])
      expect((await client.query(statement, [bens?.id])).rowCount).toBe(0);
    const moved = client.query("update quote set workspace_id = $1", [ben.workspaceId]);
    expect(await errorOf(moved)).toMatchObject({ code: "42501" });
    const added = client.query(
      `insert into event (id, workspace_id, actor_id, request_id, kind, subject_id, data, created_at)
       values ('event_x', $1, 'x', 'x', 'x', 'x', '{}', now())`,
      [ben.workspaceId],
    );
    expect(await errorOf(added)).toMatchObject({ code: "42501" });
    expect((await client.query(`update "user" set username = 'x' where id <> $1`, [ann.userId])).rowCount).toBe(0);
  });
});

test("I11 shared connections tell Postgres who asks, whoever asked before", async () => {
  const crowd = await Promise.all(Array.from({ length: 12 }, () => signUpMember(atrium)));
  await Promise.all(crowd.map((who) => create(who, `Of ${who.userId}.`)));
  const restore = withoutSecondWall();
  try {
    const reads = Array.from({ length: 20 }, () => crowd)
      .flat()
      .map(async (who, n) => {
        const { quotes } = await who.query<{ quotes: { totalCount: number; nodes: { text: string }[] } }>(
          `{ quotes(first: ${1 + (n % 90)}) { totalCount nodes { text } } }`,
        );
        return [quotes.totalCount, ...quotes.nodes.map(({ text }) => text), who.userId];
      });
    for (const [count, text, userId] of await Promise.all(reads)) expect([count, text]).toEqual([1, `Of ${userId}.`]);
  } finally {
    restore();
  }
});

test("I11 a connection that could not be told who asks answers nobody in the name of the one before", async () => {
  const connections = new Connections({ url: atrium.database.url, max: 1, statementTimeoutMs: 5_000 });
  connections.role = role;
  const ask = (workspaceId: string, repeatable = true) =>
    connections.run("select current_setting('app.workspace', true), count(*) from quote", [], {
      actor: { workspaceId, userId: "u" },
      repeatable,
    });
  try {
    expect(await ask(ann.workspaceId)).toEqual([[ann.workspaceId, "1"]]);
    // Postgres takes no NUL: the word of who asks fails, and the statement behind it runs as the one before.
    const answers = await Promise.allSettled([ask("a\0b"), ask("a\0b"), ask(ben.workspaceId), ask(ann.workspaceId)]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled", "fulfilled"]);
    expect(answers.slice(2)).toMatchObject([{ value: [[ben.workspaceId, "1"]] }, { value: [[ann.workspaceId, "1"]] }]);
  } finally {
    await connections.close();
  }
});

test("I11 an operation that is one transaction stands behind the wall too", async () => {
  const restore = withoutSecondWall();
  try {
    const [bens] = await atrium.database.query<{ id: string }>("select id from quote where workspace_id = $1", [
      ben.workspaceId,
    ]);
    const send = (headers: Record<string, string>, query: string) =>
      fetch(`${atrium.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${ann.accessToken}`, ...headers },
        body: JSON.stringify({ query, variables: { id: bens?.id } }),
      }).then((answer) => answer.text());
    const ways: Record<string, string>[] = [{ "dry-run": "true" }, { "idempotency-key": "walls" }, {}];
    for (const headers of ways) {
      const mutation = `mutation ($id: ID!) { updateQuote(id: $id, input: { text: "Taken." }) { id text } }`;
      expect(await send(headers, mutation)).toContain("NOT_FOUND");
    }
    const [left] = await atrium.database.query<{ text: string }>("select text from quote where id = $1", [bens?.id]);
    expect(left?.text).toBe("A text.");
  } finally {
    restore();
  }
});

/** A database of one's own, of a user who is no superuser. */
const ownedDatabase = async (owner: string, database = `${owner}_${randomBytes(3).toString("hex")}`) => {
  await atrium.database.query(`create database ${database} owner ${owner}`);
  const url = new URL(atrium.database.url);
  Object.assign(url, { username: owner, password: "secret", pathname: `/${database}` });
  return url.toString();
};
/** As they are built: there they can be loaded. */
const migrations = { path: join(process.cwd(), "dist", "migrations"), pathTs: join(process.cwd(), "migrations") };
const within = async <T>(url: string, work: (database: Database) => Promise<T>): Promise<T> => {
  const { database: config } = readConfig({ DATABASE_URL: url });
  const database = await Database.connect({ ...config, url, entities, clock: systemClock, migrations });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
};
const newUser = async (rights: string) => {
  const name = `owner_${randomBytes(4).toString("hex")}`;
  await atrium.database.query(`create role ${name} login password 'secret' ${rights}`);
  return name;
};

test("I11 databases of one cluster make their role at the same moment, and a plain owner may", async () => {
  const owner = await newUser("createrole");
  const urls = await Promise.all(Array.from({ length: 5 }, () => ownedDatabase(owner)));
  await Promise.all(urls.map((url) => within(url, (database) => migrateUp(database, url))));
  await Promise.all(urls.map((url) => within(url, (database) => database.requireWall())));
}, 120_000);

test("I11 where the role cannot be made, the start says what to run; run, it is enough", async () => {
  const owner = await newUser("");
  const url = await ownedDatabase(owner);
  const error = await within(url, (database) =>
    migrateUp(database, url).then(
      () => undefined,
      (reason) => reason,
    ),
  );
  expect(error).toMatchObject({ name: "SettingError", setting: "ATRIUM_ROW_SECURITY" });
  const sql = /run: (.*;) Or set/.exec(String(error.message))?.[1] ?? "";
  expect(sql).toContain(`create role "${owner}_tenant"`);
  for (const statement of sql.split(";").filter((each) => each.trim() !== "")) await atrium.database.query(statement);
  await within(url, (database) => migrateUp(database, url));
  await within(url, (database) => database.requireWall());
}, 60_000);

describe("the wall of a database", () => {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createTestDatabase();
  });
  afterAll(() => own.drop());
  const policies = () => own.query("select oid, polname from pg_policy order by oid");

  test("I11 is left alone when it stands, mended when a dump has lost a part of it, and required", async () => {
    const before = await policies();
    await within(own.url, (database) => migrateUp(database, own.url));
    expect(await policies()).toEqual(before);
    const wounds = [
      "drop policy atrium_all on quote",
      "alter table quote disable row level security",
      `revoke select on quote from "${role}"`,
      `grant select on refresh_token to "${role}"`,
      `comment on policy atrium_all on job is null`,
      `revoke usage on sequence event_position_seq from "${role}"`,
    ];
    for (const wound of wounds) {
      await own.query(wound);
      const required = within(own.url, (database) => database.requireWall());
      expect([wound, (await errorOf(required)).name]).toEqual([wound, "SettingError"]);
      await within(own.url, (database) => migrateUp(database, own.url));
      await within(own.url, (database) => database.requireWall());
    }
  }, 120_000);

  test("I11 goes with the newest migration and comes back with it", async () => {
    await within(own.url, (database) => migrateDown(database, own.url));
    await within(own.url, (database) => migrateUp(database, own.url));
    await within(own.url, (database) => database.requireWall());
  }, 60_000);

  test("I11 can be done without, and the log says so", async () => {
    const without = await startAtrium({ database: own, env: { ATRIUM_ROW_SECURITY: "off" } });
    const cleo = await signUpMember(without);
    await create(cleo, "Without the wall.");
    expect((await cleo.query<{ quotes: { totalCount: number } }>("{ quotes { totalCount } }")).quotes.totalCount).toBe(
      1,
    );
    await without.close();
    expect(testEnv(own)).not.toHaveProperty("ATRIUM_ROW_SECURITY");
  }, 60_000);
});
