import { setTimeout as sleep } from "node:timers/promises";
import { probeProvider } from "#src/ai/probe-provider.js";
import { ProviderError, type ProviderFault } from "#src/ai/provider.js";

const limits = { timeoutMs: 80, slowMs: 20 };
const { signal } = new AbortController();
const probe = (work: (signal: AbortSignal) => Promise<void>) =>
  probeProvider({ name: "vendor", probe: work }, { checkedAt: 7, signal, limits });
const failing = (fault: ProviderFault) =>
  probe(async () => {
    throw new ProviderError("vendor", fault);
  });

test("O11 a probe tells up, slow, asked to slow down and down apart", async () => {
  expect(await probe(async () => {})).toEqual({
    state: "UP",
    latency: expect.any(Number),
    checkedAt: 7,
    fault: null,
  });
  expect(await probe(() => sleep(40))).toMatchObject({ state: "DEGRADED", fault: null });
  expect(await failing("rate_limited")).toMatchObject({ state: "DEGRADED", fault: "rate_limited" });
  for (const fault of ["unavailable", "credentials", "invalid_answer"] as const)
    expect(await failing(fault)).toEqual({ state: "DOWN", latency: null, checkedAt: 7, fault });
  const broken = await probe(async () => {
    throw new TypeError("fetch failed");
  });
  expect(broken).toMatchObject({ state: "DOWN", fault: "unavailable" });
});

test("O11 a provider that does not answer a probe is down, whether or not it minds the signal", async () => {
  expect(await probe((stopped) => sleep(5_000, undefined, { signal: stopped }))).toMatchObject({
    state: "DOWN",
    fault: "timeout",
  });
  expect(await probe(() => new Promise(() => {}))).toMatchObject({ state: "DOWN", fault: "timeout" });
});

test("O11 a probe that is called off says nothing", async () => {
  const calling = new AbortController();
  const provider = { name: "vendor", probe: () => new Promise<void>(() => {}) };
  const probing = probeProvider(provider, { checkedAt: 7, signal: calling.signal, limits });
  calling.abort(new Error("stopped"));
  await expect(probing).rejects.toThrow("stopped");
});
