import type { Clock } from "#src/platform/clock.js";
import type { AnswerCache, KeptAnswer } from "./answer-cache.js";
import type { GenerateChunk, Provider } from "./provider.js";

/**
 * The provider, asked only for what the cache has no answer to; when all fail before the first word, an answer stands in that
 * has been kept for too long. Who asks keeps new answers, in the commit that stores them. The same requests at the same
 * time may all go upstream.
 */
export const withCache = (provider: Provider, cache: AnswerCache, clock: Clock): Provider => ({
  ...provider,
  async *generate({ cache: use, ...request }, signal) {
    if (use === undefined) return yield* provider.generate(request, signal);
    const watch = startWatch(clock);
    const kept = use.mode === "USE" ? await cache.find(request, use) : undefined;
    signal.throwIfAborted();
    if (kept !== undefined) return yield* tell(kept, watch());
    yield* provider.generate(
      {
        ...request,
        answerFromBefore: async () => {
          const again = startWatch(clock);
          const old = await cache.lastResort(request, use);
          return old && tell(old, again());
        },
      },
      signal,
    );
  },
});

const startWatch = (clock: Clock) => {
  const startedAt = clock.now();
  const begun = performance.now();
  return () => ({ startedAt, latencyMs: Math.round(performance.now() - begun) });
};

const usage = { inputTokens: 0, outputTokens: 0 };

function* tell({ text, hit }: KeptAnswer, times: { startedAt: Date; latencyMs: number }): Generator<GenerateChunk> {
  const { provider, model } = hit;
  yield { type: "hit", hit };
  yield { type: "text", text };
  yield {
    type: "attempt",
    attempt: {
      ...{ provider, model, askedModel: model, ...times, usage },
      operation: "chat",
      outcome: "cached",
      firstTokenMs: times.latencyMs,
      isEstimated: false,
      costMicros: 0,
      headroom: null,
    },
  };
  yield { type: "end", finishReason: "stop", model, usage };
}
