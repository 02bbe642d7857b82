import type { GenerationRequest } from "./generation-request.js";
import type { Usage } from "./provider.js";
import type { PricePoint } from "./published-prices.js";

interface Asked {
  readonly provider: string;
  readonly model: string;
  readonly at: Date;
}

/**
 * The price that counts: the one with the longest beginning of the model's name, of those the provider's own, of those the
 * newest that is valid by then, and of equals the first. Nothing when there is none.
 */
export const findPrice = (known: readonly PricePoint[], { provider, model, at }: Asked): PricePoint | undefined => {
  let best: PricePoint | undefined;
  for (const price of known) {
    if (!model.startsWith(price.model) || price.validFrom > at) continue;
    if (price.provider !== null && price.provider !== provider) continue;
    if (best === undefined || rank(price, best) > 0) best = price;
  }
  return best;
};

/** Positive when the first one goes before the second one. */
const rank = (one: PricePoint, other: PricePoint): number =>
  one.model.length - other.model.length ||
  Number(one.provider !== null) - Number(other.provider !== null) ||
  one.validFrom.getTime() - other.validFrom.getTime();

const million = 1_000_000n;

/** Micro-dollars, rounded up. In whole numbers from end to end: sums of fractions would not be the same twice. */
export const costOf = (price: PricePoint, { inputTokens, outputTokens }: Usage): number => {
  const parts =
    BigInt(inputTokens) * BigInt(price.inputMicrosPerMillion) +
    BigInt(outputTokens) * BigInt(price.outputMicrosPerMillion);
  return Number((parts + million - 1n) / million);
};

/** No tokeniser of bytes makes more tokens of a text than it has bytes; each message has a few of its own beside. */
export const mostTokens = ({ messages, maxTokens, schema }: GenerationRequest): Usage => {
  const texts = [...messages.map(({ text }) => text), JSON.stringify(schema ?? "")];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { inputTokens: bytes + 16 * (messages.length + 1), outputTokens: maxTokens };
};
