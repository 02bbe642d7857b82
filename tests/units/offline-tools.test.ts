import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import type { GenerateChunk, GenerateRequest, Message, Tool } from "#src/ai/provider.js";

const provider = offlineProvider({ wordDelayMs: 0 });

const weather: Tool = {
  name: "get_weather",
  description: "The current weather and the forecast for a city.",
  parameters: {
    type: "object",
    properties: {
      city: { type: "string" },
      days: { type: "integer", minimum: 1, maximum: 14 },
      unit: { enum: ["celsius", "fahrenheit"] },
    },
    required: ["city"],
  },
};

const calculator: Tool = {
  name: "calculator",
  description: "Calculates an arithmetic expression.",
  parameters: { type: "object", properties: { expression: { type: "string" } }, required: ["expression"] },
};

const search: Tool = {
  name: "searchKnowledge",
  description: "Searches the documents of the workspace.",
  parameters: {
    type: "object",
    properties: { query: { type: "string" }, limit: { type: "integer", maximum: 50 }, filter: { type: "string" } },
    required: ["query"],
  },
};

const sendMail: Tool = {
  name: "send_email",
  description: "Sends an email to a person.",
  parameters: {
    type: "object",
    properties: { to: { type: "string", format: "email" }, subject: { type: "string" }, urgent: { type: "boolean" } },
    required: ["to", "subject"],
  },
};

const tools = [weather, calculator, search, sendMail];

async function send(request: Partial<GenerateRequest>): Promise<GenerateChunk[]> {
  const chunks: GenerateChunk[] = [];
  const whole: GenerateRequest = { model: "atrium-offline-grammar-1", messages: [], seed: 1, tools, ...request };
  for await (const chunk of provider.generate(whole, new AbortController().signal)) chunks.push(chunk);
  return chunks;
}

const says = (text: string): Message[] => [{ role: "user", text }];
const text = (chunks: readonly GenerateChunk[]) =>
  chunks.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");

test.each<[string, string, Record<string, unknown>]>([
  ["What is the weather in Paris?", "get_weather", { city: "Paris" }],
  ["weather in lisbon for 3 days in fahrenheit please", "get_weather", { city: "lisbon", days: 3, unit: "fahrenheit" }],
  ["Will the weather be good in New York tomorrow?", "get_weather", { city: "New York" }],
  ["Please calculate (12 + 30) * 2.", "calculator", { expression: "(12 + 30) * 2" }],
  ["Search our knowledge for documents about parental leave.", "searchKnowledge", { query: "parental leave" }],
  ['Search the documents for "night shift", at most 5', "searchKnowledge", { query: "night shift", limit: 5 }],
  [
    'Send an urgent email to ann@example.org: "Lunch?"',
    "send_email",
    { to: "ann@example.org", subject: "Lunch?", urgent: true },
  ],
])("%j calls %s", async (message, name, values) => {
  const chunks = await send({ messages: says(message) });
  expect(chunks).toMatchObject([
    { type: "toolCall", call: { name, arguments: values } },
    { type: "end", finishReason: "tool_calls" },
  ]);
  expect(chunks[0]).toHaveProperty("call.arguments", values);
});

test.each([
  "Tell me about courage.",
  "I love email.",
  "Hello!",
  "What do you know about cities?",
  "Good morning, how are you?",
])("%j calls no tool", async (message) => {
  const chunks = await send({ messages: says(message) });
  expect(chunks.some(({ type }) => type === "toolCall")).toBe(false);
  expect(text(chunks).length).toBeGreaterThan(30);
});

test("when a call is required, one comes with arguments that fit, even if nothing matches", async () => {
  for (const tool of tools) {
    const chunks = await send({ messages: says("Hello!"), tools: [tool], toolChoice: "required" });
    expect(chunks).toMatchObject([{ type: "toolCall", call: { name: tool.name } }, { type: "end" }]);
    const [first] = chunks;
    const values = first?.type === "toolCall" ? Object.keys(first.call.arguments) : [];
    expect(values).toEqual(tool.parameters.required);
  }
});

test("a tool without parameters is called without arguments", async () => {
  const clock: Tool = { name: "current_time", description: "The current time.", parameters: {} };
  const [call] = await send({ messages: says("What is the current time?"), tools: [clock] });
  expect(call).toMatchObject({ type: "toolCall", call: { name: "current_time", arguments: {} } });
});

test("a required call that cannot be made is refused, an optional one is answered in words", async () => {
  const strict: Tool = { ...weather, parameters: { type: "object", properties: { city: false }, required: ["city"] } };
  const messages = says("What is the weather in Paris?");
  await expect(send({ messages, tools: [strict], toolChoice: "required" })).rejects.toMatchObject({
    fault: "rejected",
  });
  await expect(send({ messages, tools: [], toolChoice: "required" })).rejects.toMatchObject({ fault: "rejected" });
  expect(text(await send({ messages, tools: [strict] }))).not.toBe("");
});

test("after a tool has answered, the answer passes its result on", async () => {
  const call = { id: "call_1", name: "get_weather", arguments: { city: "Paris" } };
  const asked = [...says("What is the weather in Paris?"), { role: "assistant", text: "", toolCalls: [call] } as const];
  const after = async (result: string) => {
    const chunks = await send({ messages: [...asked, { role: "tool", text: result, toolCallId: "call_1" }] });
    expect(chunks.at(-1)).toMatchObject({ type: "end", finishReason: "stop" });
    return text(chunks);
  };
  expect(await after('{"temperatureNow":21,"sky":"clear","rain":false}')).toBe(
    "The tool get_weather returned temperature now: 21; sky: clear; rain: no.",
  );
  expect(await after("Sunny, 21 degrees.")).toBe("The tool get_weather returned Sunny, 21 degrees.");
  expect(await after("")).toBe("The tool get_weather finished and returned nothing.");
  expect(await after('["a","b"]')).toBe("The tool get_weather returned a, b.");
  expect((await after("x".repeat(5_000))).length).toBeLessThan(700);
});

test("the same request with the same seed repeats the call and its id", async () => {
  const messages = says("What is the weather in Paris?");
  expect(await send({ messages })).toEqual(await send({ messages }));
  expect((await send({ messages, seed: 2 }))[0]).not.toEqual((await send({ messages }))[0]);
});
