import { AzureChatOpenAICompletions } from "@langchain/openai";
import type { Provider } from "#src/ai/provider.js";
import { langChainProvider, type VendorOptions } from "./langchain-provider.js";
import { CountedAzureEmbeddings } from "./openai-embeddings.js";
import { openAiCall, openAiClient, openAiEmbeddings, openAiModel } from "./openai-request.js";
import { toLangChainMessages } from "./to-langchain-messages.js";

export interface AzureOpenAiOptions extends VendorOptions {
  /** Of the resource, such as `https://example.openai.azure.com`. */
  readonly endpoint: string;
  /** Such as `2024-10-21`. */
  readonly apiVersion: string;
  /** Deployment of each model that is not deployed under its own name. */
  readonly deployments?: Readonly<Record<string, string>>;
}

/** OpenAI's models on Azure. @throws ProviderError, from `generate` and `embed` */
export function azureOpenAiProvider(options: AzureOpenAiOptions): Provider {
  const deployments = new Map(Object.entries(options.deployments ?? {}));
  const endpoint = `${options.endpoint.replace(/\/+$/, "")}/openai`;
  // The path is always given whole: LangChain takes what is missing from the environment, and its embeddings know no
  // endpoint. The deployment becomes a part of that path as it is.
  const resource = (model: string) => ({
    azureOpenAIApiKey: options.apiKey,
    azureOpenAIApiVersion: options.apiVersion,
    azureOpenAIBasePath: `${endpoint}/deployments`,
    azureOpenAIApiDeploymentName: encodeURIComponent(deployments.get(model) ?? model),
  });
  return langChainProvider(
    {
      name: "azure",
      stream(request, fetch) {
        const fields = { ...openAiModel(request), ...resource(request.model), configuration: openAiClient(fetch) };
        const model = new AzureChatOpenAICompletions(fields);
        return model._streamChatModelEvents(toLangChainMessages(request.messages), openAiCall(request));
      },
      embed({ model, texts }, fetch) {
        const fields = { ...openAiEmbeddings, ...resource(model), model, configuration: openAiClient(fetch) };
        return new CountedAzureEmbeddings(fields).embed(texts);
      },
      modelList: {
        url: `${endpoint}/models?api-version=${encodeURIComponent(options.apiVersion)}`,
        headers: { "api-key": options.apiKey },
      },
    },
    options,
  );
}
