import { anthropicProvider } from "#src/ai/providers/anthropic-provider.js";
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

/** Anthropic's Messages. */
export const startAnthropicStub = () => startWireStub(anthropicProtocol);

export const anthropicVendor: StubbedVendor = {
  name: "anthropic",
  startStub: startAnthropicStub,
  open: (url, timeouts, clock) => anthropicProvider({ apiKey, baseUrl: url, models: ["model-a"], timeouts, clock }),
};

const anthropicProtocol: Protocol = {
  purpose: (path) => ({ "/v1/messages": "generate", "/v1/models": "list" })[path] as "generate" | "list" | undefined,

  frames(reply, { body }) {
    const usage = usageOf(reply);
    const tokens = tokensOf(textOf(reply));
    const calls = reply.kind === "toolCall" ? reply.calls : [];
    const message = {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: `${body.model}-2026`,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      // The count at the start is of the first token only; the one at the end is the total.
      ...(usage && { usage: { input_tokens: usage.inputTokens, output_tokens: 1 } }),
    };
    const end = { stop_reason: stopReason(reply), stop_sequence: null };
    return [
      event("message_start", { message }),
      event("ping", {}),
      ...(tokens.length > 0 ? textBlock(tokens) : []),
      ...calls.flatMap((call, index) => toolBlock(call, index + (tokens.length > 0 ? 1 : 0))),
      event("message_delta", { delta: end, ...(usage && { usage: { output_tokens: usage.outputTokens } }) }),
      event("message_stop", {}),
    ];
  },

  embeddings: () => ({}),

  errorFrame: (error) => event("error", { error }).data,
};

const textBlock = (tokens: readonly string[]): Frame[] => [
  event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
  ...tokens.map((text) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }, true)),
  event("content_block_stop", { index: 0 }),
];

const toolBlock = ({ id, name, arguments: args }: { id: string; name: string; arguments: unknown }, index: number) => [
  event("content_block_start", { index, content_block: { type: "tool_use", id, name, input: {} } }),
  ...piecesOf(argumentsOf(args)).map((partial_json) =>
    event("content_block_delta", { index, delta: { type: "input_json_delta", partial_json } }, true),
  ),
  event("content_block_stop", { index }),
];

const stopReasons = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use", content_filter: "refusal" };

const stopReason = (reply: Answer) =>
  reply.kind === "toolCall" ? "tool_use" : stopReasons[(reply.kind === "text" && reply.finishReason) || "stop"];

const event = (type: string, data: object, isToken = false): Frame => ({
  data: `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`,
  isToken,
});
