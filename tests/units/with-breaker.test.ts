import type { CircuitCall } from "#src/ai/circuit-breaker.js";
import type { CallEnd } from "#src/ai/circuits.js";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { type GenerateChunk, type Provider, ProviderError, type ProviderFault } from "#src/ai/provider.js";
import { withBreaker } from "#src/ai/with-breaker.js";
import { DomainError } from "#src/platform/errors.js";

const end: GenerateChunk = { type: "end", finishReason: "stop", model: "m", usage: null };
const word: GenerateChunk = { type: "text", text: "One" };

/** A provider behind a breaker that writes down what it is told. */
const watched = (chunks: () => AsyncIterable<GenerateChunk>) => {
  const told: CallEnd[] = [];
  const call: CircuitCall = { era: 0, probe: null };
  const provider: Provider = {
    name: "vendor",
    offline: false,
    models: ["m"],
    embeddingModels: ["e"],
    generate: chunks,
    embed: async () => {
      for await (const chunk of chunks()) if (chunk.type === "end") return { vectors: [[1]], model: "e", usage: null };
      throw new Error("no end");
    },
  };
  const circuits = {
    admit: async () => call,
    end: async (_name: string, _call: CircuitCall, how: CallEnd) => void told.push(how),
  };
  return { told, guarded: withBreaker(provider, circuits) };
};

const request = { model: "m", messages: [] };
const read = async (provider: Provider, signal = new AbortController().signal) => {
  const chunks: GenerateChunk[] = [];
  for await (const chunk of provider.generate(request, signal)) chunks.push(chunk);
  return chunks;
};
const failing = (error: Error) =>
  watched(async function* () {
    yield word;
    throw error;
  });
const fault = (each: ProviderFault) => new ProviderError("vendor", each);

test("O3 an answer that is complete counts as success, and passes unchanged", async () => {
  const { told, guarded } = watched(async function* () {
    yield word;
    yield end;
  });
  expect(await read(guarded)).toEqual([word, end]);
  await guarded.embed({ model: "e", texts: ["a"] }, new AbortController().signal);
  expect(told).toEqual(["succeeded", "succeeded"]);
});

test.each(["timeout", "rate_limited", "unavailable", "cut", "invalid_answer", "credentials"] as const)(
  "O3 %s counts as a failure, and is thrown on",
  async (each) => {
    const { told, guarded } = failing(fault(each));
    await expect(read(guarded)).rejects.toMatchObject({ fault: each });
    await expect(guarded.embed({ model: "e", texts: ["a"] }, new AbortController().signal)).rejects.toThrow();
    expect(told).toEqual(["failed", "failed"]);
  },
);

test("O3 a stream that stops without its end, or breaks in a way nobody knows, counts as a failure", async () => {
  const short = watched(async function* () {
    yield word;
  });
  await read(short.guarded);
  expect(short.told).toEqual(["failed"]);
  const broken = failing(new TypeError("undefined is not a function"));
  await expect(read(broken.guarded)).rejects.toThrow(TypeError);
  expect(broken.told).toEqual(["failed"]);
});

test("O3 nothing is known of a call that was refused, cancelled, left, or could not be paid", async () => {
  for (const error of [fault("rejected"), new DomainError("BUDGET_EXCEEDED", "Nothing is left.")]) {
    const { told, guarded } = failing(error);
    await expect(read(guarded)).rejects.toBe(error);
    expect(told).toEqual(["released"]);
  }
  const cancelled = failing(fault("unavailable"));
  await expect(read(cancelled.guarded, AbortSignal.abort())).rejects.toThrow();
  expect(cancelled.told).toEqual(["released"]);
  const left = failing(fault("unavailable"));
  for await (const _ of left.guarded.generate(request, new AbortController().signal)) break;
  expect(left.told).toEqual(["released"]);
});

test("O3 the offline provider has no circuit", () => {
  const offline = offlineProvider();
  const circuits = { admit: () => Promise.reject(new Error("asked")), end: async () => {} };
  expect(withBreaker(offline, circuits)).toBe(offline);
});
