import type { Provider, Usage } from "./provider.js";
import type { ModelClassSetting } from "./stored-ai-settings.js";

/** Micro-dollars of a nominal request to a model; null when its price is not known. */
export type CostOf = (provider: Provider, model: string) => number | null;

/** What prices of models are compared by: about a page in and half a page out. */
export const nominalUsage: Usage = { inputTokens: 500, outputTokens: 250 };

/** How much more of the load the preferred provider gets than another one that does as well. */
const preference = 4;

/**
 * The classes that are there without anybody setting them: each vendor has its default model in `default`, its cheapest one
 * in `cheap` and `fast`, and its dearest one in `smart`. The offline provider is in them where there is no other, and in
 * `default` where it is the first.
 */
export const builtInClasses = (
  providers: readonly Provider[],
  preferred: string | undefined,
  costOf: CostOf,
): ModelClassSetting[] => {
  const vendors = providers.filter(({ offline }) => !offline);
  const first = providers.find(({ name }) => name === preferred) ?? providers[0];
  const made = (name: string, of: readonly Provider[], pick: (provider: Provider) => string): ModelClassSetting => ({
    name,
    candidates: [...of]
      .sort((a, b) => Number(b.name === preferred) - Number(a.name === preferred))
      .map((provider) => ({
        provider: provider.name,
        model: pick(provider),
        weight: provider.name === preferred ? preference : 1,
      })),
  });
  const main = ({ models: [model = ""] }: Provider) => model;
  /** The model whose cost is first in this order, among those whose price is known. */
  const by = (order: (a: number, b: number) => number) => (provider: Provider) => {
    const priced = provider.models.flatMap((model) => {
      const cost = costOf(provider, model);
      return cost === null ? [] : [{ model, cost }];
    });
    return priced.sort((a, b) => order(a.cost, b.cost))[0]?.model ?? main(provider);
  };
  const small = by((a, b) => a - b);
  const others = vendors.length === 0 ? providers : vendors;
  return [
    made("default", first?.offline ? [first] : others, main),
    made("fast", others, small),
    made(
      "smart",
      others,
      by((a, b) => b - a),
    ),
    made("cheap", others, small),
  ];
};
