import { Entity, Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, SystemTable } from "#src/platform/column.js";
import { Budget } from "./budget.js";
import { Generation } from "./generation.js";

/** What a budget keeps for an open generation, of which nothing is spent yet. Triggers alone write it. */
@Entity({ tableName: "budget_hold" })
@SystemTable()
@Index({ name: "budget_hold_budget", properties: ["budgetId"] })
export class BudgetHold {
  @ManyToOne(() => Generation, { mapToPk: true, primary: true, fieldName: "generation_id", deleteRule: "cascade" })
  generationId!: string;

  @ManyToOne(() => Budget, { mapToPk: true, primary: true, fieldName: "budget_id", deleteRule: "cascade" })
  budgetId!: string;

  @PrivateColumn({ sql: "text" })
  workspaceId!: string;

  @PrivateColumn({ sql: "bigint" })
  micros!: number;
}
