import { configuredProviders } from "../ai/configured-providers.js";
import { type Ai, createAi } from "../ai/create-ai.js";
import type { Provider } from "../ai/provider.js";
import { type Analytics, createAnalytics } from "../analytics/create-analytics.js";
import type { Files } from "../files/create-files.js";
import type { Uploads } from "../files/create-uploads.js";
import type { Bus } from "../platform/bus.js";
import type { Clock } from "../platform/clock.js";
import type { Config } from "../platform/config.js";
import type { Database } from "../platform/database.js";
import { type Engine, listEngines } from "../platform/engines.js";
import type { Keys } from "../platform/keys.js";
import type { Lists } from "../platform/lists/lists.js";
import type { Live } from "../platform/live.js";
import type { Logger } from "../platform/logger.js";
import type { Metrics } from "../platform/metrics.js";
import { createQuotes, type Quotes } from "../quotes/create-quotes.js";
import { createTelemetry, type Telemetry } from "../telemetry/create-telemetry.js";
import { createTwins, type Twins } from "../twins/create-twins.js";
import { createVoice, type Voice } from "../voice/create-voice.js";
import type { Transcriber } from "../voice/transcriber.js";
import { textDomains } from "./text-domains.js";

interface Deps extends Files, Uploads {
  readonly config: Config;
  readonly database: Database;
  readonly bus: Bus;
  readonly live: Live;
  readonly lists: Lists;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** In place of those that the settings name. */
  readonly providers?: readonly Provider[] | undefined;
  readonly transcribers?: readonly Transcriber[] | undefined;
}

export interface Domains extends Ai, Quotes, Voice, Twins, Telemetry, Analytics {
  readonly engines: readonly Engine[];
}

/**
 * What Atrium does for its users, each domain over those before it. What has to be stopped is added to `closers`. From
 * `follow` on, this process does their background work.
 */
export const createDomains = async (
  deps: Deps,
  closers: (() => Promise<unknown>)[],
): Promise<{ domains: Domains; follow(): void }> => {
  const { config, database, clock } = deps;
  const { default: defaultName, embeddingModel } = config.ai;
  const providers = deps.providers ?? (await configuredProviders(config.ai, clock));
  const { ai, ...pipeline } = await createAi(providers, {
    ...{ ...deps, defaultName, embeddingModel },
    ...textDomains(database),
  });
  await pipeline.start();
  closers.push(() => pipeline.stop());
  const { quotes, searchEngine, ...indexing } = await createQuotes({
    ...deps,
    ai,
    maxVectorBytes: config.vectors.maxBytes,
  });
  closers.push(() => indexing.stop());
  const voice = await createVoice({ ...deps, ...quotes, ...ai });
  const twins = createTwins(deps);
  const { telemetry, ...measuring } = createTelemetry(deps);
  measuring.start();
  closers.push(() => measuring.stop());
  const { analytics, ...analysing } = createAnalytics({ ...deps, ...telemetry });
  closers.push(() => analysing.stop());
  const engines = listEngines(config, {
    provider: ai.generations.defaultProvider.name,
    transcriber: voice.transcribers[0]?.name,
    vectorIndex: searchEngine,
  });
  return {
    domains: { ...ai, ...quotes, ...voice, ...twins, ...telemetry, ...analytics, engines },
    follow: () => {
      indexing.follow();
      measuring.follow();
      analysing.follow();
    },
  };
};
