import { sql } from "kysely";
import { columnName, type EntityClass, sealedColumnsOf, storageOf } from "./column.js";
import type { Database } from "./database.js";
import type { Place } from "./vault.js";

/** Rows that are read and written at once: few enough that nobody waits for them. */
const batch = 100;

/** A sealed text and where it stands. */
export interface SealedText {
  readonly place: Place;
  readonly sealed: string;
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly hasWorkspace: boolean;
}

/** All sealed columns of all entities, across workspaces: nothing of it is for the eyes of a client. */
export class SealedColumns {
  readonly #tables: readonly Table[];

  constructor(
    private readonly database: Database,
    entities: readonly EntityClass[],
  ) {
    this.#tables = entities.flatMap((entity) => {
      const columns = sealedColumnsOf(entity).map(columnName);
      const hasWorkspace = "workspaceId" in database.metadata.get(entity as never).properties;
      return columns.length === 0 ? [] : [{ name: storageOf(entity).table, columns, hasWorkspace }];
    });
  }

  /** All texts that another key than this one has sealed, in batches. */
  async *outdated(keyId: string): AsyncGenerator<SealedText[]> {
    for (const { name, columns, hasWorkspace } of this.#tables) {
      const table = sql.table(name);
      const workspace = hasWorkspace ? sql.ref("workspace_id") : sql`null::text`;
      const texts = sql.join(columns.map((column) => sql.ref(column)));
      const isOutdated = sql.join(
        columns.map((column) => sql`not ${isSealedBy(column, keyId)}`),
        sql` or `,
      );
      for (let after = ""; ; ) {
        const rows = await this.database.upkeep(sql<{
          id: string;
          workspaceId: string | null;
          texts: (string | null)[];
        }>`
          select id, ${workspace} as "workspaceId", array[${texts}] as texts from ${table}
          where id > ${after} and (${isOutdated}) order by id limit ${batch}`);
        yield rows.flatMap(({ id, workspaceId, texts: found }) =>
          columns.flatMap((column, index) => {
            const sealed = found[index];
            if (sealed == null || sealed.startsWith(prefixOf(keyId))) return [];
            return [{ sealed, place: { table: name, row: id, column, workspaceId } }];
          }),
        );
        if (rows.length < batch) break;
        after = rows.at(-1)?.id ?? "";
      }
    }
  }

  /** Puts other texts into their places, where nobody has written anything else meanwhile. */
  async replace(texts: readonly (SealedText & { readonly fresh: string })[]): Promise<void> {
    for (const { name, columns } of this.#tables)
      for (const column of columns) {
        const here = texts.filter(({ place }) => place.table === name && place.column === column);
        if (here.length === 0) continue;
        await this.database.upkeep(sql`update ${sql.table(name)} t set ${sql.ref(column)} = v.fresh
          from unnest(${here.map(({ place }) => place.row)}::text[], ${here.map(({ sealed }) => sealed)}::text[],
            ${here.map(({ fresh }) => fresh)}::text[]) as v (id, sealed, fresh)
          where t.id = v.id and ${sql.ref(`t.${column}`)} = v.sealed`);
      }
  }

  /** How many texts each key has sealed. */
  async counts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { name, columns } of this.#tables)
      for (const column of columns) {
        const rows = await this.database.upkeep(sql<{ keyId: string; count: number }>`
          select split_part(${sql.ref(column)}, '.', 2) as "keyId", count(*)::int as count from ${sql.table(name)}
          where ${sql.ref(column)} is not null group by 1`);
        for (const { keyId, count } of rows) counts.set(keyId, (counts.get(keyId) ?? 0) + count);
      }
    return counts;
  }
}

const prefixOf = (keyId: string) => `v1.${keyId}.`;
const isSealedBy = (column: string, keyId: string) => sql`starts_with(${sql.ref(column)}, ${prefixOf(keyId)})`;
