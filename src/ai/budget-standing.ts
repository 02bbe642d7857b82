import { type Budget, BudgetPeriod } from "./budget.js";

/** How a budget stands at a moment. */
interface Standing {
  readonly spentMicros: number;
  readonly heldMicros: number;
  readonly remainingMicros: number;
  readonly resetsAt: Date | null;
}

/** A row says what was spent until its period ended; it is only written again when somebody spends in the next one. */
export const standingOf = (budget: Budget, now: Date): Standing => {
  const { periodEndsAt, limitMicros } = budget;
  const isOver = periodEndsAt !== null && periodEndsAt <= now;
  const spentMicros = isOver ? 0 : Number(budget.spent);
  const heldMicros = Number(budget.held);
  return {
    spentMicros,
    heldMicros,
    remainingMicros: Math.max(0, Number(limitMicros) - spentMicros - heldMicros),
    resetsAt: isOver ? endOf(budget.period, now) : periodEndsAt,
  };
};

/** In UTC. */
const endOf = (period: BudgetPeriod, now: Date): Date => {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  return new Date(period === BudgetPeriod.DAY ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1));
};
