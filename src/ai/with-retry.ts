import { setTimeout as sleep } from "node:timers/promises";
import { type GenerateChunk, type GenerateRequest, type Provider, ProviderError } from "./provider.js";

export interface RetryPolicy {
  /** Requests, the first included. */
  readonly attempts: number;
  /** Milliseconds before the second one; doubled for each further one. */
  readonly baseDelayMs: number;
}

/** Whoever has waited for so long, or is asked to, asks somebody else, in milliseconds. */
const longestWaitMs = 10_000;

interface Tries {
  failures: number;
  readonly begun: number;
}

/**
 * The provider, asked again after a passing failure, as long as nothing of its answer was let out. Of an answer that is only
 * good as a whole, a tool call or JSON, nothing is let out before its end.
 */
export const withRetry = (provider: Provider, policy: () => RetryPolicy, random = Math.random): Provider => {
  /** Waits before the next request; throws the failure when there is to be none. */
  const pauseAfter = async (error: unknown, tries: Tries, signal: AbortSignal): Promise<void> => {
    const { attempts, baseDelayMs } = policy();
    tries.failures += 1;
    const { failures, begun } = tries;
    const isPassing = error instanceof ProviderError && error.transient && error.fault !== "circuit_open";
    if (signal.aborted || !isPassing || failures >= attempts) throw error;
    const backoffMs = baseDelayMs * 2 ** (failures - 1) * (0.5 + random());
    const pauseMs = Math.max(backoffMs, (error.details.retryAfter ?? 0) * 1000);
    if (performance.now() - begun + pauseMs > longestWaitMs) throw error;
    await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  };

  return {
    ...provider,

    async *generate(request: GenerateRequest, signal: AbortSignal) {
      const isWhole = request.schema !== undefined || (request.tools?.length ?? 0) > 0;
      const tries: Tries = { failures: 0, begun: performance.now() };
      for (;;) {
        await request.admit?.({ provider: provider.name, model: request.model });
        let hasBegun = false;
        const held: GenerateChunk[] = [];
        try {
          for await (const chunk of provider.generate(request, signal)) {
            const isAnswer = chunk.type === "text" || chunk.type === "toolCall";
            if (isWhole && isAnswer) held.push(chunk);
            else {
              hasBegun ||= isAnswer;
              if (chunk.type === "end") yield* held.splice(0);
              yield chunk;
            }
          }
          return;
        } catch (error) {
          if (hasBegun) throw error;
          await pauseAfter(error, tries, signal);
        }
      }
    },

    async embed(request, signal) {
      const tries: Tries = { failures: 0, begun: performance.now() };
      for (;;) {
        try {
          return await provider.embed(request, signal);
        } catch (error) {
          await pauseAfter(error, tries, signal);
        }
      }
    },
  };
};
