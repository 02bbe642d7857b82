import type { Config } from "#src/platform/config.js";
import { offlineProvider } from "./offline/offline-provider.js";
import type { Provider } from "./provider.js";
import { anthropicProvider } from "./providers/anthropic-provider.js";
import { azureOpenAiProvider } from "./providers/azure-openai-provider.js";
import { openAiCompatibleProvider, openAiProvider } from "./providers/openai-provider.js";

/** One line a vendor: those whose settings are given, in the order of preference, and always the offline one. */
export const configuredProviders = ({ openai, azure, anthropic }: Config["ai"]): Provider[] => {
  const providers: Provider[] = [];
  if (openai.baseUrl !== undefined) providers.push(openAiCompatibleProvider({ ...openai, baseUrl: openai.baseUrl }));
  else if (openai.apiKey !== undefined) providers.push(openAiProvider({ ...openai, apiKey: openai.apiKey }));
  if (azure.apiKey !== undefined && azure.endpoint !== undefined && azure.deployments !== undefined) {
    const { apiKey, endpoint, apiVersion, deployments, embeddingDeployments } = azure;
    const names = { models: deployments, embeddingModels: embeddingDeployments };
    providers.push(azureOpenAiProvider({ apiKey, endpoint, apiVersion, ...names }));
  }
  if (anthropic.apiKey !== undefined) providers.push(anthropicProvider({ ...anthropic, apiKey: anthropic.apiKey }));
  return [...providers, offlineProvider()];
};
