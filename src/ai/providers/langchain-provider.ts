import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import {
  type Embeddings,
  type EmbedRequest,
  type GenerateChunk,
  type GenerateRequest,
  type Provider,
  ProviderError,
} from "#src/ai/provider.js";
import { type Clock, systemClock } from "#src/platform/clock.js";
import { Answer } from "./answer.js";
import { believedUsage } from "./believed-usage.js";
import { Headroom } from "./headroom.js";
import { toProviderError } from "./to-provider-error.js";
import { Wire } from "./wire.js";

export interface Timeouts {
  /** Milliseconds to the first token, or to the whole answer of an embedding. Default 30000, at most 300000. */
  readonly firstTokenMs?: number;
  /** Milliseconds between two tokens. Default 30000, at most 300000. */
  readonly idleMs?: number;
}

/** What the factories of all vendors take. */
export interface VendorOptions {
  readonly apiKey: string;
  /** The default first. */
  readonly models: readonly string[];
  /** The default first. */
  readonly embeddingModels?: readonly string[];
  readonly timeouts?: Timeouts;
  readonly clock?: Clock;
}

type Fetch = Wire["fetch"];

/** What sets one vendor apart: its LangChain classes. All of them talk through the given `fetch` only. */
export interface Vendor {
  readonly name: string;
  /**
   * LangChain's events of one streamed answer, from a model's `_streamChatModelEvents`: `stream` would report to a
   * tracing service when the environment says so, `streamEvents` reads ahead and does not stop with its reader.
   */
  stream(request: GenerateRequest, fetch: Fetch): AsyncIterable<ChatModelStreamEvent>;
  embed?(request: EmbedRequest, fetch: Fetch): Promise<CountedVectors>;
  /** What can be asked for without cost: the list of models. */
  readonly modelList: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    /** True when the vendor may have none: that it says so is a sign of life. */
    readonly isOptional?: boolean;
  };
}

export interface CountedVectors {
  readonly vectors: number[][];
  /** As the vendor has counted them. */
  readonly inputTokens: unknown;
}

/** A vendor behind the contract: deadlines, cancellation, faults and the checks of the answer are the same for all. */
export function langChainProvider(vendor: Vendor, options: VendorOptions): Provider {
  const { firstTokenMs = 30_000, idleMs = 30_000 } = options.timeouts ?? {};
  const headroom = new Headroom(options.clock ?? systemClock);
  return {
    name: vendor.name,
    offline: false,
    models: options.models,
    embeddingModels: options.embeddingModels ?? [],

    async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateChunk> {
      signal.throwIfAborted();
      const call = new Call(vendor.name, signal, headroom);
      let answer: Answer | undefined;
      try {
        answer = new Answer(vendor.name, request);
        call.expect(firstTokenMs);
        for await (const event of vendor.stream(request, call.wire.fetch)) {
          call.signal.throwIfAborted();
          const text = answer.take(event);
          if (text === undefined) continue;
          call.rest();
          if (text !== "") yield { type: "text", text };
          call.signal.throwIfAborted();
          call.expect(idleMs);
        }
        // The clients end a stream that was aborted as if it were complete.
        call.signal.throwIfAborted();
        yield* answer.end(call.wire.sentBytes);
      } catch (error) {
        throw call.failure(error, answer?.begun ?? false);
      } finally {
        call.close();
      }
    },

    async embed(request: EmbedRequest, signal: AbortSignal): Promise<Embeddings> {
      signal.throwIfAborted();
      if (!vendor.embed) throw new ProviderError(vendor.name, "rejected");
      const call = new Call(vendor.name, signal, headroom);
      try {
        call.expect(firstTokenMs);
        const { vectors, inputTokens } = await vendor.embed(request, call.wire.fetch);
        if (!fits(vectors, request.texts.length)) throw new ProviderError(vendor.name, "invalid_answer");
        const sizes = { sentBytes: call.wire.sentBytes, receivedBytes: 0 };
        return { vectors, model: request.model, usage: believedUsage({ input: inputTokens, output: 0 }, sizes) };
      } catch (error) {
        throw call.failure(error, false);
      } finally {
        call.close();
      }
    },

    headroom: () => headroom.share(),

    async probe(signal: AbortSignal): Promise<void> {
      signal.throwIfAborted();
      const { url, headers, isOptional = false } = vendor.modelList;
      const call = new Call(vendor.name, signal, headroom);
      try {
        call.expect(firstTokenMs);
        const answer = await call.wire.fetch(url, { headers });
        if (isOptional && (answer.status === 404 || answer.status === 405)) return;
        if (!answer.ok) throw new Error(`The list of models was refused with ${answer.status}.`);
        await answer.json();
      } catch (error) {
        throw call.failure(error, false);
      } finally {
        call.close();
      }
    },
  };
}

/** The life of one call: its connections, the deadline it stands under, and who ended it. */
class Call {
  readonly signal: AbortSignal;
  readonly wire: Wire;
  private readonly closing = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly provider: string,
    private readonly caller: AbortSignal,
    headroom: Headroom,
  ) {
    this.signal = AbortSignal.any([caller, this.closing.signal]);
    this.wire = new Wire(this.signal, headroom);
  }

  /** Ends the call with `timeout` unless `rest`, `close` or another `expect` comes within `ms`. */
  expect(ms: number) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.closing.abort(new ProviderError(this.provider, "timeout")), ms);
  }

  /** No deadline while the reader, not the provider, is being waited for. */
  rest() {
    clearTimeout(this.timer);
  }

  close() {
    this.rest();
    this.closing.abort();
  }

  /** What to throw instead of `error`: an abort shows as any error at all in the clients. */
  failure(error: unknown, begun: boolean): unknown {
    if (this.caller.aborted) return this.caller.reason;
    if (this.closing.signal.aborted) return this.closing.signal.reason;
    return toProviderError(this.provider, error, this.wire, begun);
  }
}

function fits(vectors: number[][], count: number): boolean {
  const length = vectors[0]?.length ?? 0;
  const isVector = (vector: unknown) =>
    Array.isArray(vector) && vector.length === length && vector.every((value) => Number.isFinite(value));
  return vectors.length === count && length > 0 && vectors.every(isVector);
}
