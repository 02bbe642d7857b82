import { ChatOpenAICompletions, OpenAIEmbeddings } from "@langchain/openai";
import type { Provider } from "#src/ai/provider.js";
import { langChainProvider, type VendorOptions } from "./langchain-provider.js";
import { openAiCall, openAiClient, openAiEmbeddings, openAiModel } from "./openai-request.js";
import { toLangChainMessages } from "./to-langchain-messages.js";

export interface OpenAiOptions extends VendorOptions {
  /** Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string;
}

export interface OpenAiCompatibleOptions extends Omit<VendorOptions, "apiKey"> {
  /** Local servers often want none. */
  readonly apiKey?: string;
  /** With its version, such as `http://localhost:11434/v1`. */
  readonly baseUrl: string;
}

/** OpenAI. @throws ProviderError, from `generate` and `embed` */
export const openAiProvider = (options: OpenAiOptions): Provider =>
  chatCompletionsProvider("openai", { ...options, baseUrl: options.baseUrl ?? "https://api.openai.com/v1" });

/** Any server that speaks OpenAI's Chat Completions: vLLM, Ollama, llama.cpp. @throws ProviderError, likewise */
export const openAiCompatibleProvider = (options: OpenAiCompatibleOptions): Provider =>
  // The client refuses to work without a key, and a server that wants none does not look at it.
  chatCompletionsProvider("compatible", { ...options, apiKey: options.apiKey || "none" });

function chatCompletionsProvider(name: string, options: OpenAiOptions & { readonly baseUrl: string }): Provider {
  const { apiKey, baseUrl } = options;
  return langChainProvider(
    {
      name,
      stream(request, fetch) {
        const configuration = { ...openAiClient(fetch), baseURL: baseUrl };
        const model = new ChatOpenAICompletions({ ...openAiModel(request), apiKey, configuration });
        return model._streamChatModelEvents(toLangChainMessages(request.messages), openAiCall(request));
      },
      embed({ model, texts }, fetch) {
        const configuration = { ...openAiClient(fetch), baseURL: baseUrl };
        return new OpenAIEmbeddings({ ...openAiEmbeddings, model, apiKey, configuration }).embedDocuments([...texts]);
      },
    },
    options,
  );
}
