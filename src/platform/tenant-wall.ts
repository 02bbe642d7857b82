import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { ClientBase } from "pg";
import type { Actor } from "./actor.js";
import { SettingError } from "./errors.js";
import { identifier } from "./lists/statement.js";
import { fingerprint, policySql, privileges, type WalledTable } from "./row-policies.js";

/** Whose rows are shown. */
export type Viewer = Pick<Actor, "workspaceId" | "userId">;

/** Makes a transaction that of a tenant, or of the system again, until its end or until the savepoint is taken back. */
export const become = (role: string, viewer: Viewer | undefined) => sql`
  select set_config('role', ${viewer === undefined ? "none" : role}, true),
    set_config('app.workspace', ${viewer?.workspaceId ?? ""}, true), set_config('app.user', ${viewer?.userId ?? ""}, true)`;

/** A table of the installation, with what the tenant role finds at it. */
interface FoundTable {
  readonly table: string;
  readonly enabled: boolean;
  readonly policies: readonly string[];
  readonly granted: readonly string[];
  readonly sequences: readonly string[];
  readonly opened: readonly string[];
}

interface Standing {
  readonly role: string;
  readonly user: string;
  readonly exists: boolean;
  readonly assumable: boolean;
  /** Postgres 16 tells a membership that may be assumed from one that is only inherited. */
  readonly knowsSet: boolean;
}

/** Postgres cuts names to so many bytes. */
const longestName = 63;

/**
 * Roles belong to the whole cluster. The tenant role is named after the owner of the tables, so that databases of one
 * owner share it, and those of another owner cannot be reached through it.
 */
export const tenantRoleOf = (owner: string): string => {
  const name = `${owner}_tenant`;
  if (Buffer.byteLength(name) <= longestName) return name;
  return `atrium_${createHash("sha256").update(owner).digest("hex").slice(0, 32)}_tenant`;
};

/** What makes the role, for an administrator to run. */
const roleSql = ({ role, user, knowsSet }: Standing): string =>
  `create role ${identifier(role)} nologin noinherit; ` +
  `grant ${identifier(role)} to ${identifier(user)}${knowsSet ? " with inherit false, set true" : ""};`;

/**
 * Makes the tenant role, its rights and its policies what the classes declare, and touches nothing that is so already: a
 * second process finds nothing to do, and so takes no lock that would hold up the first one. To be called under the lock
 * of the migrations. Throws SettingError with what an administrator has to run.
 */
export const raiseWall = async (client: ClientBase, tables: readonly WalledTable[]): Promise<void> => {
  const standing = await makeRole(client);
  const found = await findTables(client, standing.role);
  const statements = [...(await openSchema(client, standing.role)), ...repairs(tables, found, standing.role)];
  await speedUpIndexes(client);
  if (statements.length === 0) return;
  await client.query("begin");
  try {
    for (const statement of statements) await client.query(statement);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
};

/** Takes all policies away, so that columns that they look at can be dropped. The tenant role then sees no row at all. */
export const lowerWall = async (client: ClientBase): Promise<void> => {
  const { rows } = await client.query<{ name: string; table: string }>(
    `select policyname as name, tablename as table from pg_policies
     where schemaname = current_schema() and policyname like 'atrium\\_%'`,
  );
  for (const { name, table } of rows) await client.query(`drop policy ${name} on ${identifier(table)}`);
};

/** The tenant role, if it may be assumed and everything stands as declared. Throws SettingError otherwise. */
export const inspectWall = async (client: ClientBase, tables: readonly WalledTable[]): Promise<string> => {
  const standing = await standingOf(client);
  if (!standing.exists || !standing.assumable) throw cannotAssume(standing);
  const missing = repairs(tables, await findTables(client, standing.role), standing.role);
  if (missing.length > 0)
    throw new SettingError(
      "ATRIUM_ROW_SECURITY",
      "The database's row-level security is not what this version declares: run `npx atrium migrate up` first.",
    );
  return standing.role;
};

const standingOf = async (client: ClientBase): Promise<Standing> => {
  const { rows } = await client.query<{ owner: string; user: string; version: number }>(`
    select coalesce((select pg_get_userbyid(relowner) from pg_class where oid = to_regclass('event')), current_user) as owner,
      current_user as user, current_setting('server_version_num')::int as version`);
  const { owner = "", user = "", version = 0 } = rows[0] ?? {};
  const role = tenantRoleOf(owner);
  const knowsSet = version >= 160_000;
  const { rows: roles } = await client.query<{ assumable: boolean }>(
    `select pg_has_role(current_user, oid, '${knowsSet ? "SET" : "MEMBER"}') as assumable from pg_roles where rolname = $1`,
    [role],
  );
  return { role, user, exists: roles.length > 0, assumable: roles[0]?.assumable ?? false, knowsSet };
};

/** Of several databases of a cluster that are set up at the same moment, each one comes to its end. */
const makeRole = async (client: ClientBase): Promise<Standing> => {
  for (let tries = 1; ; tries += 1) {
    const standing = await standingOf(client);
    const { role, user, exists, assumable, knowsSet } = standing;
    if (exists && assumable) return standing;
    try {
      if (!exists) await client.query(`create role ${identifier(role)} nologin noinherit`);
      else
        await client.query(
          `grant ${identifier(role)} to ${identifier(user)}${knowsSet ? " with inherit false, set true" : ""}`,
        );
    } catch (error) {
      // Another database of this cluster was faster: 42710 and 23505 it exists, XX000 its row has just been changed.
      const { code = "" } = error as { code?: string };
      if (tries === 20 || !["42710", "23505", "XX000"].includes(code)) throw cannotAssume(standing, error);
      await new Promise((resolve) => setTimeout(resolve, 25 * tries));
    }
  }
};

const cannotAssume = (standing: Standing, cause?: unknown): SettingError =>
  new SettingError(
    "ATRIUM_ROW_SECURITY",
    `The role ${standing.role}, under which rows are read and written, ${standing.exists ? "may not be assumed" : "is missing"}, ` +
      `and ${standing.user} may not change that. Have an administrator of the database run: ${roleSql(standing)} ` +
      "Or set ATRIUM_ROW_SECURITY=off, and do without the third wall.",
    { cause },
  );

const findTables = async (client: ClientBase, role: string): Promise<Map<string, FoundTable>> => {
  const { rows } = await client.query<FoundTable>(
    `
    select c.relname as table, c.relrowsecurity as enabled,
      array(select p.polname || ' ' || coalesce(obj_description(p.oid, 'pg_policy'), '') from pg_policy p
        where p.polrelid = c.oid order by p.polname) as policies,
      array(select a.privilege_type from aclexplode(c.relacl) a where a.grantee = r.oid order by 1) as granted,
      array(select s.relname from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
        where d.refobjid = c.oid and d.deptype in ('a', 'i') order by 1) as sequences,
      array(select s.relname from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S',
          aclexplode(s.relacl) a
        where d.refobjid = c.oid and d.deptype in ('a', 'i') and a.grantee = r.oid and a.privilege_type = 'USAGE'
        order by 1) as opened
    from pg_class c join pg_roles r on r.rolname = $1
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')`,
    [role],
  );
  return new Map(
    rows.map((row) => [row.table, { ...row, ...lists(row as unknown as Record<string, unknown>) } as FoundTable]),
  );
};

/** Arrays of the type `name` come as Postgres writes them. */
const lists = (row: Record<string, unknown>) =>
  Object.fromEntries(
    ["policies", "granted", "sequences", "opened"].map((field) => {
      const value = row[field];
      const items = typeof value === "string" ? value.slice(1, -1).split(",").filter(Boolean) : value;
      return [field, items];
    }),
  );

/** The statements that bring every table to what is declared; none where it is so. */
const repairs = (tables: readonly WalledTable[], found: ReadonlyMap<string, FoundTable>, role: string): string[] => {
  const declared = new Map(tables.map((each) => [each.table, each.policies]));
  return [...found.values()].flatMap(({ table, enabled, policies, granted, sequences, opened }) => {
    const wanted = declared.get(table);
    const name = identifier(table);
    if (wanted === undefined) return granted.length === 0 ? [] : [`revoke all on ${name} from ${identifier(role)}`];
    const statements: string[] = [];
    const ours = policies.filter((each) => each.startsWith("atrium_"));
    const expected = wanted.map((policy) => `${policy.name} ${fingerprint(policy, role)}`);
    if (ours.join() !== expected.join()) {
      for (const policy of ours) statements.push(`drop policy ${policy.split(" ")[0]} on ${name}`);
      for (const policy of wanted) statements.push(policySql(table, policy, role));
    }
    // After the policies, so that no moment lets through more or less than it should.
    if (!enabled) statements.push(`alter table ${name} enable row level security`);
    if (granted.join() !== privileges.join()) {
      statements.push(`revoke all on ${name} from ${identifier(role)}`);
      statements.push(`grant ${privileges.join(", ")} on ${name} to ${identifier(role)}`);
    }
    for (const sequence of sequences)
      if (!opened.includes(sequence))
        statements.push(`grant usage on sequence ${identifier(sequence)} to ${identifier(role)}`);
    return statements;
  });
};

const openSchema = async (client: ClientBase, role: string): Promise<string[]> => {
  const { rows } = await client.query<{ schema: string; open: boolean }>(
    "select current_schema() as schema, has_schema_privilege($1, current_schema(), 'USAGE') as open",
    [role],
  );
  return rows.flatMap(({ schema, open }) =>
    open ? [] : [`grant usage on schema ${identifier(schema)} to ${identifier(role)}`],
  );
};

/**
 * Under row-level security Postgres uses an index for a condition only when nothing can leak through it, and it was never
 * told so of the operators that our GIN indexes answer. They compare and give a boolean, and name no value in an error.
 * Only a superuser, such as that of the embedded Postgres, can tell it; without it the workspace's index is used.
 */
const speedUpIndexes = async (client: ClientBase): Promise<void> => {
  const { rows } = await client.query<{ name: string }>(
    `select p.oid::regprocedure::text as name from pg_proc p
     where p.oid = any($1::regprocedure[]) and not p.proleakproof and (select usesuper from pg_user where usename = current_user)`,
    [leakproof],
  );
  for (const { name } of rows) await client.query(`alter function ${name} leakproof`);
};

/** Behind `@>` and `&&` of lists, and `@@`, `@?` and `?` of JSON. */
const leakproof = [
  "pg_catalog.arraycontains(anyarray,anyarray)",
  "pg_catalog.arrayoverlap(anyarray,anyarray)",
  "pg_catalog.jsonb_path_match_opr(jsonb,jsonpath)",
  "pg_catalog.jsonb_path_exists_opr(jsonb,jsonpath)",
  "pg_catalog.jsonb_exists(jsonb,text)",
];
