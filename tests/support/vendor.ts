import { setTimeout as sleep } from "node:timers/promises";
import { type GenerateRequest, type Provider, ProviderError, type ProviderFault } from "#src/ai/provider.js";

type Failure = ProviderFault | { readonly fault: ProviderFault; readonly retryAfterMs: number };

/** What a vendor does from now on; a test changes it as it goes. */
export interface VendorState {
  words: readonly string[];
  /** Milliseconds before the first word. */
  delayMs: number;
  /** What goes wrong with every request. */
  failure: Failure | undefined;
  /** Behind so many words. */
  failsBehind: number;
  headroom: number | null;
  /** The requests that came, the oldest first. */
  readonly requests: GenerateRequest[];
}

/** A vendor of one's own: it says what the test wants, when it wants, and fails as it is told. */
export const vendor = (name: string, changes: Partial<VendorState> = {}, models: readonly string[] = [`${name}-1`]) => {
  const state: VendorState = {
    words: ["Said", " by", ` ${name}.`],
    delayMs: 0,
    failure: undefined,
    failsBehind: 0,
    headroom: null,
    requests: [],
    ...changes,
  };
  const provider: Provider = {
    name,
    offline: false,
    models,
    embeddingModels: [],
    async *generate(request, signal) {
      const { words, delayMs, failure, failsBehind } = state;
      state.requests.push(request);
      await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      for (const [index, text] of [...words, ""].entries()) {
        if (failure !== undefined && index === failsBehind) {
          const { fault, ...options } = typeof failure === "string" ? { fault: failure } : failure;
          throw new ProviderError(name, fault, options);
        }
        if (text !== "") yield { type: "text", text };
      }
      const usage = { inputTokens: 10, outputTokens: words.length };
      yield { type: "end", finishReason: "stop", model: `${request.model}-2026`, usage };
    },
    embed: async () => ({ vectors: [], model: "none", usage: null }),
    headroom: () => state.headroom,
  };
  return { provider, state };
};
