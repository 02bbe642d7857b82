import { setTimeout as sleep } from "node:timers/promises";
import { ProviderError } from "#src/ai/provider.js";
import type { Transcriber } from "./transcriber.js";

export interface TranscriberRetries {
  /** Requests, the first included. */
  readonly attempts: number;
  /** Milliseconds before the second one; doubled for each further one. */
  readonly baseDelayMs: number;
}

export const transcriberRetries: TranscriberRetries = { attempts: 3, baseDelayMs: 1_000 };

/** Who asks to wait for longer than this is not waited for, in milliseconds. */
const longestPauseMs = 120_000;

/** The transcriber, asked again after a passing failure, and not before it wants to be. */
export const retryTranscriber = (
  transcriber: Transcriber,
  { attempts, baseDelayMs } = transcriberRetries,
  random = Math.random,
): Transcriber => ({
  ...transcriber,

  async transcribe(request) {
    const { signal } = request;
    for (let failures = 1; ; failures += 1) {
      try {
        return await transcriber.transcribe(request);
      } catch (error) {
        signal.throwIfAborted();
        const isPassing = error instanceof ProviderError && error.transient && error.fault !== "circuit_open";
        if (!isPassing || failures >= attempts) throw error;
        const backoffMs = baseDelayMs * 2 ** (failures - 1) * (0.5 + random());
        const pauseMs = Math.max(backoffMs, (error.details.retryAfter ?? 0) * 1000);
        if (pauseMs > longestPauseMs) throw error;
        await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  },
});
