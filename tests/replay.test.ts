import { setTimeout as sleep } from "node:timers/promises";
import { type GenerateRequest, type Provider, ProviderError } from "#src/ai/provider.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { joinWorkspace, signUpMember } from "./support/members.js";
import { createTestDatabase } from "./support/test-database.js";

const good = "Courage is the quiet voice that tries again in the morning.";

/** Says something good, or what the instructions make of it; 100 tokens in and out, whatever it says. */
const writer = () => {
  const state = { asked: [] as GenerateRequest[], answers: Number.POSITIVE_INFINITY };
  const provider: Provider = {
    ...{ name: "scripted", offline: false, models: ["gpt-4o-mini", "gpt-4o", "unpriced"], embeddingModels: [] },
    async *generate(request, signal) {
      state.asked.push(request);
      const said = request.messages.map(({ text }) => text).join("\n");
      if (said.includes("Topic: storms")) throw new ProviderError("scripted", "rejected");
      if (state.asked.length > state.answers) {
        await sleep(60_000, undefined, { signal }).catch(() => undefined);
        throw signal.reason;
      }
      yield { type: "text", text: said.includes("Be careless") ? '"whatever, mail me@example.com' : `"${good}"` };
      yield { type: "end", finishReason: "stop", model: request.model, usage: { inputTokens: 100, outputTokens: 100 } };
    },
    embed: async () => ({ vectors: [], model: "none", usage: null }),
  };
  return { provider, state };
};
/** By the list price of gpt-4o-mini, in micro-dollars. */
const costOfOne = 75;

let atrium: TestAtrium;
const { provider, state } = writer();
beforeAll(async () => {
  atrium = await startAtrium({ providers: [provider] });
});
afterAll(() => atrium.close());
beforeEach(() => {
  state.asked = [];
  state.answers = Number.POSITIVE_INFINITY;
});

interface Pair {
  place: number;
  status: string;
  reason: string | null;
  originalQuality: number | null;
  replayedQuality: number | null;
  qualityDifference: number | null;
  costDifferenceMicros: number | null;
  latencyDifferenceMs: number | null;
  original: { id: string; text: string } | null;
  generation: {
    id: string;
    text: string;
    status: string;
    purpose: string;
    costMicros: number;
    qualityScore: number;
    replayOf: { id: string };
    replay: { id: string };
    lineage: { parent: { id: string }; isIntact: boolean; promptVersion: { id: string } } | null;
  } | null;
}
interface Shown {
  id: string;
  status: string;
  total: number;
  replayed: number;
  skipped: number;
  failed: number;
  spentMicros: number;
  job: { id: string; status: string; progress: number };
  pairs: { nodes: Pair[] };
}

const fields = `id total replayed skipped failed spentMicros maxCostMicros job { id status progress result { ... on Replay { id } } }
  pairs(first: 100, orderBy: [{ field: PLACE }]) { nodes { place status reason originalQuality replayedQuality qualityDifference
    costDifferenceMicros latencyDifferenceMs original { id text } generation { id text status purpose costMicros qualityScore
      replayOf { id } replay { id } lineage { isIntact parent { id } promptVersion { id } } } } }`;
const mutation = `mutation ($input: ReplayGenerationsInput!) { replayGenerations(input: $input) { id total job { id } } }`;

const start = async (person: Person, input: object) =>
  (await person.query<{ replayGenerations: Shown }>(mutation, { input })).replayGenerations;
const show = async (person: Person, id: string) =>
  (await person.query<{ replay: Shown }>(`query ($id: ID!) { replay(id: $id) { ${fields} } }`, { id })).replay;
/** Replays, and waits for the end. */
const replay = async (person: Person, input: object): Promise<Shown> => {
  const { id, job } = await start(person, input);
  const ended = endOf(await collect(person, job.id));
  expect(ended.status).toBe("SUCCEEDED");
  return show(person, id);
};

const generate = async (person: Person, topic: string, input: object = {}): Promise<void> => {
  const { generateQuote: job } = await person.sdk.GenerateQuote({ input: { topic, ...input } });
  await collect(person, job.id);
};
const library = async (topics: readonly string[], input: object = {}): Promise<Person> => {
  const person = await atrium.signUp();
  for (const topic of topics) await generate(person, topic, input);
  state.asked = [];
  return person;
};
const newVersion = async (person: Person, system: string, template = "Topic: {{topic}}"): Promise<string> => {
  const variables = [...template.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => ({ name, required: name === "topic" }));
  const made = await person.query<{ createPromptVersion: { id: string } }>(
    `mutation ($input: PromptVersionInput!) { createPromptVersion(prompt: "quotes.generate", input: $input) { id } }`,
    { input: { system, template, variables, maxTokens: 400 } },
  );
  return made.createPromptVersion.id;
};
const rowsOf = (person: Person) =>
  atrium.database.query<{ row: object }>(
    `select to_jsonb(g) as row from generation g join membership m on m.workspace_id = g.workspace_id
       join "user" u on u.id = m.user_id where u.email = $1 and g.replay_id is null order by g.id`,
    [person.email],
  );

test("O14 generations replayed on another prompt stand beside their originals, which stay as they were", async () => {
  const ann = await library(["courage", "courage at sea", "courage at night"]);
  const before = await rowsOf(ann);
  const promptVersionId = await newVersion(ann, "Be careless.");
  const done = await replay(ann, { promptVersionId, maxCostMicros: 1_000_000 });
  expect(done).toMatchObject({ total: 3, replayed: 3, skipped: 0, failed: 0, spentMicros: 3 * costOfOne });
  expect(done.job).toMatchObject({ progress: 1, result: { id: done.id } });
  expect(state.asked).toHaveLength(3);
  expect(state.asked.map(({ messages }) => messages.at(-1)?.text).sort()).toEqual([
    "Topic: courage",
    "Topic: courage at night",
    "Topic: courage at sea",
  ]);
  for (const { original, generation, ...pair } of done.pairs.nodes) {
    expect(original?.text).toBe(good);
    expect(generation).toMatchObject({
      // Cleaned as its original was, for it is of the same purpose.
      text: "whatever, mail me@example.com",
      status: "SUCCEEDED",
      purpose: "generations.replay",
      costMicros: costOfOne,
      qualityScore: pair.replayedQuality,
      replayOf: { id: original?.id },
      replay: { id: done.id },
      lineage: { isIntact: true, parent: { id: original?.id }, promptVersion: { id: promptVersionId } },
    });
    expect(pair).toMatchObject({ status: "REPLAYED", reason: null, costDifferenceMicros: 0 });
    expect(pair.qualityDifference).toBeLessThan(-0.1);
    expect(pair.qualityDifference).toBeCloseTo((pair.replayedQuality ?? 0) - (pair.originalQuality ?? 0), 3);
    expect(pair.latencyDifferenceMs).not.toBeNull();
  }
  expect(await rowsOf(ann)).toEqual(before);
});

test("O14 on another model each is asked with its own messages, and a replay is no original of the next one", async () => {
  const bea = await library(["courage", "courage at sea"]);
  const asked = await rowsOf(bea);
  const dear = await replay(bea, { provider: "scripted", model: "gpt-4o", maxCostMicros: 1_000_000 });
  expect(dear).toMatchObject({ total: 2, replayed: 2, spentMicros: 2 * 1_250 });
  expect(state.asked.every(({ model }) => model === "gpt-4o")).toBe(true);
  const messages = asked.map(({ row }) => (row as { request: GenerateRequest }).request.messages);
  expect(state.asked.map((request) => request.messages)).toEqual(expect.arrayContaining(messages));
  for (const pair of dear.pairs.nodes)
    expect(pair).toMatchObject({ qualityDifference: 0, costDifferenceMicros: 1_250 - costOfOne });
  const again = await replay(bea, { modelClass: "default", maxCostMicros: 1_000_000, first: 1 });
  expect(again).toMatchObject({ total: 1, replayed: 1 });
  expect(again.pairs.nodes[0]?.original?.id).toBe(dear.pairs.nodes[0]?.original?.id);
});

test("O14 what may not fit under the cap is not asked for, and says so", async () => {
  const cy = await library(["courage", "courage at sea", "courage at night", "courage at home", "courage at work"]);
  const promptVersionId = await newVersion(cy, "Write one sentence.");
  const { previewPrompt } = await cy.query<{ previewPrompt: { highestCostMicros: number } }>(
    `query ($id: ID!) { previewPrompt(promptVersionId: $id, variables: { topic: "courage at night" }) { highestCostMicros } }`,
    { id: promptVersionId },
  );
  // What the third one may cost is just there when the first two have cost what they did.
  const maxCostMicros = previewPrompt.highestCostMicros + 2 * costOfOne;
  const done = await replay(cy, { promptVersionId, maxCostMicros });
  expect(done).toMatchObject({ total: 5, replayed: 3, skipped: 2, failed: 0, spentMicros: 3 * costOfOne });
  expect(state.asked).toHaveLength(3);
  const skipped = done.pairs.nodes.filter(({ status }) => status === "SKIPPED");
  expect(skipped).toHaveLength(2);
  for (const { generation, reason } of skipped) {
    expect(generation).toBeNull();
    expect(reason).toMatch(/may cost \d+ micro-dollars, and the cap leaves \d+/);
  }
  const none = await replay(cy, { promptVersionId, maxCostMicros: 0 });
  expect(none).toMatchObject({ total: 5, replayed: 0, skipped: 5, spentMicros: 0 });
  expect(state.asked).toHaveLength(3);
});

test("O14 one that fails, has no price or lacks a variable leaves the others alone", async () => {
  const dan = await library(["courage", "courage at sea", "courage at night"]);
  const unpriced = await replay(dan, { provider: "scripted", model: "unpriced", maxCostMicros: 1_000_000 });
  expect(unpriced).toMatchObject({ replayed: 0, skipped: 3, spentMicros: 0 });
  expect(unpriced.pairs.nodes[0]?.reason).toContain("scripted/unpriced");
  expect(state.asked).toHaveLength(0);

  await generate(dan, "courage in storms", { tone: "hopeful" });
  const toned = await newVersion(dan, "Write one sentence.", "Topic: {{topic}}\nTone: {{tone}}");
  await atrium.database.query("update generation set variables = null where variables->>'topic' = 'courage at sea'");
  await atrium.database.query(
    `update generation set variables = '{"topic":"storms"}' where variables->>'topic' = 'courage in storms'`,
  );
  await atrium.database.query(
    `update generation set variables = '{"tone":"calm"}' where variables->>'topic' = 'courage at night'`,
  );
  const mixed = await replay(dan, { promptVersionId: toned, maxCostMicros: 1_000_000 });
  expect(mixed).toMatchObject({ total: 4, replayed: 1, skipped: 2, failed: 1, spentMicros: costOfOne });
  const by = (status: string) => mixed.pairs.nodes.filter((pair) => pair.status === status);
  expect(by("SKIPPED").map(({ reason }) => reason)).toEqual([
    "The prompt needs a value for the variable topic.",
    "The original was asked without a prompt, so there are no variables for this one.",
  ]);
  expect(by("FAILED")[0]).toMatchObject({
    reason: "The provider scripted refused the request.",
    generation: { status: "FAILED", lineage: null },
  });
});

test("O14 a replay whose worker goes away goes on elsewhere where it was, and asks for nothing twice", async () => {
  const database = await createTestDatabase();
  const [one, other] = [writer(), writer()];
  const first = await startAtrium({ database, providers: [one.provider], env: { ATRIUM_SHUTDOWN_SECONDS: "0" } });
  try {
    const eve = await first.signUp();
    for (let count = 0; count < 8; count += 1) await generate(eve, `courage number ${count}`);
    one.state.asked = [];
    one.state.answers = 3;
    const { id } = await start(eve, { modelClass: "default", maxCostMicros: 1_000_000 });
    await eventually(
      async () => (await show(eve, id)).replayed,
      (replayed) => replayed === 3,
    );
    await eventually(
      async () => one.state.asked.length,
      (asked) => asked === 7,
    );
    const stillOpen = await database.query("select 1 from generation where replay_id = $1 and status = 'OPEN'", [id]);
    expect(stillOpen).toHaveLength(4);
    await first.close();

    const second = await startAtrium({ database, providers: [other.provider] });
    try {
      const [job] = await database.query<{ status: string }>(
        "select status from job where kind = 'generations.replay'",
      );
      expect(["QUEUED", "RUNNING", "SUCCEEDED"]).toContain(job?.status);
      await eventually(
        async () =>
          (await database.query<{ status: string }>("select status from job where kind = 'generations.replay'"))[0]
            ?.status,
        (status) => status === "SUCCEEDED",
      );
      const pairs = await database.query<{ status: string; generations: number; ended: number }>(
        `select p.status, count(g.id)::int as generations, count(g.id) filter (where g.status = 'SUCCEEDED')::int as ended
         from replay_pair p left join generation g on g.replay_of_id = p.original_id where p.replay_id = $1 group by p.id`,
        [id],
      );
      expect(pairs).toEqual(Array.from({ length: 8 }, () => ({ status: "REPLAYED", generations: 1, ended: 1 })));
      expect(other.state.asked).toHaveLength(5);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
    await database.drop();
  }
});

test("O14 a cancelled replay keeps what it has and skips the rest, until it is started again", async () => {
  const fay = await library([
    "courage",
    "courage at sea",
    "courage at night",
    "courage at home",
    "courage at work",
    "courage",
  ]);
  state.answers = 1;
  const { id, job } = await start(fay, { modelClass: "default", maxCostMicros: 1_000_000 });
  await eventually(
    async () => state.asked.length,
    (asked) => asked === 5,
  );
  await fay.sdk.CancelJob({ id: job.id });
  expect(endOf(await collect(fay, job.id)).status).toBe("CANCELLED");
  expect(await show(fay, id)).toMatchObject({ total: 6, replayed: 1, skipped: 5, failed: 0 });
  const open = await atrium.database.query("select 1 from generation where replay_id = $1 and status = 'OPEN'", [id]);
  expect(open).toEqual([]);

  state.asked = [];
  state.answers = Number.POSITIVE_INFINITY;
  await fay.sdk.RetryJob({ id: job.id });
  const again = await eventually(
    () => show(fay, id),
    ({ job: { status } }) => status === "SUCCEEDED",
  );
  expect(again).toMatchObject({ total: 6, replayed: 6, skipped: 0, failed: 0, spentMicros: 6 * costOfOne });
  expect(state.asked).toHaveLength(5);
});

test("O14 what replays a private text is private, also when it becomes private later", async () => {
  const gus = await signUpMember(atrium);
  const hal = await joinWorkspace(atrium, gus.workspaceId, "OWNER");
  await generate(gus, "courage", { visibility: "PRIVATE" });
  await generate(gus, "courage at sea");
  const { id } = await replay(gus, { modelClass: "default", maxCostMicros: 1_000_000 });
  const seen = await show(hal, id);
  expect(seen).toMatchObject({ total: 2, replayed: 1, spentMicros: costOfOne });
  expect(seen.pairs.nodes).toHaveLength(1);
  const theirs = await replay(hal, { modelClass: "default", maxCostMicros: 1_000_000 });
  expect(theirs.total).toBe(1);
  const [quote] = await atrium.database.query<{ id: string }>(
    "select q.id from quote q join generation g on g.id = q.generation_id where g.id = $1",
    [seen.pairs.nodes[0]?.original?.id],
  );
  await gus.sdk.UpdateQuote({ id: quote?.id ?? "", input: { visibility: "PRIVATE" } });
  expect((await show(hal, id)).pairs.nodes).toEqual([]);
  expect((await show(gus, theirs.id)).pairs.nodes).toEqual([]);
  expect((await show(hal, theirs.id)).pairs.nodes).toMatchObject([{ original: null, generation: { text: good } }]);
});

test("O14 a replay that could compare nothing is refused, and names what is wrong", async () => {
  const [ian, joe] = [await library(["courage"]), await atrium.signUp()];
  const foreign = await newVersion(joe, "Write one sentence.");
  const cases = [
    [{}, "input.promptVersionId", "BAD_USER_INPUT"],
    [{ promptVersionId: "42" }, "input.promptVersionId", "BAD_USER_INPUT"],
    [{ promptVersionId: foreign }, undefined, "NOT_FOUND"],
    [{ modelClass: "no-such-class" }, "input.modelClass", "BAD_USER_INPUT"],
    [{ provider: "nobody" }, "input.provider", "BAD_USER_INPUT"],
    [{ modelClass: "default", first: 0 }, "input.first", "BAD_USER_INPUT"],
    [{ modelClass: "default", first: 501 }, "input.first", "BAD_USER_INPUT"],
    [{ modelClass: "default", maxCostMicros: -1 }, "input.maxCostMicros", "BAD_USER_INPUT"],
    [{ modelClass: "default", filter: { purpose: { eq: "nothing" } } }, "input.filter", "BAD_USER_INPUT"],
  ] as const;
  for (const [input, field, code] of cases) {
    const error = await errorOf(start(ian, { maxCostMicros: 1_000, ...input }));
    expect({ input, code: error.code, field: error.details.field }).toEqual({ input, code, field });
  }
  expect(state.asked).toEqual([]);
  const { replays } = await ian.query<{ replays: { totalCount: number } }>("{ replays { totalCount } }");
  expect(replays.totalCount).toBe(0);
});
