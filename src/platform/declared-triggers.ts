import { createHash } from "node:crypto";
import type { EntityMetadata, MetadataStorage } from "@mikro-orm/core";
import type { ClientBase } from "pg";
import { storageOf } from "./column.js";
import { identifier } from "./lists/statement.js";

interface DeclaredTrigger {
  /** The table that fires it. */
  readonly table: string;
  /** The table whose class declares it. */
  readonly writes: string;
  readonly name: string;
  readonly sql: string;
}

const declaredTriggers = (entities: Iterable<EntityMetadata>): DeclaredTrigger[] =>
  [...entities].flatMap(({ class: entity, tableName: writes }) =>
    Object.entries(entity === undefined ? {} : storageOf(entity as { prototype: object }).triggers).map(
      ([name, declared]) =>
        typeof declared === "string"
          ? { table: writes, writes, name, sql: declared }
          : { table: declared.on, writes, name, sql: declared.sql },
    ),
  );

const along = new WeakMap<MetadataStorage, Map<string, readonly string[]>>();

/** The tables that triggers write to when rows of this one change, and those that these bring along. */
export const writtenAlong = (storage: MetadataStorage, table: string): readonly string[] => {
  const known = along.get(storage) ?? new Map<string, readonly string[]>();
  along.set(storage, known);
  const found = known.get(table) ?? findAlong([...storage.getAll().values()], table);
  known.set(table, found);
  return found;
};

const findAlong = (entities: readonly EntityMetadata[], table: string): string[] => {
  const others = declaredTriggers(entities).filter((each) => each.table !== each.writes);
  const found = new Set([table]);
  for (const each of found) {
    const entity = entities.find(({ tableName }) => tableName === each)?.class as { prototype: object } | undefined;
    for (const next of entity === undefined ? [] : storageOf(entity).alsoWrites) found.add(next);
    for (const { table: on, writes } of others) if (on === each) found.add(writes);
  }
  found.delete(table);
  return [...found];
};

/**
 * Makes the triggers of all classes, when they are not there as they are declared. A trigger's comment is the fingerprint of
 * what it was made of, so a start compares and takes no lock when all stands. To be called under the lock of the migrations.
 */
export const makeTriggers = async (client: ClientBase, entities: Iterable<EntityMetadata>): Promise<void> => {
  for (const { table, name, sql } of declaredTriggers(entities)) {
    const version = createHash("sha256").update(sql).digest("hex").slice(0, 16);
    const { rows } = await client.query(
      `select 1 from pg_trigger where tgname = $1 and tgrelid = to_regclass($2) and tgenabled <> 'D'
         and obj_description(oid, 'pg_trigger') = $3`,
      [name, identifier(table), version],
    );
    if (rows.length > 0) continue;
    await client.query("begin");
    try {
      await client.query(`drop trigger if exists ${identifier(name)} on ${identifier(table)}`);
      await client.query(sql);
      await client.query(`comment on trigger ${identifier(name)} on ${identifier(table)} is '${version}'`);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
  }
};

/** Takes the triggers away, which may write to columns that are about to go. The next `makeTriggers` makes them anew. */
export const dropTriggers = async (client: ClientBase, entities: Iterable<EntityMetadata>): Promise<void> => {
  for (const { table, name } of declaredTriggers(entities)) {
    const { rows } = await client.query("select 1 where to_regclass($1) is not null", [identifier(table)]);
    if (rows.length > 0) await client.query(`drop trigger if exists ${identifier(name)} on ${identifier(table)}`);
  }
};
