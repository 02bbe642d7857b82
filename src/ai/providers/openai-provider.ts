import { ChatOpenAICompletions } from "@langchain/openai";
import type { Provider } from "#src/ai/provider.js";
import { langChainProvider, type VendorOptions } from "./langchain-provider.js";
import { CountedOpenAiEmbeddings } from "./openai-embeddings.js";
import { openAiCall, openAiClient, openAiEmbeddings, openAiModel } from "./openai-request.js";
import { toLangChainMessages } from "./to-langchain-messages.js";

export interface OpenAiOptions extends VendorOptions {
  /** Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string;
}

export interface OpenAiCompatibleOptions extends Omit<VendorOptions, "apiKey"> {
  /** Tells several servers apart. Default `compatible`. */
  readonly name?: string;
  /** Local servers often want none. */
  readonly apiKey?: string;
  /** With its version, such as `http://localhost:11434/v1`. */
  readonly baseUrl: string;
}

/** OpenAI. @throws ProviderError, from `generate` and `embed` */
export const openAiProvider = (options: OpenAiOptions): Provider =>
  chatCompletionsProvider({ ...options, name: "openai", baseUrl: options.baseUrl ?? "https://api.openai.com/v1" });

/** Any server that speaks OpenAI's Chat Completions: vLLM, Ollama, llama.cpp. @throws ProviderError, likewise */
export const openAiCompatibleProvider = (options: OpenAiCompatibleOptions): Provider =>
  // The client refuses to work without a key, and a server that wants none does not look at it.
  chatCompletionsProvider({ name: "compatible", ...options, apiKey: options.apiKey || "none", listsModels: false });

interface ChatCompletionsOptions extends VendorOptions {
  readonly name: string;
  readonly baseUrl: string;
  /** False for servers that may not have a list of their models. */
  readonly listsModels?: boolean;
}

function chatCompletionsProvider(options: ChatCompletionsOptions): Provider {
  const { name, apiKey, baseUrl, listsModels = true } = options;
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
        return new CountedOpenAiEmbeddings({ ...openAiEmbeddings, model, apiKey, configuration }).embed(texts);
      },
      modelList: {
        url: `${baseUrl.replace(/\/+$/, "")}/models`,
        headers: { authorization: `Bearer ${apiKey}` },
        isOptional: !listsModels,
      },
    },
    options,
  );
}
