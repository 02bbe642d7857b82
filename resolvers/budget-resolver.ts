import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Resolver, Root, Subscription } from "type-graphql";
import { Budget } from "#src/ai/budget.js";
import { BudgetChange, SetBudgetInput } from "#src/ai/budget-inputs.js";
import type { BudgetService } from "#src/ai/budget-service.js";
import { standingOf } from "#src/ai/budget-standing.js";
import type { Clock } from "#src/platform/clock.js";
import type { Context } from "./context.js";

@Resolver(() => Budget)
export class BudgetResolver {
  constructor(
    private readonly budgets: BudgetService,
    private readonly clock: Clock,
  ) {}

  @Authorized("budget:manage")
  @Mutation(() => Budget, {
    description:
      "Makes a budget, or changes the limit of the one with this scope, subject and period. What was spent in its period until now counts.",
  })
  setBudget(
    @Arg("input", () => SetBudgetInput, { description: "The budget." }) input: SetBudgetInput,
    @Ctx() { actor }: Context,
  ) {
    return this.budgets.set(actor, input);
  }

  @Authorized("budget:manage")
  @Mutation(() => Budget, { description: "Deletes a budget and returns it as it was; the ledger stays." })
  deleteBudget(@Arg("id", () => ID, { description: "The budget." }) id: string, @Ctx() { actor }: Context) {
    return this.budgets.delete(actor, id);
  }

  @Authorized("budget:read")
  @Subscription(() => BudgetChange, {
    description:
      "Budgets that you may see, each time that something is spent or set aside, or their limit changes: behind the cursor, then what comes.",
    subscribe: ({ args, context }: { args: { after?: string | null }; context: Context }) =>
      context.app.budgets.follow(context.actor, args.after),
  })
  budgetChanged(
    @Root() change: BudgetChange,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the last change that was seen." })
    _after?: string,
  ): BudgetChange {
    return change;
  }

  @FieldResolver(() => GraphQLSafeInt, { description: "Micro-dollars that were spent in this period." })
  spentMicros(@Root() budget: Budget) {
    return standingOf(budget, this.clock.now()).spentMicros;
  }

  @FieldResolver(() => GraphQLSafeInt, {
    description: "Micro-dollars that are set aside for what is under way: the most that it may still cost.",
  })
  heldMicros(@Root() budget: Budget) {
    return standingOf(budget, this.clock.now()).heldMicros;
  }

  @FieldResolver(() => GraphQLSafeInt, {
    description: "Micro-dollars that are neither spent nor set aside; 0 when more is than the limit allows.",
  })
  remainingMicros(@Root() budget: Budget) {
    return standingOf(budget, this.clock.now()).remainingMicros;
  }

  @FieldResolver(() => GraphQLDateTimeISO, { nullable: true, description: "When this period ends; null for never." })
  resetsAt(@Root() budget: Budget) {
    return standingOf(budget, this.clock.now()).resetsAt;
  }
}
