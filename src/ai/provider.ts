import { DomainError } from "#src/platform/errors.js";

/** A JSON Schema (draft 2020-12 subset: object, array, string, number, integer, boolean, enum, required, bounds). */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export type Message =
  | { readonly role: "system" | "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: "tool"; readonly text: string; readonly toolCallId: string };

export interface Tool {
  /** Letters, digits, `_` and `-`; at most 64. */
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

export interface GenerateRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  /** Sampling temperature, 0 to 2. */
  readonly temperature?: number;
  /** Upper bound of the answer in tokens. */
  readonly maxTokens?: number;
  /** Same seed, same request, same answer, where the provider can (the offline one always does). */
  readonly seed?: number;
  readonly tools?: readonly Tool[];
  /** `required` makes the model call one of `tools`. Default `auto`. */
  readonly toolChoice?: "auto" | "required";
  /** The answer is JSON text that fits this schema. Not together with `tools`. */
  readonly schema?: { readonly name: string; readonly schema: JsonSchema };
  /** Asked before each request that goes upstream, of which a generation may need several. What it throws ends the generation. */
  readonly admit?: (upstream: Upstream) => Promise<void>;
}

/** A provider's model. */
export interface Upstream {
  readonly provider: string;
  readonly model: string;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** How a request upstream ended: `ok`, or why its answer is not whole. `stopped` when who asked wanted no more of it. */
export type AttemptOutcome = "ok" | "length" | "content_filter" | "stopped" | ProviderFault;

/** One request to a provider, when it is over. */
export interface Attempt extends Upstream {
  readonly operation: "chat" | "embeddings";
  readonly outcome: AttemptOutcome;
  readonly startedAt: Date;
  /** Milliseconds to its end. */
  readonly latencyMs: number;
  /** Milliseconds to its first piece of text; null when none came. */
  readonly firstTokenMs: number | null;
  readonly usage: Usage | null;
  /** True when the provider did not report the usage, and it was counted here instead: an answer was cut after it began. */
  readonly isEstimated: boolean;
  /** Micro-dollars; null when the model's price, or the usage, is not known. */
  readonly costMicros: number | null;
  /** Share of the provider's own rate limit that was left then, 0 to 1; null when it did not say. */
  readonly headroom: number | null;
}

/**
 * What a generation yields: any number of `text` (never empty), then each `toolCall`, then exactly one `end`.
 * A stream that stops without `end` was cut; a provider throws `ProviderError("cut")` then, it never ends silently short.
 * Wrappers tell beside that what they did; who only wants the answer passes over it.
 */
export type GenerateChunk =
  | { readonly type: "text"; readonly text: string }
  /** A request upstream is over: before the `end`, or before the error that is thrown. */
  | { readonly type: "attempt"; readonly attempt: Attempt }
  | { readonly type: "toolCall"; readonly call: ToolCall }
  | {
      readonly type: "end";
      readonly finishReason: FinishReason;
      /** The model that answered, as the provider names it. */
      readonly model: string;
      /** Null when the provider did not report it; never guessed. */
      readonly usage: Usage | null;
    };

export interface EmbedRequest {
  readonly model: string;
  /** At least one text. */
  readonly texts: readonly string[];
}

export interface Embeddings {
  /** One vector a text, in their order; all of the same length. */
  readonly vectors: readonly (readonly number[])[];
  readonly model: string;
  /** The requests upstream that it took, when a wrapper has watched them. */
  readonly attempts?: readonly Attempt[];
}

/** One vendor of models behind one contract. Wrappers (retry, cache, route) are again providers. */
export interface Provider {
  /** Stable name in the API and in records: `openai`, `azure`, `anthropic`, `compatible`, `offline`. */
  readonly name: string;
  /** True when answers come from this machine without any model: the API and the page say so. */
  readonly offline: boolean;
  /** Text models, the default first. Never empty. */
  readonly models: readonly string[];
  /** Embedding models, the default first. Empty when the vendor has none. */
  readonly embeddingModels: readonly string[];
  /** Aborting `signal` closes the upstream connection and throws the signal's reason. */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<GenerateChunk>;
  embed(request: EmbedRequest, signal: AbortSignal): Promise<Embeddings>;
  /** Share of the vendor's rate limit that is left, 0 to 1, as its last answer said; null when it has not said. */
  headroom?(): number | null;
  /** Asks the vendor for a sign of life, without cost. Rejects with a `ProviderError`. Left out where there is nothing to ask. */
  probe?(signal: AbortSignal): Promise<void>;
}

export type ProviderFault =
  /** No answer, no first token or no further token in time. */
  | "timeout"
  /** 429 or 529. */
  | "rate_limited"
  /** 5xx, refused or reset connection. */
  | "unavailable"
  /** The stream ended before its end was told. */
  | "cut"
  /** Something came that is not the provider's protocol, an empty answer, or JSON that does not fit the asked schema. */
  | "invalid_answer"
  /** The key is wrong or may not use this model (401, 403). */
  | "credentials"
  /** The request itself was refused (other 4xx), or the provider cannot do what was asked. */
  | "rejected";

const permanent: ReadonlySet<ProviderFault> = new Set(["credentials", "rejected"]);

const explanations: Readonly<Record<ProviderFault, string>> = {
  timeout: "did not answer in time",
  rate_limited: "asked to slow down",
  unavailable: "could not be reached or failed",
  cut: "stopped in the middle of its answer",
  invalid_answer: "gave an answer that could not be read",
  credentials: "refused the configured credentials",
  rejected: "refused the request",
};

/** A provider's failure, without anything that the provider itself said: that is in `cause`. */
export class ProviderError extends DomainError {
  /** Vendors repeat prompts, and parts of keys, in their errors: no log tells them. */
  readonly isCauseForeign = true;

  constructor(
    readonly provider: string,
    readonly fault: ProviderFault,
    options: ErrorOptions & { retryAfterMs?: number } = {},
  ) {
    super(
      "PROVIDER_UNAVAILABLE",
      `The provider ${provider} ${explanations[fault]}.`,
      options.retryAfterMs === undefined ? {} : { retryAfter: Math.ceil(options.retryAfterMs / 1000) },
      { cause: options.cause, transient: !permanent.has(fault) },
    );
    this.name = "ProviderError";
  }
}
