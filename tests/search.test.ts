import pg from "pg";
import { ask, bearer, dataOf } from "./support/ask.js";
import { errorOf, eventually, startAtrium, type TestAtrium } from "./support/atrium.js";
import { embeddingProvider } from "./support/embedding-provider.js";
import { collect, endOf } from "./support/follow.js";
import { joinWorkspace, type Member, signUpMember } from "./support/members.js";
import { otherQuotes, paraphrases, unrelatedQueries } from "./support/paraphrases.js";
import { seedQuotes } from "./support/seed-quotes.js";

interface Hit {
  score: number;
  quote: { id: string; text: string };
}
interface Wish {
  first?: number;
  filter?: object;
  minScore?: number;
}

let atrium: TestAtrium;
beforeAll(async () => {
  atrium = await startAtrium();
});
afterAll(() => atrium.close());

const search = async (person: Pick<Member, "query">, query: string, wish: Wish = {}): Promise<Hit[]> => {
  const { searchQuotes } = await person.query<{ searchQuotes: Hit[] }>(
    `query ($query: String!, $first: Int, $filter: QuoteFilter, $minScore: Float) {
      searchQuotes(query: $query, first: $first, filter: $filter, minScore: $minScore) { score quote { id text } }
    }`,
    { query, ...wish },
  );
  return searchQuotes;
};
const textsOf = (hits: readonly Hit[]) => hits.map(({ quote }) => quote.text);
const stateOf = async (person: Member) =>
  (
    await person.query<{ quoteSearch: { model: string; engine: string; pending: number } }>(
      "{ quoteSearch { model engine pending } }",
    )
  ).quoteSearch;
const create = async (person: Member, text: string, visibility = "WORKSPACE"): Promise<string> =>
  (await person.sdk.CreateQuote({ input: { text, author: "Ann", visibility: visibility as never } })).createQuote.id;
/** Nobody has told of what was written by SQL: a search is told by nobody. */
const indexed = (person: Member) =>
  eventually(
    async () => {
      await search(person, "anything");
      return stateOf(person);
    },
    ({ pending }) => pending === 0,
  );

test("Q4 what was written is found at once by what it says, as it is now", async () => {
  const ann = await signUpMember(atrium);
  const brave = await create(ann, "She spoke up though her voice shook.");
  const other = await create(ann, "Mix the flour with butter and bake it for an hour.");
  expect((await search(ann, "courage"))[0]?.quote.id).toBe(brave);
  expect((await search(ann, "cooking a recipe")).map(({ quote }) => quote.id)).toEqual([other]);

  await ann.sdk.UpdateQuote({ id: other, input: { text: "He was afraid, and dared it." } });
  expect(await search(ann, "cooking a recipe")).toEqual([]);
  expect((await search(ann, "courage")).map(({ quote }) => quote.id).sort()).toEqual([brave, other].sort());
  await ann.query("mutation ($id: ID!) { deleteQuote(id: $id) { id } }", { id: brave });
  expect((await search(ann, "courage")).map(({ quote }) => quote.id)).toEqual([other]);
  expect(await atrium.database.query("select 1 from embedding where subject_id = $1", [brave])).toEqual([]);
});

test("Q4 a generated quote is found like any other", async () => {
  const ann = await signUpMember(atrium);
  const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "friendship" } });
  const { result } = endOf(await collect(ann, job.id));
  if (result?.__typename !== "Quote") throw new Error("no quote");
  expect((await search(ann, result.text)).map(({ quote, score }) => [quote.id, score.toFixed(3)])).toEqual([
    [result.id, "1.000"],
  ]);
});

test("Q4 a paraphrase without the word is found among 500 other quotes, and what nobody said is not", async () => {
  const ann = await signUpMember(atrium);
  const ids = await seedQuotes(atrium.database, ann, [...paraphrases.map(([, quote]) => quote), ...otherQuotes]);
  await indexed(ann);
  const ranks: number[] = [];
  for (const [index, [query, quote]] of paraphrases.entries()) {
    expect(quote.toLowerCase()).not.toContain(query.toLowerCase());
    const rank = (await search(ann, query, { first: 100, minScore: -1 })).findIndex(
      ({ quote }) => quote.id === ids[index],
    );
    ranks.push(rank === -1 ? 101 : rank + 1);
  }
  const recall = ranks.filter((rank) => rank <= 10).length / ranks.length;
  const meanRank = ranks.reduce((sum, rank) => sum + rank) / ranks.length;
  console.log(`${ranks.length} paraphrases: recall at 10 is ${recall.toFixed(3)}, mean rank ${meanRank.toFixed(1)}`);
  expect(ranks.length).toBeGreaterThanOrEqual(40);
  expect(recall).toBeGreaterThanOrEqual(0.9);
  expect(meanRank).toBeLessThan(4);

  let noise = 0;
  for (const query of unrelatedQueries) noise += (await search(ann, query, { first: 100 })).length;
  const share = noise / (unrelatedQueries.length * ids.length);
  console.log(`${unrelatedQueries.length} unrelated queries: ${(share * 100).toFixed(2)} % of all quotes were found`);
  expect(share).toBeLessThan(0.02);
});

test("Q4 the private quotes of others change neither the hits nor their number, even when 10,000 of them are nearer", async () => {
  const ann = await signUpMember(atrium);
  const ben = await joinWorkspace(atrium, ann.workspaceId, "EDITOR");
  for (const text of [
    "To be brave is to be afraid and go.",
    "A bold heart, a short speech.",
    "Bread is better with salt.",
  ])
    await create(ann, text);
  const before = await search(ann, "courage", { first: 2 });
  const all = await search(ann, "courage", { first: 50, minScore: -1 });
  expect(before).toHaveLength(2);
  expect(all).toHaveLength(3);

  const secret = await seedQuotes(
    atrium.database,
    ben,
    Array.from({ length: 10_000 }, (_, index) => `Courage ${index}`),
    "PRIVATE",
  );
  await indexed(ben);
  expect((await search(ben, "courage", { first: 100 })).every(({ quote }) => quote.text.startsWith("Courage "))).toBe(
    true,
  );
  expect(await search(ann, "courage", { first: 2 })).toEqual(before);
  expect(await search(ann, "courage", { first: 50, minScore: -1 })).toEqual(all);
  expect((await stateOf(ann)).pending).toBe(0);

  await ben.query(
    "mutation ($resourceId: ID!, $userId: ID!) { grantAccess(resourceId: $resourceId, userId: $userId, level: READ) { id } }",
    { resourceId: secret[7], userId: ann.userId },
  );
  expect((await search(ann, "courage", { first: 1 }))[0]?.quote.id).toBe(secret[7]);
});

test("Q4 a filter holds for every hit, and bounds are kept", async () => {
  const ann = await signUpMember(atrium);
  for (const author of ["Ann", "Ben"])
    for (const text of ["Hope gets up early.", "The dawn is bright."])
      await ann.sdk.CreateQuote({ input: { text, author } });
  expect(await search(ann, "hope", { filter: { author: { eq: "Ben" } } })).toHaveLength(2);
  expect(await search(ann, "hope", { first: 3 })).toHaveLength(3);
  const scores = (await search(ann, "hope")).map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(await search(ann, "hope", { minScore: 0.999 })).toEqual([]);
  for (const [wish, field] of [
    [{ first: 0 }, "first"],
    [{ first: 101 }, "first"],
    [{ minScore: 2 }, "minScore"],
    [{ filter: {} }, "filter"],
  ] as const)
    expect(await errorOf(search(ann, "hope", wish))).toMatchObject({ code: "BAD_USER_INPUT", details: { field } });
  for (const query of ["", "  ", "x".repeat(501)])
    expect(await errorOf(search(ann, query))).toMatchObject({ code: "BAD_USER_INPUT", details: { field: "query" } });
});

test("Q4 workspaces are searched apart", async () => {
  const [ann, ben] = [await signUpMember(atrium), await signUpMember(atrium)];
  await create(ann, "Courage is a habit.");
  expect(await search(ann, "courage")).toHaveLength(1);
  expect(await search(ben, "courage", { minScore: -1 })).toEqual([]);
});

test("Q4 a commit that comes late is not skipped", async () => {
  const ann = await signUpMember(atrium);
  const late = new pg.Client({ connectionString: atrium.database.url });
  await late.connect();
  try {
    await late.query("begin");
    await seedQuotes({ query: async (text, values) => (await late.query(text, values)).rows }, ann, [
      "The ocean is deep.",
    ]);
    await create(ann, "A wave is a visitor.");
    expect(textsOf(await search(ann, "sea"))).toEqual(["A wave is a visitor."]);
    await late.query("commit");
    expect(textsOf(await search(ann, "sea")).sort()).toEqual(["A wave is a visitor.", "The ocean is deep."]);
  } finally {
    await late.end();
  }
});

test("Q4 every process finds what another one has written, and no longer what it has deleted", async () => {
  const other = await startAtrium({
    database: atrium.database,
    env: { ATRIUM_SECRET: atrium.env.ATRIUM_SECRET ?? "" },
  });
  try {
    const ann = await signUpMember(atrium);
    const there = (query: string) => searchAt(other.url, ann, query);
    const id = await create(ann, "A brave word.");
    expect(textsOf(await there("courage"))).toEqual(["A brave word."]);
    expect(textsOf(await search(ann, "courage"))).toEqual(["A brave word."]);
    await ann.sdk.UpdateQuote({ id, input: { text: "The ocean is deep." } });
    expect(textsOf(await there("sea"))).toEqual(["The ocean is deep."]);
    await ann.query("mutation ($id: ID!) { deleteQuote(id: $id) { id } }", { id });
    expect(await there("sea")).toEqual([]);
  } finally {
    await other.close();
  }
});

test("Q4 a process that vanished in the middle keeps nobody from searching", async () => {
  const ann = await signUpMember(atrium);
  await search(ann, "courage");
  await atrium.database.query(
    "update embedding_cursor set leased_by = 'vanished', leased_until = now() + interval '1 hour' where workspace_id = $1",
    [ann.workspaceId],
  );
  await create(ann, "A brave word.");
  expect(textsOf(await search(ann, "courage"))).toEqual(["A brave word."]);
});

test("Q4 quotes that go leave no vectors, whoever deletes them", async () => {
  const ann = await signUpMember(atrium);
  await create(ann, "A brave word.");
  await search(ann, "courage");
  const left = () => atrium.database.query("select 1 from embedding where workspace_id = $1", [ann.workspaceId]);
  expect(await left()).toHaveLength(1);
  await atrium.database.query("delete from quote where workspace_id = $1", [ann.workspaceId]);
  expect(await left()).toEqual([]);
});

const searchAt = async (url: string, person: Member, text: string): Promise<Hit[]> => {
  const query = "query ($query: String!) { searchQuotes(query: $query) { score quote { id text } } }";
  return dataOf<Hit[]>(await ask(url, { query, variables: { query: text } }, bearer(person)), "searchQuotes");
};

describe("with a model that costs money", () => {
  const { provider, state } = embeddingProvider();
  const started: TestAtrium[] = [];
  const start = async (model: string) => {
    const env = { ATRIUM_EMBEDDING_MODEL: model };
    const paid = await startAtrium({ database: atrium.database, providers: [provider], env });
    started.push(paid);
    return paid;
  };
  afterAll(async () => {
    for (const each of started) await each.close();
  });

  test("Q4 another model reads everything again by itself, mixes nothing, and each request is in the ledger", async () => {
    const ann = await signUpMember(atrium);
    for (let index = 0; index < 130; index += 1) await create(ann, `Number ${index} is about the sea.`);
    await create(ann, "And this about bread.");
    expect(await search(ann, "sea", { first: 100 })).toHaveLength(100);

    await start("embedding/small");
    const vectorsOf = (model: string) =>
      atrium.database.query("select 1 from embedding where workspace_id = $1 and model = $2", [ann.workspaceId, model]);
    await eventually(
      () => vectorsOf("embedding/small"),
      ({ length }) => length === 131,
    );
    const [paid] = started;
    expect(textsOf(await searchAt(paid?.url ?? "", ann, "bread"))).toEqual(["And this about bread."]);
    expect(state.texts.filter((text) => text === "And this about bread.")).toHaveLength(1);
    expect(state.mostTexts).toBe(100);
    expect(await vectorsOf("offline/atrium-offline-hash-384")).toHaveLength(131);

    const calls = await atrium.database.query<{ purpose: string; tokens: number; by: string }>(
      `select purpose, sum(input_tokens)::integer as tokens, max(created_by_id) as by from provider_call
       where workspace_id = $1 and operation = 'EMBEDDINGS' and asked_for = 'embedding/small' group by 1 order by 1`,
      [ann.workspaceId],
    );
    expect(calls).toEqual([
      { purpose: "quotes.embed", tokens: 1_310, by: "" },
      { purpose: "quotes.search", tokens: 10, by: ann.userId },
    ]);
    const { usage } = await ann.query<{ usage: { userId: string | null; purpose: string }[] }>(
      "{ usage(groupBy: [USER, PURPOSE]) { userId purpose } }",
    );
    expect(usage).toContainEqual({ userId: null, purpose: "quotes.embed" });
  });

  test("Q4 a text that the provider refuses holds up no other one", async () => {
    const paid = await start("embedding/large");
    const ann = await signUpMember(atrium);
    for (const text of ["The sea.", "This is refused.", "The sea again.", "War and the sea."]) await create(ann, text);
    const found = await eventually(
      () => searchAt(paid.url, ann, "sea"),
      ({ length }) => length === 3,
    );
    expect(textsOf(found).sort()).toEqual(["The sea again.", "The sea.", "War and the sea."]);
  });

  test("Q4 a model that no provider has stops the start and names those that there are", async () => {
    const failure = await errorOf(start("embedding/huge"));
    expect(failure.message).toContain("embedding/small");
  });
});
