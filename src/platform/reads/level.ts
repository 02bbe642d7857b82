import type { FieldNode, GraphQLField } from "graphql";
import { columnName } from "../column.js";
import type { RawRow } from "../connections.js";
import type { EntityShape } from "../lists/entity-shape.js";
import type { List } from "../lists/list.js";
import type { Parents, Selection } from "../lists/page-sql.js";
import { identifier, type Parameters } from "../lists/statement.js";
import type { ReadUsage } from "./read-usage.js";
import type { Reading } from "./reading.js";
import type { Selecting } from "./selection.js";

/** A list in a document: reads its pages, one for all parents or one for each, and writes them. */
export interface PagePlan {
  run(reading: Reading, parents?: Parents): Promise<void>;
  /** The JSON of the parent's page; of the only one without a parent. */
  write(parent: string, reading: Reading): string;
}

/** A document on its way to a plan. */
export interface Compiling extends Selecting {
  /** Whether a field has a resolver or a permission of its own, so that nobody else may answer it. */
  readonly isResolved: (type: string, field: string) => boolean;
  readonly usage: ReadUsage;
  /** Makes a place for what a level reads. */
  readonly slot: () => number;
  readonly compilePage: (
    compiling: Compiling,
    list: List,
    definition: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
  ) => PagePlan;
}

/** Rows of another class under each row of a level. */
interface Branch {
  readonly parent: number;
  readonly by: string;
  readonly page: PagePlan;
}

/** One statement of a plan: its columns, the rows that are joined to give them, and what is read under its rows. */
export class Level implements Selection {
  readonly #columns: ((parameters: Parameters) => string)[] = [];
  readonly #places = new Map<string, number>();
  readonly #joins: ((parameters: Parameters) => string)[] = [];
  readonly #aliases = new Map<string, string>();
  readonly branches: Branch[] = [];

  columns(parameters: Parameters): string[] {
    return this.#columns.map((column) => column(parameters));
  }

  joins(parameters: Parameters): string[] {
    return this.#joins.map((join) => join(parameters));
  }

  /** The place of a column in each row; the same one is selected once. */
  place(row: string, property: string, expression: (parameters: Parameters) => string): number {
    const key = `${row}.${property}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.#columns.length);
    return this.#columns.push(expression) - 1;
  }

  /** The alias of the row that a row names. */
  reference(row: string, field: string, property: string, shape: EntityShape): string {
    const key = `${row}.${field}`;
    const known = this.#aliases.get(key);
    if (known !== undefined) return known;
    const alias = `r${this.#aliases.size}`;
    this.#aliases.set(key, alias);
    const named = `${row}.${identifier(columnName(property))}`;
    this.#joins.push(
      (parameters) =>
        `left join ${shape.table} ${alias} on ${alias}.id = ${named} and ${shape.visible(alias, parameters)}`,
    );
    return alias;
  }

  /** Reads what is under the rows, all of it at the same time. */
  async descend(rows: readonly RawRow[], reading: Reading): Promise<void> {
    if (this.branches.length === 0) return;
    await Promise.all(
      this.branches.map(({ parent, by, page }) => {
        const ids = new Set<string>();
        for (const row of rows) {
          const id = row[parent];
          if (typeof id === "string") ids.add(id);
        }
        return page.run(reading, { by, ids: [...ids] });
      }),
    );
  }
}
