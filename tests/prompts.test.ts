import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { startTeam } from "./support/team.js";

let atrium: TestAtrium;
let ann: Person;

beforeAll(async () => {
  atrium = await startAtrium();
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

interface Version {
  id: string;
  number: number;
  system: string | null;
  template: string;
  contentHash: string;
  variables: { name: string; required: boolean; default: string | null; maxLength: number }[];
  labels: { nodes: { name: string }[] };
  createdBy: { id: string } | null;
}
interface Prompt {
  id: string;
  name: string;
  description: string | null;
  versions: { nodes: Version[]; totalCount: number };
}

const version = `id number system template contentHash variables { name required default maxLength }
  labels(first: 3) { nodes { name } } createdBy { id }`;
const prompt = `id name description versions(first: 10, orderBy: [{ field: NUMBER }]) { totalCount nodes { ${version} } }`;

const createPrompt = async (input: object, person = ann) =>
  (
    await person.query<{ createPrompt: Prompt }>(
      `mutation ($input: CreatePromptInput!) { createPrompt(input: $input) { ${prompt} } }`,
      { input },
    )
  ).createPrompt;
const addVersion = async (name: string, input: object, person = ann) =>
  (
    await person.query<{ createPromptVersion: Version }>(
      `mutation ($name: String!, $input: PromptVersionInput!) {
        createPromptVersion(prompt: $name, input: $input) { ${version} } }`,
      { name, input },
    )
  ).createPromptVersion;
const label = async (id: string | undefined, name: string, person = ann) =>
  (
    await person.query<{ labelPromptVersion: Version }>(
      `mutation ($id: ID!, $name: String!) { labelPromptVersion(id: $id, label: $name) { ${version} } }`,
      { id, name },
    )
  ).labelPromptVersion;
const preview = async (id: string | undefined, variables: object, person = ann) =>
  (
    await person.query<{
      previewPrompt: {
        messages: { role: string; text: string }[];
        inputTokens: number;
        maxTokens: number;
        highestCostMicros: number | null;
      };
    }>(
      `query ($id: ID!, $variables: JSONObject) { previewPrompt(promptVersionId: $id, variables: $variables) {
        messages { role text } inputTokens maxTokens highestCostMicros } }`,
      { id, variables },
    )
  ).previewPrompt;
const read = async (name: string, person = ann) =>
  (
    await person.query<{ prompts: { nodes: Prompt[] } }>(
      `query ($name: String!) { prompts(first: 2, filter: { name: { eq: $name } }) { nodes { ${prompt} } } }`,
      { name },
    )
  ).prompts.nodes;
const letter = (name: string) => ({
  name,
  description: "A letter.",
  system: "Write a letter.",
  template: "To: {{who}}\nAbout: {{what}}",
  variables: [
    { name: "who", maxLength: 20 },
    { name: "what", default: "the weather" },
  ],
  temperature: 0.5,
  maxTokens: 200,
});

describe("versions and labels", () => {
  test("O7 a prompt gets versions that are numbered, hashed and shown with their variables", async () => {
    const made = await createPrompt(letter("letters.first"));
    expect(made).toMatchObject({ name: "letters.first", description: "A letter.", versions: { totalCount: 1 } });
    expect(made.versions.nodes[0]).toMatchObject({
      number: 1,
      system: "Write a letter.",
      variables: [
        { name: "who", required: true, default: null, maxLength: 20 },
        { name: "what", required: false, default: "the weather", maxLength: 2_000 },
      ],
      labels: { nodes: [] },
      createdBy: { id: (await ann.sdk.Me()).me.id },
    });
    const { name: _, description: __, ...same } = letter("");
    const second = await addVersion("letters.first", { ...same, note: "The same again." });
    const third = await addVersion("letters.first", { ...same, system: "Write a short letter." });
    expect([second.number, third.number]).toEqual([2, 3]);
    expect(second.contentHash).toBe(made.versions.nodes[0]?.contentHash);
    expect(third.contentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(third.contentHash).not.toBe(second.contentHash);
    const parallel = await Promise.all(Array.from({ length: 6 }, () => addVersion("letters.first", same)));
    expect(parallel.map(({ number }) => number).sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 8, 9]);
  });

  test("O7 a label points to one version of its prompt, and is moved", async () => {
    const made = await createPrompt(letter("letters.labelled"));
    const first = made.versions.nodes[0];
    const second = await addVersion("letters.labelled", { template: "Dear {{who}},", variables: [{ name: "who" }] });
    const labelled = await label(first?.id, "production");
    expect(labelled.labels.nodes).toEqual([{ name: "production" }]);
    await label(first?.id, "staging");
    await label(second.id, "production");
    const [now] = await read("letters.labelled");
    expect(now?.versions.nodes.map(({ labels }) => labels.nodes.map(({ name }) => name))).toEqual([
      ["staging"],
      ["production"],
    ]);
    expect(await errorOf(label(second.id, "Über Alles"))).toMatchObject({
      code: "BAD_USER_INPUT",
      details: { field: "label" },
    });
  });

  test("O7 no statement changes what a version says, not even one past the services", async () => {
    const made = await createPrompt(letter("letters.fixed"));
    for (const set of ["template = 'Other.'", "number = 7", "content_hash = ''", "variables = '[]'"]) {
      const change = atrium.database.query(`update prompt_version set ${set} where prompt_id = $1`, [made.id]);
      await expect(change).rejects.toThrow(/stays as it is/);
    }
  });

  test("O7 what is wrong with a prompt is said at its field", async () => {
    const cases: [object, string][] = [
      [{ name: "Two Words", template: "x" }, "input.name"],
      [{ name: "a.b", template: " " }, "input.template"],
      [{ name: "a.b", template: "x".repeat(20_001) }, "input.template"],
      [{ name: "a.b", template: "{{who}}" }, "input.template"],
      [{ name: "a.b", template: "{{#each}}" }, "input.template"],
      [{ name: "a.b", template: "x", variables: [{ name: "who" }] }, "input.variables"],
      [{ name: "a.b", template: "{{who}}", variables: [{ name: "who" }, { name: "who" }] }, "input.variables"],
      [{ name: "a.b", template: "{{who}}", variables: [{ name: "w-o" }] }, "input.variables.0.name"],
      [{ name: "a.b", template: "{{w}}", variables: [{ name: "w", maxLength: 0 }] }, "input.variables.0.maxLength"],
      [
        { name: "a.b", template: "{{w}}", variables: [{ name: "w", default: "xx", maxLength: 1 }] },
        "input.variables.0.default",
      ],
      [
        { name: "a.b", template: "{{w}}", variables: [{ name: "w", default: "x", required: true }] },
        "input.variables.0.required",
      ],
      [{ name: "a.b", template: "x {{who}}", system: "{{who}}", variables: [{ name: "who" }] }, "input.system"],
      [{ name: "a.b", template: "x", temperature: 2.1 }, "input.temperature"],
      [{ name: "a.b", template: "x", maxTokens: 8_193 }, "input.maxTokens"],
      [{ name: "a.b", template: "x", modelClass: "none-such" }, "input.modelClass"],
    ];
    for (const [input, field] of cases)
      expect({ field, error: await errorOf(createPrompt(input)) }).toMatchObject({
        field,
        error: { code: "BAD_USER_INPUT", details: { field } },
      });
    expect(await read("a.b")).toEqual([]);
    await createPrompt({ name: "a.b", template: "x" });
    expect(await errorOf(createPrompt({ name: "a.b", template: "x" }))).toMatchObject({ code: "CONFLICT" });
    expect(await errorOf(addVersion("a.c", { template: "x" }))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("O7 a preview shows the messages, their size and what they can cost, and asks nobody", async () => {
    const [first] = (await createPrompt(letter("letters.previewed"))).versions.nodes;
    expect(await preview(first?.id, { who: "Bea {{what}}" })).toEqual({
      messages: [
        { role: "system", text: "Write a letter." },
        { role: "user", text: "To: Bea {{what}}\nAbout: the weather" },
      ],
      inputTokens: 16,
      maxTokens: 200,
      highestCostMicros: 0,
    });
    for (const [variables, field] of [
      [{}, "variables.who"],
      [{ who: "x".repeat(21) }, "variables.who"],
      [{ who: "x", whom: "y" }, "variables.whom"],
      [{ who: ["x"] }, "variables.who"],
    ] as const)
      expect(await errorOf(preview(first?.id, variables))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field },
      });
    expect(await atrium.database.query("select 1 from generation where purpose <> 'quotes.generate'")).toEqual([]);
  });

  test("O7 a prompt is renamed, and deleted with its versions while no generation names one", async () => {
    const made = await createPrompt(letter("letters.old"));
    const update = (id: string, input: object) =>
      ann.query<{ updatePrompt: Prompt }>(
        `mutation ($id: ID!, $input: UpdatePromptInput!) { updatePrompt(id: $id, input: $input) { ${prompt} } }`,
        { id, input },
      );
    expect((await update(made.id, { name: "letters.new", description: null })).updatePrompt).toMatchObject({
      name: "letters.new",
      description: null,
      versions: { totalCount: 1 },
    });
    await createPrompt(letter("letters.other"));
    expect(await errorOf(update(made.id, { name: "letters.other" }))).toMatchObject({ code: "CONFLICT" });
    await label(made.versions.nodes[0]?.id, "production");
    await ann.query(`mutation ($id: ID!) { deletePrompt(id: $id) { id } }`, { id: made.id });
    expect(await read("letters.new")).toEqual([]);
    const left = await atrium.database.query(
      "select 1 from prompt_version where prompt_id = $1 union all select 1 from prompt_label where prompt_id = $1",
      [made.id],
    );
    expect(left).toEqual([]);
  });

  test("I11 O7 nobody of another workspace sees or uses a prompt, and a viewer changes none", async () => {
    const made = await createPrompt(letter("letters.mine"));
    const id = made.versions.nodes[0]?.id;
    const dan = await atrium.signUp();
    expect(await read("letters.mine", dan)).toEqual([]);
    for (const call of [
      label(id, "production", dan),
      preview(id, { who: "Dan" }, dan),
      addVersion("letters.mine", { template: "x" }, dan),
      dan.query("mutation ($id: ID!) { deletePrompt(id: $id) { id } }", { id: made.id }),
    ])
      expect(await errorOf(call)).toMatchObject({ code: "NOT_FOUND" });
    expect((await createPrompt(letter("letters.mine"), dan)).name).toBe("letters.mine");
    const team = await startTeam(atrium);
    await createPrompt(letter("letters.mine"), team.owner);
    const viewer = await team.join("VIEWER");
    expect((await read("letters.mine", viewer))[0]?.versions.totalCount).toBe(1);
    expect(await errorOf(addVersion("letters.mine", { template: "x" }, viewer))).toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("the prompt of quotes", () => {
  const quote = async (person: Person, input = { topic: "courage" } as { topic: string; tone?: string }) => {
    const { generateQuote: job } = await person.sdk.GenerateQuote({ input });
    const ended = endOf(await collect(person, job.id));
    const [row] = await atrium.database.query<{
      request: { messages: { text: string }[]; maxTokens: number; temperature?: number };
      prompt_version_id: string;
      variables: object;
    }>("select request, prompt_version_id, variables from generation where job_id = $1", [job.id]);
    if (row === undefined) throw new Error("no generation");
    return { job: ended, ...row };
  };

  test("O7 it is made once, when it is first needed, however many ask at once, and named by each generation", async () => {
    const bea = await atrium.signUp();
    expect(await read("quotes.generate", bea)).toEqual([]);
    await Promise.all(Array.from({ length: 8 }, () => bea.sdk.GenerateQuote({ input: { topic: "courage" } })));
    const [builtIn, ...others] = await read("quotes.generate", bea);
    expect(others).toEqual([]);
    expect(builtIn?.versions.nodes).toMatchObject([
      { number: 1, labels: { nodes: [{ name: "production" }] }, createdBy: null },
    ]);
    const made = await quote(bea, { topic: "the sea", tone: "calm" });
    expect(made.prompt_version_id).toBe(builtIn?.versions.nodes[0]?.id);
    expect(made.variables).toEqual({ topic: "the sea", tone: "calm" });
    expect(made.request).toMatchObject({ maxTokens: 400, temperature: 1 });
    expect(made.request.messages[1]?.text).toBe("Topic: the sea\nTone: calm");
    const shown = await bea.query<{ generations: { nodes: { promptVersion: { number: number; prompt: object } }[] } }>(
      `{ generations(first: 1) { nodes { promptVersion { number prompt { name } } } } }`,
    );
    expect(shown.generations.nodes[0]?.promptVersion).toEqual({ number: 1, prompt: { name: "quotes.generate" } });
  });

  test("O7 a workspace puts production on a version of its own, and back", async () => {
    const cy = await atrium.signUp();
    const own = await addVersion(
      "quotes.generate",
      { system: "Speak like a pirate.", template: "Topic: {{topic}}", variables: [{ name: "topic" }], maxTokens: 99 },
      cy,
    );
    expect(own.number).toBe(2);
    const before = await quote(cy);
    expect(before.request.messages[0]?.text).toMatch(/^Write one original quote/);
    await label(own.id, "production", cy);
    const after = await quote(cy, { topic: "courage", tone: "calm" });
    expect(after).toMatchObject({ prompt_version_id: own.id, variables: { topic: "courage" } });
    expect(after.request.messages).toEqual([
      { role: "system", text: "Speak like a pirate." },
      { role: "user", text: "Topic: courage" },
    ]);
    expect(after.request).toMatchObject({ maxTokens: 99 });
    expect(after.request.temperature).toBeUndefined();
    expect(after.job.status).toBe("SUCCEEDED");
    await label(before.prompt_version_id, "production", cy);
    expect((await quote(cy)).prompt_version_id).toBe(before.prompt_version_id);
  });

  test("O7 a version of it asks for nothing that nobody says, and the prompt keeps its name and stays", async () => {
    const eve = await atrium.signUp();
    const wrong: [object, string][] = [
      [{ template: "{{topic}} {{mood}}", variables: [{ name: "topic" }, { name: "mood" }] }, "input.variables.1.name"],
      [{ template: "{{tone}}", variables: [{ name: "tone" }] }, "input.variables.0.required"],
    ];
    for (const [input, field] of wrong)
      expect(await errorOf(addVersion("quotes.generate", input, eve))).toMatchObject({ details: { field } });
    expect(await errorOf(createPrompt(letter("quotes.generate"), eve))).toMatchObject({ code: "CONFLICT" });
    await quote(eve);
    const [{ id } = { id: "" }] = await read("quotes.generate", eve);
    for (const query of [
      "mutation ($id: ID!) { deletePrompt(id: $id) { id } }",
      'mutation ($id: ID!) { updatePrompt(id: $id, input: { name: "quotes.mine" }) { id } }',
    ])
      expect(await errorOf(eve.query(query, { id }))).toMatchObject({ code: "CONFLICT" });
  });

  test("O7 a dry run makes no prompt, and a key that is sent again makes none twice", async () => {
    const headers: Record<string, string> = { "dry-run": "true" };
    const flo = await atrium.signUp({ headers });
    await flo.sdk.GenerateQuote({ input: { topic: "courage" } });
    delete headers["dry-run"];
    expect(await read("quotes.generate", flo)).toEqual([]);
    headers["idempotency-key"] = "one";
    const [one, two] = [
      await flo.sdk.GenerateQuote({ input: { topic: "courage" } }),
      await flo.sdk.GenerateQuote({ input: { topic: "courage" } }),
    ];
    expect(two.generateQuote.id).toBe(one.generateQuote.id);
    delete headers["idempotency-key"];
    const known = await eventually(
      () => read("quotes.generate", flo),
      ({ length }) => length > 0,
    );
    expect(known).toMatchObject([{ versions: { totalCount: 1 } }]);
  });
});
