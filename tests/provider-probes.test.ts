import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import type { Provider } from "#src/ai/provider.js";
import { openAiCompatibleProvider } from "#src/ai/providers/openai-provider.js";
import { anthropicVendor } from "./support/anthropic-stub.js";
import { openAiVendors } from "./support/openai-stub.js";
import { ask, collect, failure, never, thrownBy } from "./support/provider-answers.js";
import { TestClock } from "./support/test-clock.js";
import { type Reply, type StubRequest, stubKey, type WireStub } from "./support/wire-stub.js";

const vendors = [...openAiVendors, anthropicVendor];
const status = (status: number, headers: Record<string, string> = {}): Reply => ({
  ...{ kind: "status", status, headers },
  body: `{"error":{"message":"Key ${stubKey} is not welcome."}}`,
});

test("O1 the offline provider has nobody to probe, and no rate limit", () => {
  const { probe, headroom } = offlineProvider();
  expect([probe, headroom]).toEqual([undefined, undefined]);
});

describe.each(vendors)("$name is asked for a sign of life", ({ name, startStub, open }) => {
  let stub: WireStub;
  let provider: Provider;

  beforeAll(async () => {
    stub = await startStub();
    provider = open(stub.url);
  });
  afterAll(() => stub.close());

  const probe = async (from = provider, signal = never) => {
    if (from.probe === undefined) throw new Error(`${name} has no probe.`);
    await from.probe(signal);
  };

  test(`O1 ${name} gives it for its list of models, which costs nothing`, async () => {
    await probe();
    const { method, path, query, headers } = stub.requests.at(-1) as StubRequest;
    expect(method).toBe("GET");
    expect({ path, version: query.get("api-version") ?? headers["anthropic-version"] }).toEqual(
      {
        openai: { path: "/v1/models", version: undefined },
        compatible: { path: "/v1/models", version: undefined },
        azure: { path: "/openai/models", version: "2024-10-21" },
        anthropic: { path: "/v1/models", version: "2023-06-01" },
      }[name],
    );
    const key = { openai: headers.authorization, azure: headers["api-key"], anthropic: headers["x-api-key"] }[name];
    if (name !== "compatible") expect(key).toContain(stubKey);
  });

  test.each<[string, Reply]>([
    ["credentials", status(401)],
    ["credentials", status(403)],
    ["rate_limited", status(429)],
    ["unavailable", status(500)],
    ["unavailable", status(503)],
    ["unavailable", { kind: "resetConnection" }],
    ["invalid_answer", { kind: "garbage" }],
    ["invalid_answer", status(302, { location: "http://127.0.0.1:1/" })],
    ["timeout", { kind: "hang" }],
  ])(`O1 ${name} fails it with %s`, async (fault, reply) => {
    stub.script(reply);
    expect((await failure(probe(open(stub.url, { firstTokenMs: 200 })))).fault).toBe(fault);
  });

  test(`O1 ${name} is unavailable when nobody listens, and stops with its caller`, async () => {
    expect((await failure(probe(open("http://127.0.0.1:1")))).fault).toBe("unavailable");
    stub.script({ kind: "hang" });
    const caller = new AbortController();
    setTimeout(() => caller.abort("enough"), 50);
    expect(await thrownBy(probe(provider, caller.signal))).toBe("enough");
    expect(await stub.requests.at(-1)?.ended).toBe("client");
  });

  test(`O1 ${name} without such a list is alive only where the list is optional`, async () => {
    stub.script(status(404));
    const error = await thrownBy(probe());
    if (name === "compatible") expect(error).toBeUndefined();
    else expect(error).toMatchObject({ fault: "rejected", status: 404 });
  });
});

describe.each(vendors)("$name has a rate limit", ({ name, startStub, open }) => {
  const limits = (
    requests: [left: unknown, of: unknown],
    tokens: [left: unknown, of: unknown],
  ): Record<string, string> =>
    name === "anthropic"
      ? {
          "anthropic-ratelimit-requests-remaining": `${requests[0]}`,
          "anthropic-ratelimit-requests-limit": `${requests[1]}`,
          "anthropic-ratelimit-output-tokens-remaining": `${tokens[0]}`,
          "anthropic-ratelimit-output-tokens-limit": `${tokens[1]}`,
        }
      : {
          "x-ratelimit-remaining-requests": `${requests[0]}`,
          "x-ratelimit-limit-requests": `${requests[1]}`,
          "x-ratelimit-remaining-tokens": `${tokens[0]}`,
          "x-ratelimit-limit-tokens": `${tokens[1]}`,
        };
  let stub: WireStub;

  beforeAll(async () => {
    stub = await startStub();
  });
  afterAll(() => stub.close());

  const opened = () => {
    const clock = new TestClock();
    const provider = open(stub.url, undefined, clock);
    const left = () => provider.headroom?.();
    const said = async (headers: Record<string, string>) => {
      stub.script({ kind: "text", text: "Yes.", headers });
      await collect(provider.generate(ask(), never));
      return left();
    };
    const refused = async (headers: Record<string, string>) => {
      stub.script(status(429, headers));
      await failure(collect(provider.generate(ask(), never)));
      return left();
    };
    return { clock, left, said, refused };
  };

  test(`O1 ${name} tells the least share that is left of its limits, and nothing that it has not said`, async () => {
    const { left, said } = opened();
    expect(left()).toBeNull();
    expect(await said({})).toBeNull();
    expect(await said(limits([50, 100], [900, 1000]))).toBe(0.5);
    expect(await said(limits([50, 100], [100, 1000]))).toBe(0.1);
    expect(await said({})).toBe(0.1);
    expect(await said(limits([0, 100], [1000, 1000]))).toBe(0);
    expect(await said(limits([200, 100], ["", ""]))).toBe(1);
    for (const nonsense of [
      ["many", 100],
      [5, 0],
      [-5, 100],
      ["", 100],
    ] as const)
      expect(await said(limits([...nonsense], [300, 1000]))).toBe(0.3);
  });

  test(`O1 ${name} has said nothing about what is left a minute later`, async () => {
    const { clock, left, said } = opened();
    expect(await said(limits([0, 100], [1000, 1000]))).toBe(0);
    clock.pass(59_000);
    expect(left()).toBe(0);
    clock.pass(1_000);
    expect(left()).toBeNull();
  });

  test(`O1 ${name} has nothing left from a 429 on until its Retry-After has passed`, async () => {
    const { clock, left, said, refused } = opened();
    await said(limits([90, 100], [900, 1000]));
    expect(await refused({ "retry-after": "120" })).toBe(0);
    expect(await said(limits([90, 100], [900, 1000]))).toBe(0);
    clock.pass(119_000);
    expect(left()).toBe(0);
    clock.pass(1_500);
    expect(left()).toBeNull();
    expect(await said(limits([80, 100], [900, 1000]))).toBe(0.8);
  });

  test(`O1 ${name} has nothing left for a minute after a 429 that names no time`, async () => {
    const { clock, left, refused } = opened();
    expect(await refused({})).toBe(0);
    clock.pass(60_500);
    expect(left()).toBeNull();
  });
});

test("O1 two providers of one kind keep what is left apart", async () => {
  const [vendor] = openAiVendors;
  const stub = await vendor?.startStub();
  if (stub === undefined) throw new Error("There is no stub.");
  try {
    const named = (name: string) => openAiCompatibleProvider({ name, baseUrl: `${stub.url}/v1`, models: ["model-a"] });
    const [one, other] = [named("one"), named("other")];
    stub.script(status(429, { "retry-after": "9" }));
    expect(await failure(collect(one.generate(ask(), never)))).toMatchObject({
      provider: "one",
      fault: "rate_limited",
    });
    expect([one.name, one.headroom?.(), other.name, other.headroom?.()]).toEqual(["one", 0, "other", null]);
  } finally {
    await stub.close();
  }
});
