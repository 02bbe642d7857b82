import { setTimeout as delay } from "node:timers/promises";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import type { GenerateRequest, Message, Provider, ProviderFault, Tool } from "#src/ai/provider.js";
import { anthropicVendor } from "./support/anthropic-stub.js";
import { openAiVendors } from "./support/openai-stub.js";
import { ask, collect, failure, never, thrownBy } from "./support/provider-answers.js";
import { type Reply, type StubbedVendor, type StubRequest, stubKey, type WireStub } from "./support/wire-stub.js";

const vendors = [...openAiVendors, anthropicVendor];
const offline: Omit<StubbedVendor, "startStub"> = { name: "offline", open: () => offlineProvider() };
const subjects: (typeof offline & Partial<StubbedVendor>)[] = [...vendors, offline];

const hasty = { firstTokenMs: 200, idleMs: 200 };

const city = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const schema = { name: "city", schema: city };
const weather: Tool = { name: "weather", description: "Weather of a city.", parameters: city };

describe.each(subjects)("$name keeps the contract", ({ name, open, startStub }) => {
  let stub: WireStub | undefined;
  let provider: Provider;
  let model: string;

  beforeAll(async () => {
    stub = await startStub?.();
    provider = open(stub?.url ?? "");
    model = provider.models[0] ?? "";
  });
  afterAll(() => stub?.close());

  const generate = (reply: Reply, more: Partial<GenerateRequest> = {}) => {
    stub?.script(reply);
    return collect(provider.generate(ask({ model, ...more }), never));
  };

  test(`O1 ${name} streams text whose pieces join to the whole answer`, async () => {
    const text = "A lighthouse — „Leuchtturm“ — warns ships.\n\nIt is 🏮 bright. ";
    const answer = await generate({ kind: "text", text });
    expect(answer.texts.length).toBeGreaterThan(5);
    expect(answer.texts).not.toContain("");
    expect(answer.order.at(-1)).toBe("end");
    expect(answer.end.finishReason).toBe("stop");
    expect(answer.end.model).toBe(stub ? "model-a-2026" : model);
    if (stub) expect(answer.text).toBe(text);
  });

  test(`O1 ${name} answers with JSON that fits the asked schema`, async () => {
    const value = { city: 'Kiel "north"' };
    const { text, end } = await generate({ kind: "json", value }, { schema: { name: "a city", schema: city } });
    expect(JSON.parse(text)).toEqual(stub ? value : { city: expect.any(String) });
    expect(end.finishReason).toBe("stop");
  });

  test(`O1 ${name} yields whole tool calls after any text and before the end`, async () => {
    const calls = [
      { id: "call_1", name: "weather", arguments: { city: "Kiel", days: [1, 2, { deep: "ö" }] } },
      { id: "call_2", name: "weather", arguments: { city: "Oslo" } },
    ];
    const reply: Reply = { kind: "toolCall", text: "Let me look.", calls };
    const answer = await generate(reply, { tools: [weather], toolChoice: "required" });
    expect(answer.order.join(" ")).toMatch(/^(text )*(toolCall )+end$/);
    expect(answer.end.finishReason).toBe("tool_calls");
    expect(answer.calls[0]).toMatchObject({ name: "weather", arguments: { city: expect.any(String) } });
    if (stub) expect(answer.calls).toEqual(calls);
  });

  test(`O1 ${name} reports the tokens that were counted`, async () => {
    const usage = { inputTokens: 123, outputTokens: 45 };
    const counted = (await generate({ kind: "text", text: "Three words here", usage })).end.usage;
    expect(counted).toEqual(stub ? usage : { inputTokens: expect.any(Number), outputTokens: expect.any(Number) });
    if (!stub) return;
    expect((await generate({ kind: "text", text: "Three words here", usage: null })).end.usage).toBeNull();
  });

  test(`O1 ${name} embeds each text in its order, or says that it cannot`, async () => {
    const texts = ["a lighthouse", "a lighthouse\nat night", "something else"];
    const model = provider.embeddingModels[0] ?? "";
    const embed = provider.embed({ model, texts }, never);
    if (provider.embeddingModels.length === 0) return expect((await failure(embed)).fault).toBe("rejected");
    const { vectors } = await embed;
    expect(stub?.requests.at(-1)?.body.input ?? texts).toEqual(texts);
    const again = await Promise.all(texts.map((text) => provider.embed({ model, texts: [text] }, never)));
    expect(vectors).toEqual(again.map(({ vectors: [vector] }) => vector));
    expect(new Set(vectors.map((vector) => vector.join())).size).toBe(3);
    expect(new Set(vectors.map((vector) => vector.length)).size).toBe(1);
  });

  test(`O1 ${name} stops with the caller's own reason, before and during an answer`, async () => {
    const reason = new Error("The caller left.");
    const sent = stub?.requests.length;
    expect(await thrownBy(collect(provider.generate(ask({ model }), AbortSignal.abort(reason))))).toBe(reason);
    expect(await thrownBy(provider.embed({ model, texts: ["a"] }, AbortSignal.abort(reason)))).toBe(reason);
    expect(stub?.requests.length).toBe(sent);
    const caller = new AbortController();
    stub?.script({ kind: "text", text: "one two three four five six", tokenDelayMs: 30 });
    const texts: string[] = [];
    const reading = async () => {
      for await (const chunk of provider.generate(ask({ model }), caller.signal))
        if (chunk.type === "text" && texts.push(chunk.text) === 2) caller.abort(reason);
    };
    expect(await thrownBy(reading())).toBe(reason);
    expect(texts).toHaveLength(2);
  });
});

describe.each(vendors)("$name on the wire", ({ name, startStub, open }) => {
  let stub: WireStub;
  let provider: Provider;

  beforeAll(async () => {
    stub = await startStub();
    provider = open(stub.url);
  });
  afterAll(() => stub.close());
  afterEach(async () => {
    for (let wait = 0; stub.openSockets > 0 && wait < 200; wait += 1) await delay(5);
    expect(stub.openSockets).toBe(0);
  });

  const generate = (reply: Reply, more: Partial<GenerateRequest> = {}, from = provider) => {
    stub.script(reply);
    return collect(from.generate(ask(more), never));
  };
  const sentFor = async (more: Partial<GenerateRequest>, reply: Reply = { kind: "text", text: "Yes." }) => {
    await generate(reply, more);
    return stub.requests.at(-1) as StubRequest;
  };

  test(`O1 ${name} sends the whole conversation and the key in the vendor's form`, async () => {
    const [look, rain] = [
      { name: "weather", arguments: { city: "Kiel" } },
      { id: "call_9", toolCallId: "call_9" },
    ];
    const messages: Message[] = [
      { role: "system", text: "Be brief." },
      { role: "user", text: "Weather in Kiel?" },
      { role: "assistant", text: "I look.", toolCalls: [{ id: rain.id, ...look }] },
      { role: "tool", text: "rain", toolCallId: rain.id },
      { role: "user", text: "Thanks." },
    ];
    const { path, query, headers, body } = await sentFor({
      messages,
      tools: [weather],
      temperature: 0.5,
      maxTokens: 99,
    });
    expect(body).toMatchObject({ model: "model-a", temperature: 0.5, max_tokens: 99, stream: true });
    expect({ path, version: query.get("api-version") }).toEqual(
      {
        openai: { path: "/v1/chat/completions", version: null },
        compatible: { path: "/v1/chat/completions", version: null },
        azure: { path: "/openai/deployments/our-chat/chat/completions", version: "2024-10-21" },
        anthropic: { path: "/v1/messages", version: null },
      }[name],
    );
    expect([headers.authorization, headers["api-key"], headers["x-api-key"]]).toEqual(
      {
        openai: [`Bearer ${stubKey}`, undefined, undefined],
        compatible: ["Bearer none", undefined, undefined],
        azure: [undefined, stubKey, undefined],
        anthropic: [undefined, undefined, stubKey],
      }[name],
    );
    const call = { type: "function", function: { name: "weather", arguments: '{"city":"Kiel"}' } };
    const use = { type: "tool_use", name: "weather", input: { city: "Kiel" } };
    expect([body.system, ...(body.messages as unknown[])]).toEqual(
      name === "anthropic"
        ? [
            "Be brief.",
            { role: "user", content: "Weather in Kiel?" },
            {
              role: "assistant",
              content: [
                { type: "text", text: "I look." },
                { ...use, id: "call_9" },
              ],
            },
            { role: "user", content: [{ type: "tool_result", tool_use_id: "call_9", content: "rain" }] },
            { role: "user", content: "Thanks." },
          ]
        : [
            undefined,
            { role: "system", content: "Be brief." },
            { role: "user", content: "Weather in Kiel?" },
            { role: "assistant", content: "I look.", tool_calls: [{ ...call, id: "call_9" }] },
            { role: "tool", content: "rain", tool_call_id: "call_9" },
            { role: "user", content: "Thanks." },
          ],
    );
  });

  test(`O1 ${name} asks for tools and schemas in the vendor's form`, async () => {
    const { parameters: input_schema, ...named } = weather;
    const tools = await sentFor({ tools: [weather], toolChoice: "required" });
    const bounded = { type: "object", properties: { days: { type: "integer", minimum: 1 } } };
    const loose = await sentFor({ schema: { name: "loose", schema: bounded } }, { kind: "json", value: { days: 2 } });
    const json = await sentFor({ schema: { name: "a city", schema: city } }, { kind: "json", value: { city: "Kiel" } });
    if (name === "anthropic") {
      expect(tools.body).toMatchObject({ tools: [{ ...named, input_schema }], tool_choice: { type: "any" } });
      expect(json.body.output_config).toEqual({ format: { type: "json_schema", schema: city } });
      const days = { type: "integer", description: "{minimum: 1}" };
      const closed = { type: "object", properties: { days }, additionalProperties: false };
      expect(loose.body.output_config).toEqual({ format: { type: "json_schema", schema: closed } });
    } else {
      expect(tools.body).toMatchObject({ tools: [{ type: "function", function: weather }], tool_choice: "required" });
      const json_schema = { name: "a_city", schema: city, strict: true };
      expect(json.body.response_format).toEqual({ type: "json_schema", json_schema });
      expect(loose.body.response_format).toMatchObject({ json_schema: { schema: bounded, strict: false } });
    }
  });

  const status = (status: number, headers: Record<string, string> = {}): Reply => {
    const error = { type: "some_error", message: `Key ${stubKey} is not welcome.` };
    return { kind: "status", status, headers, body: JSON.stringify({ type: "error", error }) };
  };
  const told = (type: string): Reply => ({ kind: "errorEvent", error: { type, message: stubKey } });
  const call = (args: string): Reply => ({ kind: "toolCall", calls: [{ id: "1", name: "weather", arguments: args }] });

  test.each<[ProviderFault, string, Reply, Partial<GenerateRequest>?]>([
    ["credentials", "a 401", status(401)],
    ["credentials", "a 403", status(403)],
    ["rejected", "a 400", status(400)],
    ["rejected", "a 404", status(404)],
    ["rate_limited", "a 429", status(429)],
    ["rate_limited", "a 529", status(529)],
    ["unavailable", "a 500", status(500)],
    ["unavailable", "a 503", status(503)],
    ["invalid_answer", "a redirect, which would carry the key away", status(307, { location: "http://127.0.0.1:1/" })],
    ["unavailable", "a connection reset before the answer", { kind: "resetConnection" }],
    ["cut", "a connection reset in the answer", { kind: "resetConnection", tokens: 3 }],
    ["cut", "an end before the first token", { kind: "cutAfter", tokens: 0 }],
    ["cut", "an end in the middle", { kind: "cutAfter", tokens: 3 }],
    ["rate_limited", "an overload told in the stream", told("overloaded_error")],
    ["unavailable", "a failure told in the stream", told("server_error")],
    ["invalid_answer", "an empty answer", { kind: "empty" }],
    ["invalid_answer", "a web page", { kind: "garbage" }],
    ["invalid_answer", "broken events", { kind: "garbage", form: "events" }],
    ["invalid_answer", "broken events in the middle", { kind: "garbage", tokens: 3 }],
    ["invalid_answer", "bytes that are not HTTP", { kind: "garbage", form: "bytes" }],
    ["invalid_answer", "JSON without a required value", { kind: "json", value: { town: "Kiel" } }, { schema }],
    ["invalid_answer", "JSON of a wrong type", { kind: "json", value: { city: 7 } }, { schema }],
    ["invalid_answer", "JSON that stops", { kind: "text", text: '{"city": "Ki', finishReason: "length" }, { schema }],
    ["invalid_answer", "arguments that stop", call('{"city": "Ki'), { tools: [weather] }],
    ["invalid_answer", "arguments that are no object", call('["Kiel"]'), { tools: [weather] }],
  ])(`O1 ${name} gives the fault %s for %s, and asks once`, async (fault, _, reply, more = {}) => {
    const before = stub.requests.length;
    expect((await failure(generate(reply, more))).fault).toBe(fault);
    expect(stub.requests).toHaveLength(before + 1);
  });

  test(`O1 ${name} refuses by itself what it cannot ask, and names an unreachable server`, async () => {
    const before = stub.requests.length;
    const odd = { name: "odd", schema: { type: "object", unevaluatedProperties: false } };
    expect((await failure(collect(provider.generate(ask({ schema: odd }), never)))).fault).toBe("rejected");
    expect((await failure(collect(open("http://127.0.0.1:1").generate(ask(), never)))).fault).toBe("unavailable");
    expect(stub.requests).toHaveLength(before);
  });

  test(`O1 ${name} tells when to come back, by seconds or by date`, async () => {
    const seconds = await failure(generate(status(429, { "retry-after": "7" })));
    expect(seconds).toMatchObject({ transient: true, details: { retryAfter: 7 } });
    const date = new Date(Date.now() + 60_000).toUTCString();
    const { details } = await failure(generate(status(503, { "retry-after": date })));
    expect(details.retryAfter).toBeGreaterThan(55);
    expect(details.retryAfter).toBeLessThanOrEqual(60);
    expect((await failure(generate(status(429)))).details).toEqual({});
  });

  test(`O1 ${name} says why an answer stopped, and takes a call without arguments`, async () => {
    for (const finishReason of ["length", "content_filter"] as const)
      expect((await generate({ kind: "text", text: "And", finishReason })).end.finishReason).toBe(finishReason);
    expect((await generate(call(""), { tools: [weather] })).calls).toMatchObject([{ name: "weather", arguments: {} }]);
  });

  test.each([undefined, 2])(`O1 ${name} times out and closes when nothing follows %p tokens`, async (tokens) => {
    const start = performance.now();
    const { fault } = await failure(generate({ kind: "hang", tokens }, {}, open(stub.url, hasty)));
    expect(fault).toBe("timeout");
    expect(performance.now() - start).toBeLessThan(1000);
    expect(await stub.requests.at(-1)?.ended).toBe("client");
  });

  test(`O1 ${name} times out when the first token is too slow, although the answer would be whole`, async () => {
    const slow: Reply = { kind: "text", text: "Late.", firstTokenDelayMs: 5 * hasty.firstTokenMs };
    expect((await failure(generate(slow, {}, open(stub.url, hasty)))).fault).toBe("timeout");
    expect(await stub.requests.at(-1)?.ended).toBe("client");
  });

  test(`O1 ${name} passes tokens on as they come, and waits for steady providers and slow readers`, async () => {
    stub.script({ kind: "text", text: "one two three four five", firstTokenDelayMs: 60, tokenDelayMs: 60 });
    const times: number[] = [];
    for await (const chunk of open(stub.url, hasty).generate(ask(), never)) {
      if (chunk.type === "text" && times.push(performance.now()) === 5) await delay(2 * hasty.idleMs);
    }
    expect(times).toHaveLength(5);
    expect((times[4] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(hasty.idleMs);
  });

  test(`O1 ${name} closes the connection when its caller aborts or walks away`, async () => {
    const caller = new AbortController();
    stub.script({ kind: "hang" }, { kind: "hang", tokens: 2 });
    const silent = thrownBy(collect(provider.generate(ask(), caller.signal)));
    setTimeout(() => caller.abort("enough"), 50);
    expect(await silent).toBe("enough");
    expect(await stub.requests.at(-1)?.ended).toBe("client");
    for await (const { type } of provider.generate(ask(), never)) if (type === "text") break;
    expect(await stub.requests.at(-1)?.ended).toBe("client");
  });

  test(`O1 ${name} fails embeddings by the same faults`, async () => {
    const model = provider.embeddingModels[0];
    if (!model) return expect(name).toBe("anthropic");
    const embed = async (reply: Reply, from = provider, signal = never) => {
      stub.script(reply);
      return (await failure(from.embed({ model, texts: ["a", "b"] }, signal))).fault;
    };
    expect(await embed(status(429))).toBe("rate_limited");
    expect(await embed({ kind: "resetConnection" })).toBe("unavailable");
    expect(await embed({ kind: "garbage" })).toBe("invalid_answer");
    expect(await embed({ kind: "embeddings", vectors: [[1, 2]] })).toBe("invalid_answer");
    expect(await embed({ kind: "embeddings", vectors: [[1, 2], [1]] })).toBe("invalid_answer");
    expect(await embed({ kind: "hang" }, open(stub.url, hasty))).toBe("timeout");
    expect(await stub.requests.at(-1)?.ended).toBe("client");
    stub.script({ kind: "hang" });
    const caller = new AbortController();
    const left = thrownBy(provider.embed({ model, texts: ["a"] }, caller.signal));
    setTimeout(() => caller.abort("enough"), 50);
    expect(await left).toBe("enough");
    expect(await stub.requests.at(-1)?.ended).toBe("client");
  });

  test(`O1 ${name} keeps fifty calls at once apart`, async () => {
    const ask50 = Array.from({ length: 50 }, (_, i) => collect(provider.generate(ask({ model: `m${i}` }), never)));
    expect((await Promise.all(ask50)).map(({ end }) => end.model)).toEqual(ask50.map((_, i) => `m${i}-2026`));
  });

  test(`O1 ${name} sends nothing to a tracing service or a gateway of the environment`, async () => {
    const elsewhere = await startStub();
    const { env } = process;
    const trace = { LANGSMITH_TRACING: "true", LANGCHAIN_TRACING_V2: "true", LANGCHAIN_CALLBACKS_BACKGROUND: "false" };
    const everywhere = ["LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT", "LANGSMITH_GATEWAY", "OPENAI_BASE_URL"];
    const more = ["ANTHROPIC_BASE_URL", "AZURE_OPENAI_BASE_PATH", "AZURE_OPENAI_ENDPOINT"];
    process.env = { ...env, ...trace, LANGSMITH_API_KEY: "traced" };
    for (const variable of [...everywhere, ...more]) process.env[variable] = elsewhere.url;
    Object.assign(process.env, { OPENAI_ORG_ID: "org", ANTHROPIC_AUTH_TOKEN: "token" });
    try {
      const { headers } = await sentFor({});
      expect(headers).not.toHaveProperty("openai-organization");
      if (name === "anthropic") expect(headers).not.toHaveProperty("authorization");
      await delay(50);
      expect(elsewhere.requests).toEqual([]);
    } finally {
      process.env = env;
      await elsewhere.close();
    }
  });
});
