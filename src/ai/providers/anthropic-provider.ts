import { type ChatAnthropicCallOptions, ChatAnthropicMessages } from "@langchain/anthropic";
import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import type { GenerateRequest, Provider } from "#src/ai/provider.js";
import { langChainProvider, type VendorOptions } from "./langchain-provider.js";
import { toAnthropicSchema } from "./schema-dialects.js";
import { toLangChainMessages, toLangChainTools } from "./to-langchain-messages.js";
import { longestTimer } from "./wire.js";

export interface AnthropicOptions extends Omit<VendorOptions, "embeddingModels"> {
  /** Default `https://api.anthropic.com`. */
  readonly baseUrl?: string;
}

/** Anthropic, which has no embedding models. @throws ProviderError, from `generate` and `embed` */
export function anthropicProvider(options: AnthropicOptions): Provider {
  const { apiKey, baseUrl = "https://api.anthropic.com" } = options;
  return langChainProvider(
    {
      name: "anthropic",
      stream(request, fetch) {
        const model = new HonestAnthropic({
          model: request.model,
          // Its scale ends at 1; everyone else's, and the contract's, at 2.
          temperature: request.temperature === undefined ? undefined : Math.min(1, request.temperature),
          maxTokens: request.maxTokens,
          maxRetries: 0,
          apiKey,
          anthropicApiUrl: baseUrl,
          clientOptions: { fetch, authToken: null, webhookKey: null, logLevel: "off", timeout: longestTimer },
        });
        // Only leading system messages are instructions to every model; a later one is refused by most.
        const system = request.messages.filter(({ role }) => role === "system");
        const others = request.messages.filter(({ role }) => role !== "system");
        return model._streamChatModelEvents(toLangChainMessages([...system, ...others]), anthropicCall(request));
      },
      modelList: {
        url: `${baseUrl.replace(/\/+$/, "")}/v1/models?limit=1`,
        headers: { "x-api-key": apiKey, "anthropic-version": "2023-06-01" },
      },
    },
    options,
  );
}

function anthropicCall({ tools, toolChoice, schema }: GenerateRequest): ChatAnthropicCallOptions {
  const options: Partial<ChatAnthropicCallOptions> = {};
  // LangChain leaves such tools out without a word.
  const refused = tools?.find(
    ({ parameters }) => "anyOf" in parameters || "oneOf" in parameters || "allOf" in parameters,
  );
  if (refused) throw new Error("Anthropic takes no anyOf, oneOf or allOf at the top of a tool's parameters.");
  if (tools?.length) options.tools = toLangChainTools(tools);
  if (tools?.length && toolChoice === "required") options.tool_choice = "any";
  if (schema) {
    const format = { type: "json_schema" as const, schema: { ...toAnthropicSchema(schema.schema) } };
    options.outputConfig = { format };
  }
  return options as ChatAnthropicCallOptions;
}

type OpenStream = ChatAnthropicMessages["createStreamWithRetry"];

/**
 * LangChain adds up Anthropic's token counts, which are totals already, and calls a refusal a normal stop. The events
 * underneath are read here to tell both as they are. An instance serves one answer.
 */
class HonestAnthropic extends ChatAnthropicMessages {
  private refused = false;
  private outputTokens: number | undefined;

  protected override async createStreamWithRetry(...call: Parameters<OpenStream>) {
    const stream = await super.createStreamWithRetry(...call);
    const iterate = stream[Symbol.asyncIterator].bind(stream);
    stream[Symbol.asyncIterator] = () => this.read({ [Symbol.asyncIterator]: iterate });
    return stream;
  }

  private async *read<T extends { type: string }>(events: AsyncIterable<T>) {
    for await (const event of events) {
      if (event.type === "message_delta") {
        const { delta, usage } = event as { delta?: { stop_reason?: unknown }; usage?: { output_tokens?: number } };
        this.refused = delta?.stop_reason === "refusal";
        this.outputTokens = usage?.output_tokens ?? this.outputTokens;
      }
      yield event;
    }
  }

  override async *_streamChatModelEvents(
    ...call: Parameters<ChatAnthropicMessages["_streamChatModelEvents"]>
  ): AsyncGenerator<ChatModelStreamEvent> {
    let input_tokens: number | undefined;
    for await (const event of super._streamChatModelEvents(...call)) {
      if (event.event === "message-start") input_tokens = event.usage?.input_tokens;
      if (event.event !== "message-finish") yield event;
      else {
        const usage = { input_tokens, output_tokens: this.outputTokens };
        yield { ...event, usage, reason: this.refused ? "content_filter" : event.reason };
      }
    }
  }
}
