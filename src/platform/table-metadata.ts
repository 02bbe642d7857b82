import type { EntityMetadata, MetadataStorage } from "@mikro-orm/core";

const tables = new WeakMap<MetadataStorage, ReadonlyMap<string, EntityMetadata>>();

/** What is declared of a table, which is also the prefix of its rows' ids; nothing when there is no such table. */
export const metadataOfTable = (storage: MetadataStorage, table: string): EntityMetadata | undefined => {
  const known = tables.get(storage) ?? new Map([...storage.getAll().values()].map((meta) => [meta.tableName, meta]));
  tables.set(storage, known);
  return known.get(table);
};
