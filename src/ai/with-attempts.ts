import type { Clock } from "#src/platform/clock.js";
import type { Metrics } from "#src/platform/metrics.js";
import { currentSpan, type Span } from "#src/platform/span.js";
import { countTokens } from "./offline/count-tokens.js";
import type { Prices } from "./prices.js";
import {
  type Attempt,
  type AttemptOutcome,
  type EmbedRequest,
  type GenerateRequest,
  type Provider,
  ProviderError,
  type Usage,
} from "./provider.js";

interface Deps {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly prices: Pick<Prices, "costMicros">;
}

/** The provider, with every request told as an `attempt`, counted, timed and, where traces are exported, a span of its own. */
export const withAttempts = (provider: Provider, deps: Deps): Provider => {
  const { name } = provider;
  const { metrics } = deps;
  return {
    ...provider,

    async *generate(request: GenerateRequest, signal: AbortSignal) {
      const { model } = request;
      const watch = new Watch(provider, model, "chat", deps);
      let text = "";
      let told: AttemptOutcome | undefined;
      try {
        for await (const chunk of provider.generate(request, signal)) {
          if (chunk.type === "text") {
            if (text === "") metrics.aiFirstToken.observe({ provider: name, model }, watch.firstToken());
            text += chunk.text;
          } else if (chunk.type === "end") {
            const { finishReason } = chunk;
            // What is not told has been spent all the same.
            const usage = chunk.usage ?? estimate(request, text);
            const isEstimated = chunk.usage === null;
            told = finishReason === "tool_calls" || finishReason === "stop" ? "ok" : finishReason;
            yield { type: "attempt", attempt: watch.end(told, { model: chunk.model, usage, isEstimated }) };
          }
          yield chunk;
        }
      } catch (error) {
        if (told !== undefined) throw error;
        told = outcomeOf(error, signal);
        yield { type: "attempt", attempt: watch.end(told, { usage: estimate(request, text), error }) };
        throw error;
      } finally {
        // Who reads has left without a word.
        if (told === undefined) watch.end("stopped", { usage: estimate(request, text) });
      }
    },

    async embed(request: EmbedRequest, signal: AbortSignal) {
      const watch = new Watch(provider, request.model, "embeddings", deps);
      try {
        const embeddings = await provider.embed(request, signal);
        const inputTokens = request.texts.reduce((sum, text) => sum + countTokens(text), 0);
        const usage = embeddings.usage ?? { inputTokens, outputTokens: 0 };
        const attempt = watch.end("ok", { usage, isEstimated: embeddings.usage === null });
        return { ...embeddings, attempts: [attempt] };
      } catch (error) {
        watch.end(outcomeOf(error, signal), { error });
        throw error;
      }
    },
  };
};

const outcomeOf = (error: unknown, signal: AbortSignal): AttemptOutcome => {
  if (signal.aborted) return "stopped";
  return error instanceof ProviderError && error.fault !== "circuit_open" ? error.fault : "unavailable";
};

/** What an answer that was cut has cost: providers bill what they have sent. Without any text nothing is known, and nothing billed. */
const estimate = ({ messages }: GenerateRequest, text: string): Usage | null =>
  text === ""
    ? null
    : {
        inputTokens: messages.reduce((sum, message) => sum + countTokens(message.text), 0),
        outputTokens: countTokens(text),
      };

interface End {
  readonly model?: string;
  readonly usage?: Usage | null;
  readonly isEstimated?: boolean;
  readonly error?: unknown;
}

/** The time and the traces of one request. */
class Watch {
  readonly #begun = performance.now();
  readonly #startedAt: Date;
  readonly #span: Span | undefined;
  #firstTokenMs: number | null = null;

  constructor(
    private readonly provider: Provider,
    private readonly model: string,
    private readonly operation: Attempt["operation"],
    private readonly deps: Deps,
  ) {
    this.#startedAt = deps.clock.now();
    this.#span = currentSpan()?.child(`${operation} ${model}`, {
      kind: "client",
      attributes: {
        "gen_ai.provider.name": provider.name,
        "gen_ai.operation.name": operation,
        "gen_ai.request.model": model,
      },
    });
  }

  get #ms(): number {
    return performance.now() - this.#begun;
  }

  /** Seconds until now. */
  firstToken(): number {
    const ms = this.#ms;
    this.#firstTokenMs = Math.round(ms);
    return ms / 1000;
  }

  end(outcome: AttemptOutcome, { model = this.model, usage = null, isEstimated, error }: End): Attempt {
    const { provider, operation } = this;
    const { metrics, prices } = this.deps;
    const labels = { provider: provider.name, model: this.model };
    const latencyMs = this.#ms;
    const isWhole = outcome === "ok" || outcome === "length" || outcome === "content_filter";
    const priced = { provider, model: this.model, answered: model, at: this.#startedAt };
    const cost = prices.costMicros(priced, usage);
    metrics.aiRequests.inc({ ...labels, outcome });
    metrics.aiDuration.observe(labels, latencyMs / 1000);
    if (usage !== null) {
      metrics.aiTokens.inc({ ...labels, direction: "input" }, usage.inputTokens);
      metrics.aiTokens.inc({ ...labels, direction: "output" }, usage.outputTokens);
      metrics.aiCost.inc(labels, cost ?? 0);
      this.#span?.set({
        "gen_ai.usage.input_tokens": usage.inputTokens,
        "gen_ai.usage.output_tokens": usage.outputTokens,
      });
    }
    this.#span?.set({ "atrium.ai.outcome": outcome });
    this.#span?.end(error);
    return {
      provider: provider.name,
      model: model.slice(0, 100),
      askedModel: this.model,
      operation,
      outcome,
      startedAt: this.#startedAt,
      latencyMs: Math.round(latencyMs),
      firstTokenMs: this.#firstTokenMs,
      usage,
      isEstimated: isEstimated ?? (usage !== null && !isWhole),
      costMicros: cost ?? (usage === null && !isWhole ? 0 : null),
      headroom: provider.headroom?.() ?? null,
    };
  }
}
