import { writtenTables } from "./written-tables.js";

const prefix = "rows:";
/** In place of a workspace: rows of all of them. In place of a table: rows of all of a workspace's tables. */
const all = "*";

/** The topic of a change to a table's rows in a workspace, or in all of them. */
export const rowsTopic = (table: string, workspaceId: string = all): string => `${prefix}${workspaceId}:${table}`;

/** The topic that stands for every row of a workspace. */
export const workspaceRowsTopic = (workspaceId: string): string => rowsTopic(all, workspaceId);

export const isRowsTopic = (topic: string): boolean => topic.startsWith(prefix);

/** Everything that a reader of these tables in a workspace has to hear of. */
export const topicsOfReading = (tables: readonly string[], workspaceId: string): string[] => [
  workspaceRowsTopic(workspaceId),
  ...tables.flatMap((table) => [rowsTopic(table, workspaceId), rowsTopic(table)]),
];

/** Collects what one transaction may have changed. It may name too much, and never too little. */
export class TouchedRows {
  readonly #tables = new Set<string>();
  /** True once rows of other workspaces than the transaction's own may be among them. */
  isEverywhere = false;

  constructor(
    /** The workspace that the transaction acts in; empty when it acts in none, and so perhaps in all. */
    private readonly workspaceId: string,
    private readonly hasWorkspace: (table: string) => boolean,
    /** Tables that triggers of a table write to. */
    private readonly writtenAlong: (table: string) => readonly string[],
  ) {}

  add(table: string): void {
    this.#tables.add(table);
    for (const along of this.writtenAlong(table)) this.#tables.add(along);
  }

  addStatement(statement: string): void {
    for (const table of writtenTables(statement)) this.add(table);
  }

  get topics(): string[] {
    return [...this.#tables].map((table) =>
      this.workspaceId !== "" && !this.isEverywhere && this.hasWorkspace(table)
        ? rowsTopic(table, this.workspaceId)
        : rowsTopic(table),
    );
  }
}
