import { setTimeout as sleep } from "node:timers/promises";
import { type Provider, ProviderError, type ProviderFault } from "#src/ai/provider.js";
import { newId } from "#src/platform/ids.js";
import type { Person } from "./atrium.js";

/** What the provider does with one request. */
export interface Turn {
  /** Fails with this, after its first word. */
  readonly fault?: ProviderFault;
  /** Waits after its first word until this resolves, or its request is aborted. */
  readonly until?: Promise<unknown>;
  /** Tokens that it reports; one for each word when left out, null for none. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number } | null;
}

/** A provider of models that cost money, which does what its turns say and then what is usual. */
export const paidProvider = (usual: Turn = {}, models = ["paid-1", "paid-2"]) => {
  const state = { calls: 0, turns: [] as Turn[], usual };
  const provider: Provider = {
    name: "paid",
    offline: false,
    models,
    embeddingModels: [],
    async *generate({ model }, signal) {
      state.calls += 1;
      const { fault, until, usage } = state.turns.shift() ?? state.usual;
      const words = ["One", " two", " three."];
      for (const [index, text] of words.entries()) {
        signal.throwIfAborted();
        yield { type: "text", text };
        if (index > 0) continue;
        const { promise: aborted, resolve } = Promise.withResolvers<void>();
        signal.addEventListener("abort", () => resolve(), { once: true });
        if (until !== undefined) await Promise.race([until, aborted]);
        await sleep(1);
        if (fault !== undefined && !signal.aborted) throw new ProviderError("paid", fault);
      }
      yield {
        type: "end",
        finishReason: "stop",
        model,
        usage: usage === undefined ? { inputTokens: 10, outputTokens: 3 } : usage,
      };
    },
    embed: async () => ({ vectors: [], model: "none", usage: null }),
  };
  return { provider, state };
};

/** Micro-dollars that a request for a quote sets aside, at one micro-dollar a token that comes back and none for others. */
export const atMost = 400;

/** Prices of `paidProvider`: a micro-dollar for each token that comes back. */
export const setPrice = (operator: Person, model = "paid-", micros = 1_000_000) =>
  operator.query(`mutation ($i: SetModelPriceInput!) { setModelPrice(input: $i) { provider } }`, {
    i: {
      ...{ provider: "paid", model, validFrom: "2020-01-01T00:00:00Z" },
      ...{ inputMicrosPerMillion: 0, outputMicrosPerMillion: micros },
    },
  });

export interface ShownBudget {
  id: string;
  scope: string;
  subject: string | null;
  limitMicros: number;
  spentMicros: number;
  heldMicros: number;
  remainingMicros: number;
  resetsAt: string | null;
}

const fields = "id scope subject limitMicros spentMicros heldMicros remainingMicros resetsAt";

export const setBudget = async (person: Person, input: object): Promise<ShownBudget> => {
  const { setBudget } = await person.query<{ setBudget: ShownBudget }>(
    `mutation ($i: SetBudgetInput!) { setBudget(input: $i) { ${fields} } }`,
    { i: { scope: "WORKSPACE", period: "TOTAL", ...input } },
  );
  return setBudget;
};

export const budgetsOf = async (person: Person): Promise<ShownBudget[]> => {
  const { budgets } = await person.query<{ budgets: { nodes: ShownBudget[] } }>(
    `{ budgets(orderBy: [{ field: CREATED_AT }]) { nodes { ${fields} } } }`,
  );
  return budgets.nodes;
};

/** Asks for a quote, and gives its job. */
export const askQuote = async (person: Person, input: object = {}): Promise<string> =>
  (await person.sdk.GenerateQuote({ input: { topic: newId("topic"), ...input } })).generateQuote.id;
