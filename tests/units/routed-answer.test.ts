import { builtInClasses } from "#src/ai/model-classes.js";
import { type GenerateChunk, type GenerateRequest, type Provider, ProviderError } from "#src/ai/provider.js";
import { RoutedAnswer } from "#src/ai/routed-answer.js";
import { type Routing, RoutingReason } from "#src/ai/routing.js";
import { vendor } from "../support/vendor.js";

const request: GenerateRequest = { model: "default", messages: [{ role: "user", text: "Say something." }] };
const routing: Routing = { modelClass: "default", chosen: null, candidates: [], reason: RoutingReason.SCORED };
const stands = (provider: Provider) => ({ provider, model: provider.models[0] ?? "" });

const run = async (order: readonly Provider[], changes: Partial<GenerateRequest> = {}, lastResort?: Provider) => {
  const chunks: GenerateChunk[] = [];
  const wanted = { request: { ...request, ...changes }, order: order.map(stands), routing };
  const answer = new RoutedAnswer({ ...wanted, lastResort: lastResort && stands(lastResort) });
  let error: unknown;
  try {
    for await (const chunk of answer.generate(new AbortController().signal)) chunks.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  const text = chunks.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
  const reasons = chunks.flatMap((chunk) => (chunk.type === "routed" ? [chunk.routing.reason] : []));
  return { text, reasons, error, ends: chunks.filter(({ type }) => type === "end").length };
};

const offline = { ...vendor("offline").provider, offline: true };

test("O5 an answer from before stands in sooner than the offline provider", async () => {
  const down = vendor("alpha", { failure: "unavailable" });
  const said: GenerateChunk[] = [
    { type: "text", text: "Said before." },
    { type: "end", finishReason: "stop", model: "alpha-1", usage: null },
  ];
  const kept = await run([down.provider], { answerFromBefore: async () => said }, offline);
  expect(kept).toMatchObject({ text: "Said before.", reasons: ["SCORED", "LAST_RESORT"], ends: 1 });
  const none = await run([down.provider], { answerFromBefore: async () => undefined }, offline);
  expect(none).toMatchObject({ text: "Said by offline.", reasons: ["SCORED", "LAST_RESORT"], ends: 1 });
});

test("O5 nobody stands in for a request that all have refused, nor in the middle of an answer", async () => {
  const refuses = vendor("alpha", { failure: "rejected" });
  expect(await run([refuses.provider], {}, offline)).toMatchObject({ text: "", error: { fault: "rejected" } });
  const breaks = vendor("alpha", { failure: "cut", failsBehind: 1 });
  for (const order of [[breaks.provider], [breaks.provider, offline]])
    expect(await run(order, {}, offline)).toMatchObject({ text: "Said", ends: 0, error: { fault: "cut" } });
});

test("O4 what is no provider's failure ends the answer, and nobody else is asked", async () => {
  const spent = new Error("The budget is spent.");
  const beta = vendor("beta");
  const throws: Provider = {
    ...vendor("alpha").provider,
    // biome-ignore lint/correctness/useYield: it fails before it has anything to say.
    async *generate() {
      throw spent;
    },
  };
  expect((await run([throws, beta.provider], {}, offline)).error).toBe(spent);
  expect(beta.state.requests).toHaveLength(0);
});

test("O5 when all have failed, all are named, and the soonest time counts; one that named none may be asked at once", async () => {
  const slow = vendor("alpha", { failure: { fault: "rate_limited", retryAfterMs: 90_000 } });
  const slower = vendor("beta", { failure: { fault: "rate_limited", retryAfterMs: 120_000 } });
  const { error } = await run([slow.provider, slower.provider]);
  expect(error).toMatchObject({ code: "PROVIDER_UNAVAILABLE", transient: true, details: { retryAfter: 90 } });
  expect(String(error)).toContain(
    "alpha asked to slow down. The provider beta asked to slow down. Try again in 90 seconds.",
  );
  const down = vendor("gamma", { failure: "unavailable" });
  expect((await run([slow.provider, down.provider])).error).toMatchObject({ details: { retryAfter: 1 } });
  const wrong = vendor("delta", { failure: "credentials" });
  const { error: forGood } = await run([wrong.provider, vendor("epsilon", { failure: "rejected" }).provider]);
  expect(forGood).toMatchObject({ code: "PROVIDER_UNAVAILABLE", transient: false, details: {} });
  expect(forGood).not.toBeInstanceOf(ProviderError);
});

describe("O2 built-in classes", () => {
  const priced: Record<string, number> = { small: 1, middle: 5, large: 9 };
  const costOf = (_: Provider, model: string) => priced[model] ?? null;
  const alpha = vendor("alpha", {}, ["middle", "small", "large", "unknown"]).provider;
  const beta = vendor("beta", {}, ["unknown"]).provider;
  const classes = (providers: readonly Provider[], preferred?: string) =>
    Object.fromEntries(
      builtInClasses(providers, preferred, costOf).map(({ name, candidates }) => [
        name,
        candidates.map(({ provider, model, weight }) => `${provider}/${model} ${weight}`),
      ]),
    );

  test("have one model of each vendor, by its price", () => {
    expect(classes([alpha, beta, offline])).toEqual({
      default: ["alpha/middle 1", "beta/unknown 1"],
      fast: ["alpha/small 1", "beta/unknown 1"],
      smart: ["alpha/large 1", "beta/unknown 1"],
      cheap: ["alpha/small 1", "beta/unknown 1"],
    });
  });

  test("prefer the provider that was named for it", () => {
    expect(classes([alpha, beta, offline], "beta").default).toEqual(["beta/unknown 4", "alpha/middle 1"]);
    expect(classes([alpha, beta, offline], "offline").default).toEqual(["offline/offline-1 4"]);
  });

  test("are the offline provider's where there is no other", () => {
    for (const found of Object.values(classes([offline]))) expect(found).toEqual(["offline/offline-1 1"]);
  });
});
