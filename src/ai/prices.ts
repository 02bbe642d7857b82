import type { GenerationRequest } from "./generation-request.js";
import type { Provider, Usage } from "./provider.js";

interface Price {
  /** US dollars for a million tokens, which is micro-dollars a token. */
  readonly input: number;
  readonly output: number;
}

/** Published list prices by the beginning of the model's name; the longest match counts. */
const prices: Readonly<Record<string, Price>> = {
  "gpt-4o": { input: 2.5, output: 10 },
  "gpt-4o-mini": { input: 0.15, output: 0.6 },
  "gpt-4.1": { input: 2, output: 8 },
  "gpt-4.1-mini": { input: 0.4, output: 1.6 },
  "gpt-4.1-nano": { input: 0.1, output: 0.4 },
  "claude-haiku-4-5": { input: 1, output: 5 },
  "claude-sonnet-4": { input: 3, output: 15 },
  "claude-opus-4": { input: 15, output: 75 },
};

/** Micro-dollars, rounded up; null for a model whose price is not known, which is not the same as free. */
export const costMicros = (offline: boolean, model: string, usage: Usage | null): number | null => {
  if (offline) return 0;
  const name = Object.keys(prices)
    .filter((prefix) => model.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0];
  const price = name === undefined ? undefined : prices[name];
  if (price === undefined || usage === null) return null;
  return Math.ceil(usage.inputTokens * price.input + usage.outputTokens * price.output);
};

/** The most that a request can cost whichever candidate answers it, in micro-dollars; null when a price is not known. */
export const highestCostMicros = (
  candidates: readonly { provider: Provider; model: string }[],
  { messages, maxTokens, schema }: GenerationRequest,
): number | null => {
  const inputTokens =
    bytesOf([...messages.map(({ text }) => text), JSON.stringify(schema ?? "")]) + 16 * (messages.length + 1);
  const costs = candidates.map(({ provider, model }) =>
    costMicros(provider.offline, model, { inputTokens, outputTokens: maxTokens }),
  );
  return costs.includes(null) ? null : Math.max(0, ...(costs as number[]));
};

/** No tokeniser of bytes makes more tokens of a text than it has bytes; each message has a few of its own beside. */
const bytesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
