import { DomainError } from "#src/platform/errors.js";
import type { Visibility } from "#src/platform/owned-row.js";
import type { Routing } from "./routing.js";

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
  /** Left out to go past the cache. */
  readonly cache?: CacheUse;
  /** Asked when all who were meant to answer have failed: an answer from before, as it is to be told; nothing without one. */
  readonly answerFromBefore?: () => Promise<Iterable<GenerateChunk> | undefined>;
}

/** How a request takes part in the cache. */
export interface CacheUse {
  /** `REFRESH` takes nothing from it. */
  readonly mode: "USE" | "REFRESH";
  /** What the text is for: it is kept as its purpose has it, which may take quotation marks off. */
  readonly purpose: string;
  readonly scope: CacheScope;
}

/** For whom an answer is, and who will see it then. */
export interface CacheScope {
  readonly workspaceId: string;
  readonly userId: string;
  readonly visibility: Visibility;
}

/** An answer of the cache, and whence it is. */
export interface CacheHit extends Upstream {
  readonly kind: "EXACT" | "SIMILAR";
  /** The generation that was given this text. */
  readonly generationId: string;
  /** Cosine of the two prompts, 0 to 1; 1 for the same one. */
  readonly similarity: number;
  /** True for one that is given only because nobody else answers: it was kept longer than answers are good for. */
  readonly isStale: boolean;
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

/**
 * How a request upstream ended: `ok`, or why its answer is not whole. `stopped` when who asked wanted no more of it, `lost`
 * when the process ended in its middle, `cached` when no request was needed.
 */
export type AttemptOutcome = "ok" | "length" | "content_filter" | "stopped" | "lost" | "cached" | UpstreamFault;

/** One request to a provider, when it is over. */
export interface Attempt extends Upstream {
  /** The model as it was asked for: vendors name a dated version of it in their answers. */
  readonly askedModel: string;
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
  /** Which model is asked, and why: before its answer begins, and each time that another one is asked instead. */
  | { readonly type: "routed"; readonly routing: Routing }
  /** What follows is of the cache: before the text, which comes in one piece and needs no filter any more. */
  | { readonly type: "hit"; readonly hit: CacheHit }
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
  /** Null when the provider did not report it; never guessed. */
  readonly usage: Usage | null;
  /** The requests upstream that it took, when a wrapper has watched them. */
  readonly attempts?: readonly Attempt[];
}

/** A model of a provider that may answer a request. */
export interface Candidate {
  readonly provider: Provider;
  readonly model: string;
  /** How much of the load it is meant to get beside one of the same score; 1 when left out. */
  readonly weight?: number;
}

/** One vendor of models behind one contract. Wrappers (retry, cache, route) are again providers. */
export interface Provider {
  /** Stable name in the API and in records: `openai`, `azure`, `anthropic`, `compatible`, `offline`, or as the settings call a server. */
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
  /** Of a provider that answers for others: which of their models may answer a request for `model`. */
  candidates?(model: string): readonly Candidate[];
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
  | "rejected"
  /** Nothing was asked: the provider has failed too often, and is left alone for a while. */
  | "circuit_open";

/** What can go wrong with a request that went upstream. */
export type UpstreamFault = Exclude<ProviderFault, "circuit_open">;

const permanent: ReadonlySet<ProviderFault> = new Set(["credentials", "rejected"]);

const explanations: Readonly<Record<ProviderFault, string>> = {
  timeout: "did not answer in time",
  rate_limited: "asked to slow down",
  unavailable: "could not be reached or failed",
  cut: "stopped in the middle of its answer",
  invalid_answer: "gave an answer that could not be read",
  credentials: "refused the configured credentials",
  rejected: "refused the request",
  circuit_open: "has failed too often and is left alone for a while",
};

/** A provider's failure, without anything that the provider itself said: that is in `cause`. */
export class ProviderError extends DomainError {
  /** Vendors repeat prompts, and parts of keys, in their errors: no log tells them. */
  readonly isCauseForeign = true;
  /** The HTTP status, where the request was refused by one. */
  readonly status: number | undefined;

  constructor(
    readonly provider: string,
    readonly fault: ProviderFault,
    options: ErrorOptions & { retryAfterMs?: number; status?: number } = {},
  ) {
    super(
      "PROVIDER_UNAVAILABLE",
      `The provider ${provider} ${explanations[fault]}.`,
      options.retryAfterMs === undefined ? {} : { retryAfter: Math.ceil(options.retryAfterMs / 1000) },
      { cause: options.cause, transient: !permanent.has(fault) },
    );
    this.name = "ProviderError";
    this.status = options.status;
  }
}
