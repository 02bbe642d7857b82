import { createHash, randomUUID } from "node:crypto";
import { setImmediate, setTimeout } from "node:timers/promises";
import { chooseTool } from "#src/ai/offline/choose-tool.js";
import { composeQuote } from "#src/ai/offline/compose-quote.js";
import { composeReply } from "#src/ai/offline/compose-reply.js";
import { countTokens } from "#src/ai/offline/count-tokens.js";
import { describeToolResults } from "#src/ai/offline/describe-tool-results.js";
import { embedText } from "#src/ai/offline/embed-text.js";
import { generateJson } from "#src/ai/offline/generate-json.js";
import { grammarText, promptValues } from "#src/ai/offline/grammar-values.js";
import { readPrompt } from "#src/ai/offline/read-prompt.js";
import { UnsatisfiableSchema } from "#src/ai/offline/resolve-schema.js";
import { type Random, seededRandom } from "#src/ai/offline/seeded-random.js";
import {
  type Embeddings,
  type EmbedRequest,
  type FinishReason,
  type GenerateChunk,
  type GenerateRequest,
  type Provider,
  ProviderError,
  type ToolCall,
} from "#src/ai/provider.js";

interface OfflineProviderOptions {
  /** Pause between two words, so that a stream can be seen as one. */
  readonly wordDelayMs?: number;
}

const textModel = "atrium-offline-grammar-1";
const embeddingModel = "atrium-offline-hash-384";

/** Texts between two moments in which others get their turn. */
const embeddingBatch = 64;

const rejected = (reason: string) => new ProviderError("offline", "rejected", { cause: new Error(reason) });

/** The limit on tokens stays out: it cuts the answer short, it does not change it. */
function requestKey({ model, messages, tools, toolChoice, schema, seed }: GenerateRequest): string {
  const request = JSON.stringify({ model, messages, tools, toolChoice, schema, seed: seed ?? randomUUID() });
  return createHash("sha256").update(request).digest("hex");
}

function answer(request: GenerateRequest, key: string, random: Random): string | ToolCall {
  const message = request.messages.findLast(({ role }) => role === "user")?.text ?? "";
  const prompt = readPrompt(message);
  if (request.schema) {
    const values = { source: promptValues(prompt, message), random, compose: grammarText(prompt, random) };
    return JSON.stringify(generateJson(request.schema.schema, values), null, 2);
  }
  const results = describeToolResults(request.messages);
  if (results !== undefined) return results;
  if (request.tools && request.tools.length > 0) {
    const call = chooseTool(message, request.tools, request.toolChoice === "required", random, key);
    if (call) return call;
  }
  const { topic } = prompt;
  return prompt.labelled && topic !== undefined
    ? composeQuote({ ...prompt, topic }, random)
    : composeReply(message, prompt, random);
}

const inputTokens = ({ messages, tools, schema }: GenerateRequest) =>
  messages.reduce((sum, message) => sum + countTokens(message.text), 0) +
  [...(tools ?? []), ...(schema ? [schema] : [])].reduce((sum, part) => sum + countTokens(JSON.stringify(part)), 0);

async function* generate(
  request: GenerateRequest,
  wordDelayMs: number,
  signal: AbortSignal,
): AsyncGenerator<GenerateChunk> {
  signal.throwIfAborted();
  if (request.model !== textModel) throw rejected(`There is no model ${request.model}.`);
  if (request.toolChoice === "required" && !request.tools?.length) throw rejected("There is no tool to choose.");
  if (request.schema && request.tools && request.tools.length > 0)
    throw rejected("A schema and tools exclude each other.");

  const key = requestKey(request);
  let said: string | ToolCall;
  try {
    said = answer(request, key, seededRandom(key));
  } catch (cause) {
    if (cause instanceof UnsatisfiableSchema) throw new ProviderError("offline", "rejected", { cause });
    throw cause;
  }

  let finishReason: FinishReason = "stop";
  let outputTokens = 0;
  if (typeof said === "string") {
    for (const word of said.match(/\s*\S+/gu) ?? []) {
      const tokens = countTokens(word);
      if (outputTokens + tokens > (request.maxTokens ?? Number.POSITIVE_INFINITY)) {
        finishReason = "length";
        break;
      }
      // The timer's own rejection is an AbortError around the reason; the contract is the reason itself.
      if (wordDelayMs > 0 && outputTokens > 0)
        await setTimeout(wordDelayMs, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
      outputTokens += tokens;
      yield { type: "text", text: word };
    }
  } else {
    finishReason = "tool_calls";
    outputTokens = countTokens(`${said.name} ${JSON.stringify(said.arguments)}`);
    yield { type: "toolCall", call: said };
  }
  signal.throwIfAborted();
  yield { type: "end", finishReason, model: textModel, usage: { inputTokens: inputTokens(request), outputTokens } };
}

async function embed({ model, texts }: EmbedRequest, signal: AbortSignal): Promise<Embeddings> {
  signal.throwIfAborted();
  if (model !== embeddingModel) throw rejected(`There is no model ${model}.`);
  const vectors: number[][] = [];
  for (const text of texts) {
    if (vectors.length % embeddingBatch === embeddingBatch - 1) {
      await setImmediate();
      signal.throwIfAborted();
    }
    vectors.push(embedText(text));
  }
  const inputTokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return { vectors, model, usage: { inputTokens, outputTokens: 0 } };
}

/**
 * Makes Atrium usable without a key and without a network: a seeded grammar for text, rules for tools and schemas, hashed
 * features for embeddings. It says so wherever it is asked, and never passes for a model.
 */
export const offlineProvider = ({ wordDelayMs = 15 }: OfflineProviderOptions = {}): Provider => ({
  name: "offline",
  offline: true,
  models: [textModel],
  embeddingModels: [embeddingModel],
  generate: (request, signal) => generate(request, wordDelayMs, signal),
  embed,
});
