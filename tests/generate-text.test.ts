import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { ProviderError } from "#src/ai/provider.js";
import { answeringProvider } from "./support/answering-provider.js";
import { errorOf, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf, textOf } from "./support/follow.js";
import { startTeam } from "./support/team.js";

let atrium: TestAtrium;
let ann: Person;
const { provider, requests } = answeringProvider((text) => {
  if (text === "fail") throw new ProviderError("answering", "rejected");
  return `Answer to ${text.length} letters.`;
});

beforeAll(async () => {
  atrium = await startAtrium({ providers: [provider, offlineProvider()] });
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

interface Generation {
  id: string;
  purpose: string;
  status: string;
  provider: string;
  model: string;
  text: string;
  isComplete: boolean;
  promptVersion: { id: string } | null;
  batch: object | null;
}

const ask = (input: object, person = ann) =>
  person
    .query<{ generateText: { id: string } }>(
      "mutation ($input: GenerateTextInput!) { generateText(input: $input) { id } }",
      { input },
    )
    .then(({ generateText }) => generateText.id);

const generationOf = async (jobId: string, person = ann) => {
  const { job } = await person.query<{ job: { result: Generation | null } }>(
    `query ($id: ID!) { job(id: $id) { result { ... on Generation {
      id purpose status provider model text isComplete promptVersion { id } batch { id } } } } }`,
    { id: jobId },
  );
  return job.result;
};

const write = async (input: object, person = ann) => {
  const jobId = await ask(input, person);
  const events = await collect(person, jobId);
  return { job: endOf(events), streamed: textOf(events), generation: await generationOf(jobId, person) };
};

const promptOf = async (input: object, person = ann) =>
  (
    await person.query<{ createPrompt: { id: string; versions: { nodes: { id: string }[] } } }>(
      `mutation ($input: CreatePromptInput!) { createPrompt(input: $input) { id versions(first: 1) { nodes { id } } } }`,
      { input },
    )
  ).createPrompt;
const letter = (name: string) => ({
  name,
  system: "Write a letter.",
  template: "To: {{who}}\nAbout: {{what}}",
  variables: [{ name: "who" }, { name: "what", required: false }],
  temperature: 0.25,
  maxTokens: 200,
});

describe("a text", () => {
  test("O1 it is asked for as it was said, streamed, and stored as a generation with what it cost", async () => {
    const { job, streamed, generation } = await write({
      ...{ system: "Be brief.", text: "  Why {{x}}?\n", temperature: 0.5, maxTokens: 64, seed: 9 },
    });
    expect(job.status).toBe("SUCCEEDED");
    expect(streamed).toBe("Answer to 13 letters.");
    expect(generation).toMatchObject({
      purpose: "ai.generate",
      status: "SUCCEEDED",
      provider: "answering",
      model: "answering-1",
      text: streamed,
      isComplete: true,
      promptVersion: null,
      batch: null,
    });
    expect(requests.at(-1)).toMatchObject({
      model: "answering-1",
      messages: [
        { role: "system", text: "Be brief." },
        { role: "user", text: "  Why {{x}}?\n" },
      ],
      ...{ temperature: 0.5, maxTokens: 64, seed: 9 },
    });
    await write({ text: "Why?" });
    expect(requests.at(-1)).toMatchObject({ maxTokens: 1_024, messages: [{ role: "user" }] });
    expect(requests.at(-1)).not.toHaveProperty("temperature");
  });

  test("O7 a prompt is named by its version, or by its label, and what it advises can be overruled", async () => {
    const prompt = await promptOf(letter("letters.text"));
    const versionId = prompt.versions.nodes[0]?.id;
    const first = await write({ promptVersionId: versionId, variables: { who: "Bea", what: "rain" } });
    expect(first.generation?.promptVersion).toEqual({ id: versionId });
    expect(requests.at(-1)).toMatchObject({
      messages: [{ text: "Write a letter." }, { text: "To: Bea\nAbout: rain" }],
      ...{ temperature: 0.25, maxTokens: 200 },
    });
    const [stored] = await atrium.database.query<{ variables: object }>(
      "select variables from generation where id = $1",
      [first.generation?.id],
    );
    expect(stored?.variables).toEqual({ who: "Bea", what: "rain" });

    expect(await errorOf(ask({ prompt: "letters.text", variables: { who: "Bea" } }))).toMatchObject({
      code: "BAD_USER_INPUT",
      details: { field: "input.label" },
    });
    const label = "mutation ($id: ID!, $label: String!) { labelPromptVersion(id: $id, label: $label) { id } }";
    await ann.query(label, { id: versionId, label: "production" });
    await ann.query(label, { id: versionId, label: "staging" });
    const second = await write({ prompt: "letters.text", variables: { who: "Bea" }, temperature: 0, maxTokens: 9 });
    expect(second.generation?.promptVersion).toEqual({ id: versionId });
    expect(requests.at(-1)).toMatchObject({ messages: [{}, { text: "To: Bea" }], temperature: 0, maxTokens: 9 });
    await write({ prompt: "letters.text", label: "staging", variables: { who: "Cy" } });
    expect(requests.at(-1)?.messages.at(-1)).toMatchObject({ text: "To: Cy" });

    const refused = ann.query("mutation ($id: ID!) { deletePrompt(id: $id) { id } }", { id: prompt.id });
    expect(await errorOf(refused)).toMatchObject({ code: "CONFLICT" });
  });

  test("O7 there is one way to say what to ask, and what belongs to another is refused at its field", async () => {
    const { versions } = await promptOf(letter("letters.ways"));
    const promptVersionId = versions.nodes[0]?.id;
    const cases: [object, string][] = [
      [{}, "input"],
      [{ promptVersionId, text: "x" }, "input.text"],
      [{ promptVersionId, prompt: "letters.ways" }, "input.prompt"],
      [{ text: "x", label: "production" }, "input.label"],
      [{ text: "x", variables: { who: "x" } }, "input.variables"],
      [{ promptVersionId, variables: { who: "x" }, system: "x" }, "input.system"],
      [{ promptVersionId }, "input.variables.who"],
      [{ promptVersionId, variables: { who: "x", whom: "y" } }, "input.variables.whom"],
      [{ prompt: "letters.none" }, "input.prompt"],
      [{ promptVersionId: "prompt_1" }, "input.promptVersionId"],
      [{ text: " \n" }, "input.text"],
      [{ text: "x", maxTokens: 0 }, "input.maxTokens"],
      [{ text: "x", maxTokens: 8_193 }, "input.maxTokens"],
      [{ text: "x", temperature: -0.1 }, "input.temperature"],
      [{ text: "x", provider: "nobody" }, "input.provider"],
      [{ text: "x", provider: "offline", model: "answering-1" }, "input.model"],
      [{ text: "x", modelClass: "none-such" }, "input.modelClass"],
      [{ text: "x", modelClass: "default", provider: "offline" }, "input.modelClass"],
    ];
    const before = requests.length;
    for (const [input, field] of cases)
      expect({ field, error: await errorOf(ask(input)) }).toMatchObject({
        field,
        error: { code: "BAD_USER_INPUT", details: { field } },
      });
    expect(requests.length).toBe(before);
  });

  test("O1 O7 a provider or a model that is named is the one that is asked", async () => {
    expect((await write({ text: "Hello", provider: "offline" })).generation).toMatchObject({ provider: "offline" });
    expect((await write({ text: "Hello", model: "answering-2" })).generation).toMatchObject({ model: "answering-2" });
    expect((await write({ text: "Hello", modelClass: "default" })).generation).toMatchObject({ provider: "answering" });
  });

  test("O1 with a schema the text is JSON that fits, and a schema that is none is refused", async () => {
    const schema = {
      type: "object",
      properties: { title: { type: "string" }, stars: { type: "integer", minimum: 1, maximum: 5 } },
      required: ["title", "stars"],
      additionalProperties: false,
    };
    const { generation } = await write({ text: "Rate it.", provider: "offline", schema: { name: "rating", schema } });
    const rating = JSON.parse(generation?.text ?? "") as { title: string; stars: number };
    expect(Object.keys(rating).sort()).toEqual(["stars", "title"]);
    expect([1, 2, 3, 4, 5]).toContain(rating.stars);
    const wrong: [object, string][] = [
      [{ name: "a b", schema }, "input.schema.name"],
      [{ name: "a", schema: {} }, "input.schema.schema"],
      [{ name: "a", schema: { type: "banana" } }, "input.schema.schema"],
      [
        { name: "a", schema: { type: "object", properties: { x: { type: "nope" } } } },
        "input.schema.schema.properties.x",
      ],
      [{ name: "a", schema: { type: "object", required: "x" } }, "input.schema.schema"],
      [{ name: "a", schema: { type: "string", pattern: "(" } }, "input.schema.schema"],
      [{ name: "a", schema: { enum: ["x".repeat(20_000)] } }, "input.schema.schema"],
    ];
    for (const [given, field] of wrong)
      expect(await errorOf(ask({ text: "x", schema: given }))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field },
      });
  });

  test("O8 an answer of the cache is given again to who wants one, in batches as well, and costs nothing", async () => {
    const cy = await atrium.signUp();
    const input = { text: "Is it kept?", cache: "USE" };
    const first = await write(input, cy);
    const before = requests.length;
    const second = await write(input, cy);
    expect(second.generation?.text).toBe(first.generation?.text);
    const { generateBatch } = await cy.query<{ generateBatch: { id: string; job: { id: string } } }>(
      "mutation ($items: [TextInput!]!) { generateBatch(input: { items: $items }) { id job { id } } }",
      { items: [input] },
    );
    await collect(cy, generateBatch.job.id);
    expect(requests.length).toBe(before);
    const { generations } = await cy.query<{ generations: { nodes: { cacheHit: string; costMicros: number }[] } }>(
      "{ generations(first: 2) { nodes { cacheHit costMicros } } }",
    );
    expect(generations.nodes).toEqual(Array(2).fill({ cacheHit: "EXACT", costMicros: 0 }));
    await write({ text: "Is it kept?" }, cy);
    expect(requests.length).toBe(before + 1);
  });

  test("I7 O1 a private text is nobody else's, and a failed one ends its job with the reason", async () => {
    const team = await startTeam(atrium);
    const editor = await team.join("EDITOR");
    const open = await write({ text: "Open." }, team.owner);
    const closed = await write({ text: "Closed.", visibility: "PRIVATE" }, team.owner);
    const seen = await editor.query<{ generations: { nodes: { id: string }[] } }>("{ generations { nodes { id } } }");
    expect(seen.generations.nodes.map(({ id }) => id)).toEqual([open.generation?.id]);
    expect(closed.generation?.status).toBe("SUCCEEDED");
    const failed = await write({ text: "fail", provider: "answering" });
    expect(failed.job).toMatchObject({ status: "FAILED", error: { code: "PROVIDER_UNAVAILABLE" } });
  });
});
