import { randomUUID } from "node:crypto";
import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import { z } from "zod";
import {
  type FinishReason,
  type GenerateChunk,
  type GenerateRequest,
  ProviderError,
  type ToolCall,
} from "#src/ai/provider.js";
import { believedUsage } from "./believed-usage.js";

type Finish = Extract<ChatModelStreamEvent, { event: "message-finish" }>;
type Block = Extract<ChatModelStreamEvent, { event: "content-block-finish" }>["content"];

/** Of what a vendor puts around a text or a call, and counts. */
const formBytes = 64;

/** One answer while it comes in: what the contract promises at its end is collected and checked here. */
export class Answer {
  /** True once anything of the answer has come. */
  begun = false;
  private text = "";
  private model: string;
  private finish: Finish | undefined;
  private readonly calls: ToolCall[] = [];
  /** Of all that a vendor counts as said. */
  private bytes = formBytes;
  private readonly maxTokens: number | undefined;
  private readonly schema: z.ZodType | undefined;

  /** @throws when the asked schema is not JSON Schema, or uses a part of it that cannot be checked. */
  constructor(
    private readonly provider: string,
    request: GenerateRequest,
  ) {
    this.model = request.model;
    this.maxTokens = request.maxTokens;
    this.schema = request.schema && z.fromJSONSchema(request.schema.schema);
  }

  /** Takes one event and gives the text that it adds: undefined when it is not a token, "" for a token without text. */
  take(event: ChatModelStreamEvent): string | undefined {
    if (event.event === "message-finish") {
      this.finish = event;
      return undefined;
    }
    this.begun = true;
    if (event.event === "provider") this.model = modelIn(event.payload) ?? this.model;
    if (event.event === "content-block-finish") this.takeBlock(event.content);
    if (event.event !== "content-block-delta") return undefined;
    const { delta } = event;
    if (delta.type === "reasoning-delta") this.bytes += Buffer.byteLength(delta.reasoning);
    const text = delta.type === "text-delta" ? delta.text : "";
    this.bytes += Buffer.byteLength(text);
    this.text += text;
    return text;
  }

  /** What is left to yield when the stream is over. */
  *end(sentBytes: number): Generator<GenerateChunk> {
    const reason = this.finish?.reason;
    if (!reason) throw this.fault(this.begun ? "cut" : "invalid_answer");
    // A filter may leave nothing; its finish reason is the answer then.
    if (this.text === "" && this.calls.length === 0 && reason !== "content_filter") throw this.fault("invalid_answer");
    if (this.schema) this.checkJson(this.schema);
    for (const call of this.calls) yield { type: "toolCall", call };
    yield { type: "end", finishReason: this.finishReason(reason), model: this.model, usage: this.usage(sentBytes) };
  }

  private usage(sentBytes: number) {
    const { input_tokens: input, output_tokens: output, output_token_details: details } = this.finish?.usage ?? {};
    // What a filter has withheld was counted all the same.
    const receivedBytes = this.finish?.reason === "content_filter" ? Number.MAX_SAFE_INTEGER : this.bytes;
    const sizes = { sentBytes, receivedBytes, maxTokens: this.maxTokens };
    // The client makes a zero of what is missing.
    const told = output === 0 && (this.text !== "" || this.calls.length > 0) ? undefined : output;
    return believedUsage({ input, output: told, hidden: details?.reasoning }, sizes);
  }

  private takeBlock(block: Block) {
    const { type, id, name, args } = block as { type: string; id?: unknown; name?: unknown; args?: unknown };
    if (type !== "tool_call" && type !== "invalid_tool_call") return;
    // A call without arguments may come with an empty text instead of an empty object.
    const parsed = type === "invalid_tool_call" && args === "" ? {} : args;
    if (typeof name !== "string" || name === "" || !isRecord(parsed)) throw this.fault("invalid_answer");
    // Parsed arguments have lost their spaces and escapes.
    this.bytes += 2 * Buffer.byteLength(name + JSON.stringify(parsed)) + formBytes;
    this.calls.push({ id: typeof id === "string" && id !== "" ? id : randomUUID(), name, arguments: parsed });
  }

  private checkJson(schema: z.ZodType) {
    try {
      schema.parse(JSON.parse(this.text));
    } catch (cause) {
      throw this.fault("invalid_answer", cause);
    }
  }

  /** Some compatible servers say `stop` although they call a tool. */
  private finishReason(reason: NonNullable<Finish["reason"]>): FinishReason {
    if (reason === "tool_use") return "tool_calls";
    return reason === "stop" && this.calls.length > 0 ? "tool_calls" : reason;
  }

  private fault(fault: "cut" | "invalid_answer", cause?: unknown) {
    return new ProviderError(this.provider, fault, { cause });
  }
}

function modelIn(payload: unknown): string | undefined {
  return isRecord(payload) && typeof payload.model === "string" && payload.model !== "" ? payload.model : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
