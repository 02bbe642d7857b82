import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { badInput, notFound } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Following, Live } from "#src/platform/live.js";
import type { NewValues } from "#src/platform/new-values.js";
import { Budget, BudgetScope } from "./budget.js";
import type { BudgetChange, SetBudgetInput } from "./budget-inputs.js";
import { budgetLog } from "./budget-log.js";
import type { Provider } from "./provider.js";

export const budgetList = defineList(Budget, { plural: "budgets" });

interface Deps {
  readonly database: Database;
  readonly lists: Lists;
  readonly live: Live;
  readonly providers: readonly Provider[];
}

/** What a budget is about, and the person whose spending that is. */
type Subject = Pick<Budget, "subject" | "userId">;

/** What people do with budgets; what they spend and hold is kept by triggers. */
export class BudgetService {
  constructor(private readonly deps: Deps) {}

  /** Makes the budget, or changes its limit. A new one has spent what the ledger says of its period. */
  async set(actor: Actor, { scope, subject: name, period, limitMicros }: SetBudgetInput): Promise<Budget> {
    const { database, lists } = this.deps;
    const subject = await this.#subjectOf(actor, scope, name ?? null);
    const id = await database.write(actor, async (change) => {
      // Nobody spends meanwhile, and of two who set the same one the second finds it.
      await change.sql(sql`select pg_advisory_xact_lock(budget_lock(${actor.workspaceId}))`);
      const found = await change.find(Budget, { scope, subject: subject.subject, period });
      const wanted = { scope, ...subject, period, limitMicros };
      const budget = found ?? change.create(Budget, wanted as NewValues<Budget>);
      budget.limitMicros = limitMicros;
      change.audit("budget.set", budget);
      return budget.id;
    });
    const budget = await lists.find(Budget, actor, id);
    if (budget === undefined) throw notFound("budget", id);
    return budget;
  }

  /** What it held is held no longer; what was spent stays in the ledger. */
  delete(actor: Actor, id: string): Promise<Budget> {
    return this.deps.database.write(actor, async (change) => {
      const budget = await change.find(Budget, { id: parseId(id, "budget") });
      if (budget === null) throw notFound("budget", id);
      const deleted = Object.assign(new Budget(), budget);
      change.remove(budget);
      change.audit("budget.deleted", budget);
      return deleted;
    });
  }

  /** Changes of the budgets that the actor may see, behind the cursor or from now on. */
  follow({ workspaceId, permissions }: Actor, after: string | null | undefined): Promise<Following<BudgetChange>> {
    const { database, live } = this.deps;
    return budgetLog(database, live, { workspaceId, seesAll: permissions.has("budget:manage") }, after);
  }

  async #subjectOf({ workspaceId }: Actor, scope: BudgetScope, name: string | null): Promise<Subject> {
    const { database, providers } = this.deps;
    const field = "input.subject";
    if (scope === BudgetScope.WORKSPACE) {
      if (name !== null) throw badInput("A budget of the workspace has no subject: leave it out.", field);
      return { subject: null, userId: null };
    }
    if (name === null) throw badInput(`A budget of the scope ${scope} needs a subject.`, field);
    if (scope === BudgetScope.MODEL) {
      const known = providers.flatMap(({ name: provider, models }) => models.map((model) => `${provider}/${model}`));
      if (!known.includes(name))
        throw badInput(`No model here is called ${JSON.stringify(name)}; these are: ${known.join(", ")}.`, field);
      return { subject: name, userId: null };
    }
    const isUser = scope === BudgetScope.USER;
    const id = parseId(name, isUser ? "user" : "api_key", field);
    const row = await database.row(
      isUser
        ? sql<{
            userId: string;
          }>`select user_id as "userId" from membership where workspace_id = ${workspaceId} and user_id = ${id}`
        : sql<{
            userId: string;
          }>`select created_by_id as "userId" from api_key where workspace_id = ${workspaceId} and id = ${id}`,
    );
    if (row === undefined) throw badInput(`The workspace has no ${isUser ? "member" : "API key"} ${id}.`, field);
    return { subject: id, userId: row.userId };
  }
}
