import { azureOpenAiProvider } from "#src/ai/providers/azure-openai-provider.js";
import { openAiCompatibleProvider, openAiProvider } from "#src/ai/providers/openai-provider.js";
import {
  type Answer,
  stubKey as apiKey,
  argumentsOf,
  type Frame,
  type Protocol,
  piecesOf,
  type StubbedVendor,
  startWireStub,
  textOf,
  tokensOf,
  usageOf,
} from "./wire-stub.js";

/** OpenAI's Chat Completions and embeddings, under `/v1` and under Azure's deployment paths. */
export const startOpenAiStub = () => startWireStub(openAiProtocol);

const models = ["model-a"];
const embeddingModels = ["embedding-a"];

/** The vendors that this stub can stand for. Azure has `model-a` under the name of a deployment, `our-chat`. */
export const openAiVendors: readonly StubbedVendor[] = [
  {
    name: "openai",
    startStub: startOpenAiStub,
    open: (url, timeouts, clock) =>
      openAiProvider({ apiKey, baseUrl: `${url}/v1`, models, embeddingModels, timeouts, clock }),
  },
  {
    name: "azure",
    startStub: startOpenAiStub,
    open(url, timeouts, clock) {
      const azure = { endpoint: `${url}/`, apiVersion: "2024-10-21", deployments: { "model-a": "our-chat" } };
      return azureOpenAiProvider({ ...azure, apiKey, models, embeddingModels, timeouts, clock });
    },
  },
  {
    name: "compatible",
    startStub: startOpenAiStub,
    open: (url, timeouts, clock) =>
      openAiCompatibleProvider({ baseUrl: `${url}/v1`, models, embeddingModels, timeouts, clock }),
  },
];

const azurePath = /^\/openai\/deployments\/([^/]+)\//;

const openAiProtocol: Protocol = {
  purpose(path) {
    if (path === "/v1/models" || path === "/openai/models") return "list";
    const operation = path.replace(/^\/v1\//, "").replace(azurePath, "");
    if (operation === "chat/completions") return "generate";
    return operation === "embeddings" ? "embed" : undefined;
  },

  frames(reply, { path, body }) {
    const usage = usageOf(reply);
    const frames: Frame[] = [
      frame(body.model, { role: "assistant", content: "" }),
      ...tokensOf(textOf(reply)).map((content) => frame(body.model, { content }, null, true)),
      ...(reply.kind === "toolCall" ? reply.calls.flatMap((call, index) => callFrames(body.model, call, index)) : []),
      frame(body.model, {}, finishReason(reply)),
    ];
    if (azurePath.test(path)) frames.unshift(event({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }));
    if (usage && body.stream_options?.include_usage) {
      const { inputTokens: prompt_tokens, outputTokens: completion_tokens, hiddenTokens: reasoning_tokens } = usage;
      const total_tokens = Number(prompt_tokens) + Number(completion_tokens);
      const details = reasoning_tokens === undefined ? {} : { completion_tokens_details: { reasoning_tokens } };
      const told = { prompt_tokens, completion_tokens, total_tokens, ...details };
      frames.push(event({ ...head(body.model), choices: [], usage: told }));
    }
    return [...frames, { data: "data: [DONE]\n\n" }];
  },

  embeddings: (vectors, { body }, usage = { inputTokens: vectors.length }) => ({
    object: "list",
    model: body.model,
    data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
    ...(usage && { usage: { prompt_tokens: usage.inputTokens, total_tokens: usage.inputTokens } }),
  }),

  errorFrame: (error) => event({ error }).data,
};

function callFrames(model: string, call: { id: string; name: string; arguments: unknown }, index: number): Frame[] {
  const start = { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } };
  return [
    frame(model, { tool_calls: [start] }, null, true),
    ...piecesOf(argumentsOf(call.arguments)).map((piece) =>
      frame(model, { tool_calls: [{ index, function: { arguments: piece } }] }, null, true),
    ),
  ];
}

const finishReason = (reply: Answer) =>
  reply.kind === "text" ? (reply.finishReason ?? "stop") : reply.kind === "toolCall" ? "tool_calls" : "stop";

/** A stub names the model that answers apart from the one that was asked, as vendors do with dated versions. */
const head = (model: string) => ({ id: "chatcmpl-1", object: "chat.completion.chunk", model: `${model}-2026` });

const frame = (model: string, delta: object, finish_reason: string | null = null, isToken = false): Frame => ({
  ...event({ ...head(model), choices: [{ index: 0, delta, finish_reason }] }),
  isToken,
});

const event = (data: object): Frame => ({ data: `data: ${JSON.stringify(data)}\n\n` });
