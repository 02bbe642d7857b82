import type { GenerateRequest, Provider } from "#src/ai/provider.js";
import { ProviderError } from "#src/ai/provider.js";
import { errorOf, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { joinWorkspace, signUpMember } from "./support/members.js";

/** Writes what the test wants, and judges as it wants. */
const writer = {
  text: "",
  judge: async (_signal: AbortSignal): Promise<string> => '{"score":0.5}',
  asked: [] as GenerateRequest[],
};
const provider: Provider = {
  ...{ name: "scripted", offline: false, models: ["gpt-4o-mini", "gpt-4o"], embeddingModels: [] },
  async *generate(request, signal) {
    writer.asked.push(request);
    const text = request.schema === undefined ? writer.text : await writer.judge(signal);
    yield { type: "text", text };
    yield { type: "end", finishReason: "stop", model: request.model, usage: { inputTokens: 100, outputTokens: 100 } };
  },
  embed: async () => ({ vectors: [], model: "none", usage: null }),
};

let atrium: TestAtrium;
let ann: Person;

beforeAll(async () => {
  atrium = await startAtrium({ providers: [provider] });
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

interface Rated {
  text: string;
  qualityScore: number;
  costMicros: number;
  quality: {
    score: number;
    parts: { name: string; score: number; weight: number; findings: string[] }[];
    judge: { model: string; score: number | null; errorCode: string | null } | null;
  } | null;
}

const query = `query ($id: ID!) { quote(id: $id) { qualityScore generation { text qualityScore costMicros
  quality { score parts { name score weight findings } judge { model score errorCode } } } } }`;

const rated = async (person: Person, text: string, input: object = {}): Promise<Rated> => {
  writer.text = text;
  const { generateQuote: job } = await person.sdk.GenerateQuote({ input: { topic: "courage", ...input } });
  const { status, result } = endOf(await collect(person, job.id));
  if (status !== "SUCCEEDED" || result?.__typename !== "Quote") throw new Error(`The job has ended as ${status}.`);
  const { quote } = await person.query<{ quote: { qualityScore: number; generation: Rated } }>(query, {
    id: result.id,
  });
  expect(quote.generation.qualityScore).toBe(quote.qualityScore);
  return quote.generation;
};
const partOf = ({ quality }: Rated, name: string) => quality?.parts.find((part) => part.name === name);

const good = "Courage is the quiet voice that tries again in the morning.";

test("O6 a generation says how good its text is, part by part, and the whole is the parts by their weights", async () => {
  const { quality, qualityScore } = await rated(ann, "courage has an address: ann.smith@example.com");
  expect(quality?.score).toBe(qualityScore);
  expect(quality?.judge).toBeNull();
  expect(quality?.parts).toEqual([
    { name: "FORM", score: 0.6, weight: 0.25, findings: ["NO_BEGINNING", "NO_END"] },
    { name: "RELEVANCE", score: 1, weight: 0.25, findings: [] },
    { name: "ORIGINALITY", score: 1, weight: 0.2, findings: [] },
    { name: "SAFETY", score: 0.5, weight: 0.2, findings: ["EMAIL_ADDRESS"] },
    { name: "LENGTH", score: 1, weight: 0.1, findings: [] },
  ]);
  expect(qualityScore).toBe(0.8);
});

test("O6 the same text for the same request against the same collection is rated the same", async () => {
  const [bea, cy] = [await atrium.signUp(), await atrium.signUp()];
  for (const each of [bea, cy])
    await each.sdk.CreateQuote({ input: { text: "Courage is the quiet voice of the evening.", author: "Ada" } });
  const once = await rated(bea, good);
  expect(once.quality).toEqual((await rated(cy, good)).quality);
  expect(partOf(once, "ORIGINALITY")?.score).toBeLessThan(0.7);
});

test("O6 what resembles a text of the workspace is less original, also a private one, which nothing names", async () => {
  const dan = await signUpMember(atrium);
  const eve = await joinWorkspace(atrium, dan.workspaceId, "EDITOR");
  const secret = "Courage is the quiet voice that tries again in the dark.";
  for (let count = 0; count < 60; count += 1)
    await dan.sdk.CreateQuote({ input: { text: `A quiet morning has ${count} birds.`, author: "Dan" } });
  expect(
    partOf(await rated(eve, "Courage is a lamp in a drawer, until somebody opens it."), "ORIGINALITY")?.score,
  ).toBe(1);
  await dan.sdk.CreateQuote({ input: { text: secret, author: "Dan", visibility: "PRIVATE" } });
  const near = await rated(eve, good);
  expect(partOf(near, "ORIGINALITY")?.score).toBeLessThan(0.4);
  expect(JSON.stringify(near)).not.toContain("dark");
  expect(partOf(await rated(eve, good), "ORIGINALITY")?.score).toBe(0);
});

test("O6 a judge is asked only when wanted, is one more part, and its cost is the generation's", async () => {
  writer.asked = [];
  const alone = await rated(ann, "Courage walks beside its fear, and does not let go of its hand.");
  expect(writer.asked).toHaveLength(1);
  writer.judge = async () => '{"score":0.25}';
  const judged = await rated(ann, "Courage sits down next to doubt, and asks it for the time.", { judge: true });
  expect(writer.asked).toHaveLength(3);
  expect(judged.quality?.judge).toEqual({ model: "scripted/gpt-4o-mini", score: 0.25, errorCode: null });
  expect(partOf(judged, "JUDGE")).toEqual({ name: "JUDGE", score: 0.25, weight: 0.333, findings: [] });
  expect(judged.qualityScore).toBeLessThan(alone.qualityScore);
  expect(judged.costMicros).toBe(2 * alone.costMicros);
  expect(writer.asked.at(-1)?.messages.at(-1)?.text).toContain("asks it for the time");
  const [ledger] = await atrium.database.query<{ calls: number; cost: string }>(
    "select count(*)::int as calls, sum(c.cost_micros)::text as cost from provider_call c join generation g on g.id = c.generation_id where g.text = $1",
    [judged.text],
  );
  expect(ledger).toEqual({ calls: 2, cost: String(judged.costMicros) });
});

test("O6 judges come from the class that is set, which has to be there", async () => {
  const operator = await atrium.signUpOperator();
  const update = "mutation ($i: UpdateAiSettingsInput!) { updateAiSettings(input: $i) { judgeClass } }";
  const set = (i: object) => operator.query<{ updateAiSettings: { judgeClass: string } }>(update, { i });
  const judges = [{ name: "judges", candidates: [{ provider: "scripted", model: "gpt-4o" }] }];
  expect(await errorOf(set({ judgeClass: "judges" }))).toMatchObject({
    ...{ code: "BAD_USER_INPUT", details: { field: "input.judgeClass" } },
  });
  expect((await set({ modelClasses: judges, judgeClass: "judges" })).updateAiSettings).toEqual({
    judgeClass: "judges",
  });
  expect(await errorOf(set({ modelClasses: [] }))).toMatchObject({
    ...{ code: "BAD_USER_INPUT", details: { field: "input.modelClasses" } },
  });
  writer.judge = async () => '{"score":0.75}';
  const { quality } = await rated(ann, "Courage keeps a spare key for hope.", { judge: true });
  expect(quality?.judge).toEqual({ model: "scripted/gpt-4o", score: 0.75, errorCode: null });
  expect(writer.asked.slice(-2).map(({ model }) => model)).toEqual(["gpt-4o-mini", "gpt-4o"]);
  await set({ modelClasses: [], judgeClass: "default" });
  const { quality: again } = await rated(ann, "Courage keeps a spare coat for doubt.", { judge: true });
  expect(again?.judge?.model).toBe("scripted/gpt-4o-mini");
});

test.each([
  ["says something else", async () => '{"grade":"A"}', "PROVIDER_UNAVAILABLE"],
  ["says more than everything", async () => '{"score":7}', "PROVIDER_UNAVAILABLE"],
  [
    "fails",
    async () => {
      throw new ProviderError("scripted", "unavailable");
    },
    "PROVIDER_UNAVAILABLE",
  ],
])("O6 a judge that %s leaves its part out and says so, and the quote is made", async (_what, judge, errorCode) => {
  writer.judge = judge;
  const { quality, qualityScore } = await rated(ann, good, { judge: true });
  expect(quality?.judge).toMatchObject({ score: null, errorCode });
  expect(quality?.parts).toHaveLength(5);
  expect(qualityScore).toBeGreaterThan(0.5);
});
