import { configuredProviders } from "#src/ai/configured-providers.js";
import { readConfig } from "#src/platform/config.js";
import { startAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { startOpenAiStub } from "./support/openai-stub.js";
import { ask, collect as collectAnswer, failure, never } from "./support/provider-answers.js";
import { stubKey, type WireStub } from "./support/wire-stub.js";

test("O1 several OpenAI-compatible servers stand side by side, each with its own address, key and models", async () => {
  const [home, office] = await Promise.all([startOpenAiStub(), startOpenAiStub()]);
  const atrium = await startAtrium({
    env: {
      ATRIUM_AI_SERVERS: "ollama,office",
      ATRIUM_AI_OLLAMA_BASE_URL: `${home.url}/v1`,
      ATRIUM_AI_OLLAMA_MODELS: "small, large",
      ATRIUM_AI_OFFICE_BASE_URL: `${office.url}/v1`,
      ATRIUM_AI_OFFICE_API_KEY: stubKey,
      ATRIUM_AI_OFFICE_MODELS: "model-a",
      ATRIUM_AI_OFFICE_EMBEDDING_MODELS: "embedding-a",
      ATRIUM_AI_PROVIDER: "office",
    },
  });
  try {
    const ann = await atrium.signUp();
    const { providers } = await ann.sdk.Providers();
    expect(providers.map(({ name, models, isDefault }) => ({ name, models, isDefault }))).toEqual([
      { name: "ollama", models: ["small", "large"], isDefault: false },
      { name: "office", models: ["model-a"], isDefault: true },
      { name: "offline", models: ["atrium-offline-grammar-1"], isDefault: false },
    ]);
    const written = async (input: { provider?: string; model?: string }) => {
      const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "courage", ...input } });
      const { result } = endOf(await collect(ann, job.id));
      if (result?.__typename !== "Quote") throw new Error("There is no quote.");
      const { quote } = await ann.sdk.Quote({ id: result.id });
      return quote?.generation?.provider;
    };
    // Its models are listed now and then, to see whether it is there.
    const textsOf = ({ requests }: WireStub) => requests.filter(({ method }) => method === "POST");
    expect(await written({ provider: "office" })).toBe("office");
    expect(textsOf(office).map(({ body, headers }) => [body.model, headers.authorization])).toEqual([
      ["model-a", `Bearer ${stubKey}`],
    ]);
    expect(await written({ provider: "ollama", model: "large" })).toBe("ollama");
    expect(textsOf(home).map(({ body, headers }) => [body.model, headers.authorization])).toEqual([
      ["large", "Bearer none"],
    ]);
  } finally {
    await atrium.close();
    await Promise.all([home.close(), office.close()]);
  }
});

const server = { ATRIUM_AI_ACME_BASE_URL: "http://localhost:1234/v1", ATRIUM_AI_ACME_MODELS: "llama" };

test("O1 a server is optional, and stands beside OpenAI", () => {
  expect(readConfig({}).ai.servers).toEqual([]);
  const { ai } = readConfig({
    ...server,
    OPENAI_API_KEY: "key",
    ATRIUM_AI_SERVERS: " acme ",
    ATRIUM_AI_PROVIDER: "acme",
  });
  expect(ai).toMatchObject({ default: "acme", openai: { apiKey: "key", baseUrl: undefined } });
  expect(ai.servers).toEqual([
    { name: "acme", baseUrl: "http://localhost:1234/v1", apiKey: undefined, models: ["llama"], embeddingModels: [] },
  ]);
});

test.each([
  ["ATRIUM_AI_FIRST_TOKEN_MS", { kind: "hang" }],
  ["ATRIUM_AI_IDLE_MS", { kind: "hang", tokens: 1 }],
] as const)("O1 %s bounds how long a provider may be silent", async (setting, reply) => {
  const stub = await startOpenAiStub();
  try {
    const env = { ATRIUM_AI_SERVERS: "acme", ...server, ATRIUM_AI_ACME_BASE_URL: `${stub.url}/v1`, [setting]: "100" };
    const [acme] = await configuredProviders(readConfig(env).ai);
    if (acme === undefined) throw new Error("Nothing is configured.");
    stub.script(reply);
    expect((await failure(collectAnswer(acme.generate(ask({ model: "llama" }), never)))).fault).toBe("timeout");
  } finally {
    await stub.close();
  }
});

test.each<[string, Record<string, string>, string]>([
  ["no address", { ATRIUM_AI_SERVERS: "acme", ATRIUM_AI_ACME_MODELS: "llama" }, "ATRIUM_AI_ACME_BASE_URL is missing"],
  [
    "no models",
    { ATRIUM_AI_SERVERS: "acme", ATRIUM_AI_ACME_BASE_URL: "http://localhost:1234/v1" },
    "ATRIUM_AI_ACME_MODELS is missing",
  ],
  [
    "a list without a model",
    { ...server, ATRIUM_AI_SERVERS: "acme", ATRIUM_AI_ACME_MODELS: "," },
    "ATRIUM_AI_ACME_MODELS must name",
  ],
  [
    "an address that is none",
    { ...server, ATRIUM_AI_SERVERS: "acme", ATRIUM_AI_ACME_BASE_URL: "acme" },
    "ATRIUM_AI_ACME_BASE_URL must be a URL",
  ],
  ["a name that is none", { ATRIUM_AI_SERVERS: "Acme Inc" }, "ATRIUM_AI_SERVERS must be a list of names"],
  ["a name of another provider", { ATRIUM_AI_SERVERS: "openai" }, "ATRIUM_AI_SERVERS must be a list of names"],
  ["a name twice", { ...server, ATRIUM_AI_SERVERS: "acme,acme" }, "ATRIUM_AI_SERVERS must name each server once"],
  ["a server that nobody named", server, "ATRIUM_AI_ACME_BASE_URL is not a setting"],
  ["a default that is not configured", { ATRIUM_AI_PROVIDER: "acme" }, "ATRIUM_AI_PROVIDER must be a provider that"],
  ["a default without its key", { ATRIUM_AI_PROVIDER: "openai" }, "(now offline)"],
])("O1 %s stops the start and names the variable", (_, env, problem) => {
  expect(() => readConfig(env)).toThrow(problem);
});
