import type { Metrics } from "#src/platform/metrics.js";
import { currentSpan, type Span } from "#src/platform/span.js";
import { costMicros } from "./prices.js";
import { type EmbedRequest, type GenerateRequest, type Provider, ProviderError } from "./provider.js";

/** The provider, with every request counted, timed and, where traces are exported, a span of its own. */
export const observedProvider = (provider: Provider, metrics: Metrics): Provider => {
  const { name, offline } = provider;
  return {
    name,
    offline,
    models: provider.models,
    embeddingModels: provider.embeddingModels,

    async *generate(request: GenerateRequest, signal: AbortSignal) {
      const { model } = request;
      const observation = observe(metrics, name, model, "chat");
      let outcome = "stopped";
      let failure: unknown;
      let told = false;
      try {
        for await (const chunk of provider.generate(request, signal)) {
          if (chunk.type === "text" && !told) {
            told = true;
            metrics.aiFirstToken.observe({ provider: name, model }, observation.seconds());
          }
          if (chunk.type === "end") {
            const { finishReason, usage } = chunk;
            outcome = finishReason === "tool_calls" || finishReason === "stop" ? "ok" : finishReason;
            if (usage !== null) {
              metrics.aiTokens.inc({ provider: name, model, direction: "input" }, usage.inputTokens);
              metrics.aiTokens.inc({ provider: name, model, direction: "output" }, usage.outputTokens);
              observation.span?.set({
                "gen_ai.usage.input_tokens": usage.inputTokens,
                "gen_ai.usage.output_tokens": usage.outputTokens,
              });
            }
            metrics.aiCost.inc({ provider: name, model }, costMicros(offline, chunk.model, usage) ?? 0);
          }
          yield chunk;
        }
      } catch (error) {
        failure = error;
        outcome = outcomeOf(error, signal);
        throw error;
      } finally {
        observation.end(outcome, failure);
      }
    },

    async embed(request: EmbedRequest, signal: AbortSignal) {
      const observation = observe(metrics, name, request.model, "embeddings");
      try {
        const embeddings = await provider.embed(request, signal);
        observation.end("ok");
        return embeddings;
      } catch (error) {
        observation.end(outcomeOf(error, signal), error);
        throw error;
      }
    },
  };
};

const outcomeOf = (error: unknown, signal: AbortSignal): string => {
  if (signal.aborted) return "stopped";
  return error instanceof ProviderError ? error.fault : "error";
};

interface Observation {
  readonly span: Span | undefined;
  seconds(): number;
  end(outcome: string, error?: unknown): void;
}

const observe = (metrics: Metrics, provider: string, model: string, operation: "chat" | "embeddings"): Observation => {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const span = currentSpan()?.child(`${operation} ${model}`, {
    kind: "client",
    attributes: {
      "gen_ai.provider.name": provider,
      "gen_ai.operation.name": operation,
      "gen_ai.request.model": model,
    },
  });
  return {
    span,
    seconds,
    end: (outcome, error) => {
      metrics.aiRequests.inc({ provider, model, outcome });
      metrics.aiDuration.observe({ provider, model }, seconds());
      span?.set({ "atrium.ai.outcome": outcome });
      span?.end(error);
    },
  };
};
