import { AzureChatOpenAICompletions, AzureOpenAIEmbeddings } from "@langchain/openai";
import type { Provider } from "#src/ai/provider.js";
import { langChainProvider, type VendorOptions } from "./langchain-provider.js";
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
  // The path is always given whole: LangChain takes what is missing from the environment, and its embeddings know no
  // endpoint. The deployment becomes a part of that path as it is.
  const resource = (model: string) => ({
    azureOpenAIApiKey: options.apiKey,
    azureOpenAIApiVersion: options.apiVersion,
    azureOpenAIBasePath: `${options.endpoint.replace(/\/+$/, "")}/openai/deployments`,
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
        return new AzureOpenAIEmbeddings(fields).embedDocuments([...texts]);
      },
    },
    options,
  );
}
