import type { MetadataStorage } from "@mikro-orm/postgresql";

/**
 * The audit log outlives what it tells of: it names no person beyond an id, its rows cannot be deleted one by one, and it
 * ends by its own retention.
 */
const keptTables = /^audit_/;

/**
 * Every table whose rows belong to a workspace, in an order in which they can be deleted: those that name others first.
 * It follows from the classes, so that no table is forgotten.
 */
export const workspaceTables = (metadata: MetadataStorage): string[] => {
  const entities = [...metadata.getAll().values()].filter(
    ({ properties, tableName }) => "workspaceId" in properties && !keptTables.test(tableName),
  );
  const names = new Map(
    entities.map(({ tableName, relations }) => [
      tableName,
      new Set(relations.flatMap(({ targetMeta }) => targetMeta?.tableName ?? []).filter((name) => name !== tableName)),
    ]),
  );
  const ordered: string[] = [];
  while (names.size > 0) {
    const free = names.keys().filter((table) => !names.values().some((named) => named.has(table)));
    const [table] = free;
    if (table === undefined) throw new Error(`These tables name each other in a circle: ${[...names.keys()]}.`);
    names.delete(table);
    ordered.push(table);
  }
  return ordered;
};
