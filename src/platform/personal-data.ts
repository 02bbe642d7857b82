import { type RawBuilder, sql } from "kysely";
import type { Change } from "./change.js";
import { columnName, sealedColumnsOf } from "./column.js";
import type { Database } from "./database.js";
import { Visibility } from "./owned-row.js";
import type { Vault } from "./vault.js";

type EntityClass = new () => object;

/**
 * What one table holds of people. Every table with a column that names a user declares it beside its domain, and `app.ts`
 * gathers them; a test finds the columns that nobody has declared.
 */
export interface PersonalData {
  readonly entity: EntityClass;
  /** Properties that hold the user's id. */
  readonly by: readonly string[];
  /** Properties that an export leaves out: secrets, and hashes of them. */
  readonly omit?: readonly string[];
  /** What becomes of the rows: they go, they stay without a word about the person, or something of their own is done. */
  readonly erase: "delete" | "keep" | ((change: Change, userId: string) => Promise<unknown>);
}

/** The same of a table that no class describes, such as one in partitions. */
export interface OtherPersonalData {
  /** Under which its rows stand in an export. */
  readonly table: string;
  /** The rows that name a user. */
  readonly read: (database: Database, userId: string) => Promise<Record<string, unknown>[]>;
  /** Safe to repeat. */
  readonly erase: (change: Change, userId: string) => Promise<unknown>;
}

/** Deletes what a person made and kept from the workspace, with all grants on it: nobody is left whose it is. */
export const erasePrivate =
  (table: string) =>
  (change: Change, userId: string): Promise<unknown> =>
    change.sql(sql`with gone as (
        delete from ${sql.table(table)} where created_by_id = ${userId} and visibility = ${Visibility.PRIVATE} returning id)
      delete from access_grant where resource_id in (select id from gone)`);

type Json = Record<string, unknown>;

const ofUser = ({ by }: PersonalData, userId: string): RawBuilder<unknown> =>
  sql.join(
    by.map((property) => sql`t.${sql.ref(columnName(property))} = ${userId}`),
    sql` or `,
  );

const tableOf = (database: Database, { entity }: PersonalData): string => database.metadata.get(entity).tableName;

/** The rows of a table that name a user, as they are stored; what is sealed is opened. */
export const exportRows = async (
  database: Database,
  vault: Vault,
  held: PersonalData | OtherPersonalData,
  userId: string,
): Promise<Record<string, Json[]>> => {
  if ("read" in held) return { [held.table]: await held.read(database, userId) };
  const table = tableOf(database, held);
  const omitted = (held.omit ?? []).map(columnName);
  const rows = await database.rows(sql<{ row: Json }>`
    select to_jsonb(t) - ${omitted}::text[] as row from ${sql.table(table)} t where ${ofUser(held, userId)} order by 1`);
  const sealed = sealedColumnsOf(held.entity)
    .map(columnName)
    .filter((column) => !omitted.includes(column));
  const open = async (row: Json): Promise<Json> => {
    const opened = { ...row };
    const workspaceId = typeof row.workspace_id === "string" ? row.workspace_id : null;
    for (const column of sealed) {
      const value = row[column];
      if (typeof value === "string")
        opened[column] = await vault.open(value, { table, row: String(row.id), column, workspaceId });
    }
    return opened;
  };
  return { [table]: await Promise.all(rows.map(({ row }) => open(row))) };
};

/** Safe to repeat. */
export const eraseRows = async (
  database: Database,
  change: Change,
  held: PersonalData | OtherPersonalData,
  userId: string,
): Promise<void> => {
  if ("read" in held) await held.erase(change, userId);
  else if (typeof held.erase === "function") await held.erase(change, userId);
  else if (held.erase === "delete")
    await change.sql(sql`delete from ${sql.table(tableOf(database, held))} t where ${ofUser(held, userId)}`);
};
