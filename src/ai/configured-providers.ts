import { type Clock, systemClock } from "#src/platform/clock.js";
import type { Config } from "#src/platform/config.js";
import { offlineProvider } from "./offline/offline-provider.js";
import type { Provider } from "./provider.js";

/**
 * One line a vendor: those whose settings are given, in the order of preference, and always the offline one. The packages
 * of the others are never loaded: they take more memory than the rest of the process.
 */
export const configuredProviders = async (
  { openai, servers, azure, anthropic, timeouts }: Config["ai"],
  clock: Clock = systemClock,
): Promise<Provider[]> => {
  const providers: Provider[] = [];
  const common = { timeouts, clock };
  if (openai.baseUrl !== undefined) {
    const { openAiCompatibleProvider } = await import("./providers/openai-provider.js");
    providers.push(openAiCompatibleProvider({ ...openai, baseUrl: openai.baseUrl, ...common }));
  } else if (openai.apiKey !== undefined) {
    const { openAiProvider } = await import("./providers/openai-provider.js");
    providers.push(openAiProvider({ ...openai, apiKey: openai.apiKey, ...common }));
  }
  if (azure.apiKey !== undefined && azure.endpoint !== undefined && azure.deployments !== undefined) {
    const { azureOpenAiProvider } = await import("./providers/azure-openai-provider.js");
    const { apiKey, endpoint, apiVersion, deployments, embeddingDeployments } = azure;
    const names = { models: deployments, embeddingModels: embeddingDeployments };
    providers.push(azureOpenAiProvider({ apiKey, endpoint, apiVersion, ...names, ...common }));
  }
  if (anthropic.apiKey !== undefined) {
    const { anthropicProvider } = await import("./providers/anthropic-provider.js");
    providers.push(anthropicProvider({ ...anthropic, apiKey: anthropic.apiKey, ...common }));
  }
  if (servers.length > 0) {
    const { openAiCompatibleProvider } = await import("./providers/openai-provider.js");
    providers.push(...servers.map((server) => openAiCompatibleProvider({ ...server, ...common })));
  }
  return [...providers, offlineProvider()];
};
