import { setTimeout as sleep } from "node:timers/promises";
import type { Provider } from "#src/ai/provider.js";
import { ProviderError, type ProviderFault } from "#src/ai/provider.js";

interface Script {
  words?: readonly string[];
  delayMs?: number;
  /** Faults of the first calls, one a call. */
  faults?: ProviderFault[];
}

/** A provider that says what the test wants, as slowly as it wants; counts its calls. */
export const scriptedProvider = ({ words = ["One", " two", " three."], delayMs = 0, faults = [] }: Script = {}) => {
  const state = { calls: 0, aborted: 0 };
  const provider: Provider = {
    name: "scripted",
    offline: false,
    models: ["scripted-1"],
    embeddingModels: [],
    async *generate({ model }, signal) {
      state.calls += 1;
      try {
        for (const [index, word] of words.entries()) {
          await sleep(delayMs, undefined, { signal });
          const fault = index === 1 ? faults.shift() : undefined;
          if (fault !== undefined) throw new ProviderError("scripted", fault);
          yield { type: "text", text: word };
        }
      } catch (error) {
        if (!signal.aborted) throw error;
        state.aborted += 1;
        throw signal.reason;
      }
      yield { type: "end", finishReason: "stop", model, usage: { inputTokens: 10, outputTokens: words.length } };
    },
    embed: async () => ({ vectors: [], model: "none", usage: null }),
  };
  return { provider, state };
};
