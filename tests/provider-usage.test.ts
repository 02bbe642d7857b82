import type { GenerateRequest, Provider } from "#src/ai/provider.js";
import { withAttempts } from "#src/ai/with-attempts.js";
import { systemClock } from "#src/platform/clock.js";
import { Metrics } from "#src/platform/metrics.js";
import { anthropicVendor } from "./support/anthropic-stub.js";
import { openAiVendors } from "./support/openai-stub.js";
import { ask, collect, never } from "./support/provider-answers.js";
import type { Reply, WireStub } from "./support/wire-stub.js";

describe.each([...openAiVendors, anthropicVendor])(
  "What $name says that it has counted",
  ({ name, startStub, open }) => {
    let stub: WireStub;
    let provider: Provider;

    beforeAll(async () => {
      stub = await startStub();
      provider = open(stub.url);
    });
    afterAll(() => stub.close());

    const usageFor = async (reply: Reply, more: Partial<GenerateRequest> = {}) => {
      stub.script(reply);
      return (await collect(provider.generate(ask(more), never))).end.usage;
    };
    const text = "A lighthouse warns ships.";

    test.each<[string, { inputTokens?: unknown; outputTokens?: unknown }]>([
      ["negative", { inputTokens: -3, outputTokens: 5 }],
      ["negative at the end", { inputTokens: 11, outputTokens: -5 }],
      ["broken", { inputTokens: 11, outputTokens: 5.5 }],
      ["texts", { inputTokens: "11", outputTokens: "5" }],
      ["null", { inputTokens: null, outputTokens: null }],
      ["missing", {}],
      ["zero, although there was a prompt", { inputTokens: 0, outputTokens: 5 }],
      ["zero, although there was an answer", { inputTokens: 11, outputTokens: 0 }],
      ["more than was sent", { inputTokens: 1_000_000, outputTokens: 5 }],
      ["more than came", { inputTokens: 11, outputTokens: 1_000 }],
      ["beyond what a number holds", { inputTokens: 11, outputTokens: 1e300 }],
    ])(`O1 ${name} is not believed counts that are %s`, async (_, usage) => {
      expect(await usageFor({ kind: "text", text, usage })).toBeNull();
    });

    test(`O1 ${name} is not believed more tokens than the answer was allowed to have`, async () => {
      const long = { kind: "text", text: text.repeat(20), usage: { inputTokens: 11, outputTokens: 100 } } as const;
      expect(await usageFor(long, { maxTokens: 99 })).toBeNull();
      expect(await usageFor(long, { maxTokens: 100 })).toEqual(long.usage);
    });

    test(`O1 ${name} is believed as many tokens as a long prompt has bytes`, async () => {
      const messages = [{ role: "user", text: "word ".repeat(4_000) }] as const;
      const usage = { inputTokens: 20_000, outputTokens: 5 };
      expect(await usageFor({ kind: "text", text, usage }, { messages })).toEqual(usage);
      expect(await usageFor({ kind: "text", text, usage: { ...usage, inputTokens: 30_000 } }, { messages })).toBeNull();
    });

    test(`O1 ${name} is believed tokens that a model thought and did not say, if it tells them apart`, async () => {
      if (name === "anthropic") return;
      const usage = { inputTokens: 11, outputTokens: 500 };
      expect(await usageFor({ kind: "text", text, usage: { ...usage, hiddenTokens: 490 } })).toEqual(usage);
      for (const hiddenTokens of [10, 501, -1, "490"])
        expect(await usageFor({ kind: "text", text, usage: { ...usage, hiddenTokens } })).toBeNull();
    });

    test(`O1 ${name} is believed the tokens of a tool's arguments and of JSON`, async () => {
      const usage = { inputTokens: 60, outputTokens: 70 };
      const call = { id: "1", name: "weather", arguments: { city: "Kiel", note: "by the lighthouse, at the sea" } };
      expect(await usageFor({ kind: "toolCall", calls: [call], usage })).toEqual(usage);
      expect(await usageFor({ kind: "json", value: { city: "Kiel" }, usage })).toEqual(usage);
    });

    test(`O1 ${name} reports the tokens of embeddings, when it says them and they can be`, async () => {
      const model = provider.embeddingModels[0];
      if (!model) return expect(name).toBe("anthropic");
      const watched = withAttempts(provider, {
        metrics: new Metrics(),
        clock: systemClock,
        prices: { costMicros: () => 0 },
      });
      const tell = async (told: { inputTokens?: unknown } | null) => {
        stub.script({ kind: "embeddings", usage: told });
        const { usage, attempts } = await watched.embed({ model, texts: ["a lighthouse", "at night"] }, never);
        return { usage, attempt: attempts?.[0] };
      };
      const usage = { inputTokens: 7, outputTokens: 0 };
      expect(await tell({ inputTokens: 7 })).toMatchObject({ usage, attempt: { usage, isEstimated: false } });
      const estimated = { usage: { inputTokens: 4, outputTokens: 0 }, isEstimated: true };
      for (const inputTokens of [0, -1, 1.5, "7", null, 1_000_000, undefined])
        expect(await tell({ inputTokens })).toMatchObject({ usage: null, attempt: estimated });
      expect(await tell(null)).toMatchObject({ usage: null, attempt: estimated });
    });

    test(`O1 ${name} adds up the tokens of many texts, which are several requests`, async () => {
      const model = provider.embeddingModels[0];
      if (!model) return expect(name).toBe("anthropic");
      const sent = stub.requests.length;
      const texts = Array.from({ length: 600 }, (_, index) => `text ${index}`);
      stub.script({ kind: "embeddings" }, { kind: "embeddings" });
      expect((await provider.embed({ model, texts }, never)).usage).toEqual({ inputTokens: 600, outputTokens: 0 });
      expect(stub.requests.length - sent).toBe(2);
      stub.script({ kind: "embeddings" }, { kind: "embeddings", usage: null });
      expect((await provider.embed({ model, texts }, never)).usage).toBeNull();
    });
  },
);
