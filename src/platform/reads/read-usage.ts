import type { FieldNode } from "graphql";
import { type RowExpression, storageOf } from "../column.js";
import { type EntityShape, type Expression, shapeOf } from "../lists/entity-shape.js";
import { Parameters } from "../lists/statement.js";

const namedTable = /\b(?:from|join)\s+"?(\w+)"?/gi;

/** What the answer of a document depends on beside its variables. It may name too much, and never too little. */
export class ReadUsage {
  /** Tables whose rows decide the answer. */
  readonly tables = new Set<string>();
  #perUser = false;

  /** True when two members of a workspace may get different answers. */
  get perUser(): boolean {
    return this.#perUser;
  }

  /** Rows of a class are shown, to those who may see them. */
  row({ entity, table }: EntityShape): void {
    this.tables.add(table.replaceAll('"', ""));
    // As it is declared, whatever the statements make of it: Postgres itself shows each user their own rows.
    this.expression(storageOf(entity).visible);
  }

  /** A value that SQL computes is shown or compared. */
  expression(expression: RowExpression | Expression): void {
    const parameters = new Parameters({ workspaceId: "", userId: "" });
    for (const [, table = ""] of expression("t", parameters).matchAll(namedTable)) this.tables.add(table);
    if (parameters.isPerUser) this.#perUser = true;
  }

  /** A list is asked for; with a filter it can look at everything that its rows name, and that names them. */
  list(shape: EntityShape, nodes: readonly FieldNode[]): void {
    this.row(shape);
    if (nodes.some((node) => node.arguments?.some(({ name }) => name.value === "filter")))
      this.#filter(shape, new Set());
  }

  #filter(shape: EntityShape, seen: Set<EntityShape>): void {
    if (seen.has(shape)) return;
    seen.add(shape);
    this.row(shape);
    for (const { declaration, value } of shape.columns.values()) if (declaration.derived) this.expression(value);
    for (const { entity } of shape.references.values()) this.#filter(shapeOf(entity()), seen);
    for (const { entity } of shape.collections.values()) this.#filter(shapeOf(entity()), seen);
  }
}
