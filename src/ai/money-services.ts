import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Live } from "#src/platform/live.js";
import type { Logger } from "#src/platform/logger.js";
import { BudgetService } from "./budget-service.js";
import { Prices } from "./prices.js";
import type { Provider } from "./provider.js";
import { UsageService } from "./usage-service.js";

/** What knows what generated text costs, may cost and has cost. */
export interface MoneyServices {
  readonly prices: Prices;
  readonly budgets: BudgetService;
  readonly usage: UsageService;
}

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lists: Lists;
  readonly live: Live;
  readonly providers: readonly Provider[];
}

/** With the prices read, since every request asks for one. */
export const createMoneyServices = async (deps: Deps): Promise<MoneyServices> => {
  const prices = new Prices({ ...deps, providers: deps.providers.map(({ name }) => name) });
  await prices.start();
  return { prices, budgets: new BudgetService(deps), usage: new UsageService(deps.database) };
};
