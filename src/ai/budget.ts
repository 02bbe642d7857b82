import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLSafeInt } from "graphql-scalars";
import { registerEnumType } from "type-graphql";
import { Column, EnumColumn, PrivateColumn, Stored } from "#src/platform/column.js";
import { Row } from "#src/platform/row.js";
import { budgetChanges, budgetHeld, budgetHoldsOpen } from "./budget-triggers.js";

export enum BudgetScope {
  WORKSPACE = "WORKSPACE",
  USER = "USER",
  API_KEY = "API_KEY",
  MODEL = "MODEL",
}

registerEnumType(BudgetScope, {
  name: "BudgetScope",
  description: "Whose spending a budget bounds.",
  valuesConfig: {
    WORKSPACE: { description: "All of the workspace." },
    USER: { description: "What one user asks for, with a session or a key." },
    API_KEY: { description: "What is asked for with one API key." },
    MODEL: { description: "What one model of one provider is asked for." },
  },
});

export enum BudgetPeriod {
  DAY = "DAY",
  MONTH = "MONTH",
  TOTAL = "TOTAL",
}

registerEnumType(BudgetPeriod, {
  name: "BudgetPeriod",
  description: "After which time a budget begins anew.",
  valuesConfig: {
    DAY: { description: "A day, from midnight UTC." },
    MONTH: { description: "A month, from midnight UTC of its first day." },
    TOTAL: { description: "Never." },
  },
});

/**
 * What is spent and set aside is kept by triggers, from the ledger and from what generations hold, so it is right whoever
 * writes those. `spent` is of the period that ends at `periodEndsAt`: once that has passed, nothing is spent yet.
 */
@Stored({
  table: "budget",
  description:
    "An upper bound of what generated text may cost. What a request may cost is set aside before it is made.",
  // One of a user or a key is seen by that user, and by those who manage budgets.
  visible: (row, { workspace, user }) =>
    `${row}.workspace_id = ${workspace} and (${row}.user_id is null or ${row}.user_id = ${user} or exists (select 1 from membership m
      where m.workspace_id = ${row}.workspace_id and m.user_id = ${user} and m.role in ('OWNER', 'ADMIN')))`,
  triggers: {
    budget_changes: budgetChanges,
    budget_holds_open: budgetHoldsOpen,
    budget_held: { on: "budget_hold", sql: budgetHeld },
  },
})
@Index({ name: "budget_place", properties: ["workspaceId", "xid", "position"] })
@Index({
  name: "budget_subject",
  expression: "create unique index budget_subject on budget (workspace_id, scope, coalesce(subject, ''), period)",
})
export class Budget extends Row {
  @EnumColumn("BudgetScope", BudgetScope, { description: "Whose spending it bounds.", filter: true, group: true })
  scope!: BudgetScope;

  @Column(() => String, {
    sql: "text",
    nullable: true,
    description: "The user's or the API key's id, or the model as `provider/model`; null for the workspace.",
    filter: true,
  })
  subject!: string | null;

  /** Whose spending it bounds, where that is one person's. */
  @PrivateColumn({ sql: "text", nullable: true })
  userId!: string | null;

  @EnumColumn("BudgetPeriod", BudgetPeriod, { description: "When it begins anew.", filter: true, group: true })
  period!: BudgetPeriod;

  @Column(() => GraphQLSafeInt, { sql: "bigint", description: "Micro-dollars that may be spent in a period." })
  limitMicros!: number;

  @PrivateColumn({ sql: "bigint", defaultRaw: "0" })
  spent!: string;

  /** The sum of its holds. */
  @PrivateColumn({ sql: "bigint", defaultRaw: "0" })
  held!: string;

  /** Null for a budget that never begins anew, as the next one. */
  @PrivateColumn({ sql: "timestamptz", nullable: true })
  periodBeganAt!: Date | null;

  @PrivateColumn({ sql: "timestamptz", nullable: true })
  periodEndsAt!: Date | null;

  /** With `position` the place of its last change among those of all budgets, as in the event log. */
  @PrivateColumn({ sql: "xid8", defaultRaw: "pg_current_xact_id()" })
  xid!: string;

  @PrivateColumn({ sql: "bigint", identity: true })
  position!: string;
}
