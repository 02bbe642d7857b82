import fc from "fast-check";
import { costOf, findPrice, mostTokens } from "#src/ai/price-of.js";
import { type PricePoint, publishedPrices } from "#src/ai/published-prices.js";

const at = (day: string) => new Date(day);
const point = (model: string, from: string, input: number, provider: string | null = null): PricePoint => ({
  ...{ provider, model, validFrom: at(from), inputMicrosPerMillion: input, outputMicrosPerMillion: 2 * input },
  microsPerMinute: null,
});
const known = [
  point("m", "2026-01-01", 1),
  point("m", "2026-03-01", 2),
  point("m-mini", "2026-02-01", 3),
  point("m", "2026-02-01", 4, "here"),
];
const inputPrice = (model: string, day: string, provider = "there") =>
  findPrice(known, { provider, model, at: at(day) })?.inputMicrosPerMillion;

test("O9 the price of a call is the one that was valid when it began", () => {
  expect(inputPrice("m-1", "2025-12-31")).toBeUndefined();
  expect(inputPrice("m-1", "2026-01-01")).toBe(1);
  expect(inputPrice("m-1", "2026-02-28")).toBe(1);
  expect(inputPrice("m-1", "2026-03-01")).toBe(2);
});

test("O9 the longest beginning of a name counts, then the provider's own price", () => {
  expect(inputPrice("m-mini-2026", "2026-06-01")).toBe(3);
  expect(inputPrice("m-mini-2026", "2026-01-15")).toBe(1);
  expect(inputPrice("m-1", "2026-06-01", "here")).toBe(4);
  expect(inputPrice("other", "2026-06-01")).toBeUndefined();
});

test("O9 a price that was set stands before a published one of the same moment", () => {
  const [published] = publishedPrices;
  if (published === undefined) throw new Error("There are no published prices.");
  const set = { ...published, inputMicrosPerMillion: 7 };
  const asked = { provider: "openai", model: published.model, at: published.validFrom };
  expect(findPrice([set, ...publishedPrices], asked)).toBe(set);
  for (const { inputMicrosPerMillion, outputMicrosPerMillion } of publishedPrices)
    expect([inputMicrosPerMillion, outputMicrosPerMillion].every(Number.isSafeInteger)).toBe(true);
});

test("O9 a cost is a whole number, rounded up, and never off by the error of a fraction", () => {
  const tokens = fc.integer({ min: 0, max: 2_147_483_647 });
  const price = fc.integer({ min: 0, max: 1_000_000_000 });
  fc.assert(
    fc.property(tokens, tokens, price, price, (inputTokens, outputTokens, input, output) => {
      const cost = costOf(
        { ...point("m", "2026-01-01", 0), inputMicrosPerMillion: input, outputMicrosPerMillion: output },
        { inputTokens, outputTokens },
      );
      const exact = BigInt(inputTokens) * BigInt(input) + BigInt(outputTokens) * BigInt(output);
      expect(Number.isSafeInteger(cost)).toBe(true);
      expect(BigInt(cost) * 1_000_000n >= exact).toBe(true);
      expect((BigInt(cost) - 1n) * 1_000_000n < exact).toBe(true);
    }),
  );
  expect(costOf(point("m", "2026-01-01", 150_000), { inputTokens: 1, outputTokens: 0 })).toBe(1);
  expect(costOf(point("m", "2026-01-01", 150_000), { inputTokens: 0, outputTokens: 0 })).toBe(0);
});

test("O10 what is set aside counts each byte as a token, and the longest answer", () => {
  const request = { model: "default", messages: [{ role: "user" as const, text: "Käse" }], maxTokens: 50 };
  expect(mostTokens(request)).toEqual({ inputTokens: 5 + 2 + 32, outputTokens: 50 });
});
