import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Live } from "#src/platform/live.js";
import type { Logger } from "#src/platform/logger.js";
import type { CircuitSettings } from "./circuit-breaker.js";
import { Circuits } from "./circuits.js";
import type { Provider } from "./provider.js";
import { ProviderMonitor } from "./provider-monitor.js";
import { ProviderService } from "./provider-service.js";
import { ProviderStates } from "./provider-states.js";

interface Deps {
  readonly database: Database;
  readonly live: Live;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of the default provider; the first one without it. */
  readonly defaultName: string | undefined;
  readonly settings: () => CircuitSettings;
}

export interface ProviderGuard {
  readonly circuits: Circuits;
  readonly service: ProviderService;
  /** Nothing is probed until it is started. */
  readonly monitor: ProviderMonitor;
}

/** What watches over these providers, together with every other process on the database. */
export const guardProviders = async (providers: readonly Provider[], deps: Deps): Promise<ProviderGuard> => {
  const { database, clock, logger, settings } = deps;
  const states = new ProviderStates(database, clock);
  await states.register(providers.map(({ name }) => name));
  const circuits = new Circuits({ states, clock, logger, settings });
  return {
    circuits,
    service: new ProviderService(providers, { ...deps, states, circuits }),
    monitor: new ProviderMonitor(providers, { states, clock, logger }),
  };
};
