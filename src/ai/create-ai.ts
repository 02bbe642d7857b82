import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Keys } from "#src/platform/keys.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Live } from "#src/platform/live.js";
import type { Logger } from "#src/platform/logger.js";
import type { Metrics } from "#src/platform/metrics.js";
import { AiSettingsService } from "./ai-settings-service.js";
import { AnswerCache } from "./answer-cache.js";
import type { BuiltInPrompt } from "./built-in-prompt.js";
import { circuitDefaults } from "./circuit-breaker.js";
import { createTextServices, type TextServices } from "./create-text-services.js";
import { chooseEmbedder, type Embedder } from "./embedder.js";
import { GenerationService } from "./generation-service.js";
import { guardProviders } from "./guard-providers.js";
import { type CostOf, nominalUsage } from "./model-classes.js";
import { createMoneyServices, type MoneyServices } from "./money-services.js";
import { offlineProvider } from "./offline/offline-provider.js";
import type { Provider } from "./provider.js";
import type { ProviderService } from "./provider-service.js";
import { ProviderStatistics } from "./provider-statistics.js";
import { QualityService, type TextCollection } from "./quality-service.js";
import type { ReplayDeps } from "./replay-run.js";
import { type RoutedProvider, route } from "./route.js";
import { withAttempts } from "./with-attempts.js";
import { withBreaker } from "./with-breaker.js";
import { withCache } from "./with-cache.js";
import { withRetry } from "./with-retry.js";

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly live: Live;
  readonly lists: Lists;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The provider that ATRIUM_AI_PROVIDER names. */
  readonly defaultName: string | undefined;
  /** What ATRIUM_EMBEDDING_MODEL names. */
  readonly embeddingModel: string | undefined;
  /** What later domains bring: the texts that new ones are compared with, their prompts, and how their answers are cleaned. */
  readonly collection: TextCollection;
  readonly builtIns: readonly BuiltInPrompt[];
  readonly filters: ReplayDeps["filters"];
}

export interface Ai extends MoneyServices, TextServices {
  readonly aiSettings: AiSettingsService;
  readonly providers: ProviderService;
  readonly answers: AnswerCache;
  readonly quality: QualityService;
  readonly generations: GenerationService;
  /** All providers as one. */
  readonly routed: RoutedProvider;
  readonly embedder: Embedder;
}

/** The pipeline of requests over these providers, the preferred one first: each is watched, left alone when it fails and
 * asked again, and all of them are one. Nothing runs by itself until it is started. */
export const createAi = async (
  providers: readonly Provider[],
  deps: Deps,
): Promise<{ readonly ai: Ai; start(): Promise<void>; stop(): Promise<void> }> => {
  const { database, bus, keys, clock, logger, metrics, defaultName } = deps;
  const moneyServices = await createMoneyServices({ ...deps, providers });
  const { prices } = moneyServices;
  const costOf: CostOf = (provider, model) => prices.costMicros({ provider, model, at: clock.now() }, nominalUsage);
  const aiSettings = new AiSettingsService({ database, bus, logger, providers, preferred: defaultName, costOf });
  const settings = () => ({ ...circuitDefaults, ...aiSettings.current().breaker });
  const { circuits, monitor, service } = await guardProviders(providers, { ...deps, settings });
  const watched = providers.map((provider) => {
    const guarded = withBreaker(withAttempts(provider, { metrics, clock, prices }), circuits);
    return withRetry(guarded, () => aiSettings.current().retry);
  });
  const defaultProvider = watched.find(({ name }) => name === defaultName) ?? watched[0];
  if (defaultProvider === undefined) throw new Error("No provider is configured.");
  const routed = route(watched, {
    settings: () => aiSettings.current(),
    statistics: new ProviderStatistics({ database, clock, logger }),
    circuits,
    costOf,
    defaultProvider,
  });
  const embedder = chooseEmbedder({ providers: watched, named: deps.embeddingModel, offline: offlineProvider() });
  const modelClasses = () => aiSettings.current().modelClasses.map(({ name }) => name);
  const answers = new AnswerCache({ database, keys, clock, metrics });
  const cached = withCache(routed, answers, clock);
  const money = { database, clock, prices };
  const generations = new GenerationService(money, watched, cached, answers, defaultName, modelClasses);
  const quality = new QualityService(deps.collection, routed, watched, () => aiSettings.current().judgeClass);
  const texts = createTextServices({ ...deps, generations, quality });
  return {
    ai: { ...moneyServices, ...texts, quality, aiSettings, providers: service, answers, generations, routed, embedder },
    async start() {
      await aiSettings.start();
      monitor.start();
    },
    async stop() {
      await monitor.stop();
      await aiSettings.stop();
      prices.close();
    },
  };
};
