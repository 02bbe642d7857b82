import type { ChatOpenAICompletionsCallOptions } from "@langchain/openai";
import type { GenerateRequest } from "#src/ai/provider.js";
import { isStrictSchema } from "./schema-dialects.js";
import { toLangChainTools } from "./to-langchain-messages.js";
import { longestTimer, type Wire } from "./wire.js";

/** The client's settings, with everything that it would otherwise take from the environment. */
export const openAiClient = (fetch: Wire["fetch"]) =>
  ({ fetch, organization: null, project: null, adminAPIKey: null, webhookSecret: null, logLevel: "off" }) as const;

export const openAiModel = ({ model, temperature, maxTokens }: GenerateRequest) => ({
  model,
  temperature,
  maxTokens,
  streamUsage: true,
  maxRetries: 0,
  timeout: longestTimer,
});

export const openAiEmbeddings = {
  // Servers that only speak OpenAI's protocol often do not know its base64 form, which is the client's default.
  encodingFormat: "float",
  stripNewLines: false,
  batchSize: 512,
  maxRetries: 0,
  timeout: longestTimer,
} as const;

export function openAiCall({ seed, tools, toolChoice, schema }: GenerateRequest) {
  const options: Partial<ChatOpenAICompletionsCallOptions> = { seed };
  if (tools?.length) options.tools = toLangChainTools(tools);
  if (tools?.length && toolChoice === "required") options.tool_choice = "required";
  if (schema) {
    const name = schema.name.replace(/[^\w-]/g, "_").slice(0, 64);
    const strict = isStrictSchema(schema.schema);
    options.response_format = { type: "json_schema", json_schema: { name, schema: { ...schema.schema }, strict } };
  }
  return options as ChatOpenAICompletionsCallOptions;
}
