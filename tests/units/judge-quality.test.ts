import { setTimeout as sleep } from "node:timers/promises";
import { judgeQuality } from "#src/ai/judge-quality.js";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import type { Provider } from "#src/ai/provider.js";
import { withAttempts } from "#src/ai/with-attempts.js";
import { systemClock } from "#src/platform/clock.js";
import { Metrics } from "#src/platform/metrics.js";

const never = new AbortController().signal;
const judged = { text: "Courage.", request: { model: "default", messages: [], maxTokens: 10 } };
const watched = (provider: Provider) =>
  withAttempts(provider, { metrics: new Metrics(), clock: systemClock, prices: { costMicros: () => 0 } });
const isOffline = (name: string) => name === "offline";

test("O6 a judge that takes longer than its deadline is stopped, and its request is told", async () => {
  const slow: Provider = {
    ...{ name: "slow", offline: false, models: ["one"], embeddingModels: [] },
    // biome-ignore lint/correctness/useYield: it never comes to say anything.
    async *generate(_request, signal) {
      await sleep(60_000, undefined, { signal });
    },
    embed: async () => ({ vectors: [], model: "none", usage: null }),
  };
  const judge = { provider: watched(slow), model: "one", isOffline, deadlineMs: 20 };
  const { judge: said, attempts } = await judgeQuality(judged, judge, never);
  expect(said).toEqual({ model: "slow/one", score: null, errorCode: "TIMEOUT" });
  expect(attempts).toMatchObject([{ provider: "slow", outcome: "stopped" }]);
});

test("O6 the built-in grammar is no judge: what it says is made up", async () => {
  const [model = ""] = offlineProvider().models;
  const judge = { provider: watched(offlineProvider({ wordDelayMs: 0 })), model, isOffline };
  const { judge: said } = await judgeQuality(judged, judge, never);
  expect(said).toEqual({ model: `offline/${model}`, score: null, errorCode: "PROVIDER_UNAVAILABLE" });
});
