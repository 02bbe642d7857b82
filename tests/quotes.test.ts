import type { JobEventsSubscription } from "#schema/client.js";
import { errorOf, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";

let atrium: TestAtrium;
let ann: Person;

beforeAll(async () => {
  atrium = await startAtrium();
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

const follow = (person: Person, jobId: string, after?: string) =>
  person.sdk.JobEvents({ jobId, after: after ?? null }) as unknown as AsyncIterable<JobEventsSubscription>;

const collect = async (person: Person, jobId: string) => {
  const events = [];
  for await (const { jobEvents } of follow(person, jobId)) events.push(jobEvents);
  return events;
};

const textOf = (events: readonly JobEventsSubscription["jobEvents"][]) =>
  events.map((event) => (event.__typename === "TextChunk" ? event.text : "")).join("");

describe("generating", () => {
  test("Q1 a generated quote streams its words and is stored with author, source, model and quality", async () => {
    const { generateQuote: job } = await ann.sdk.GenerateQuote({
      input: { topic: "courage", tone: "hopeful", audience: "nurses" },
    });
    expect(job.status).toBe("QUEUED");
    const events = await collect(ann, job.id);
    expect(events[0]?.__typename).toBe("JobStarted");
    expect(events.filter(({ __typename }) => __typename === "TextChunk").length).toBeGreaterThan(2);
    expect(events.at(-2)).toMatchObject({ __typename: "JobProgressed", progress: 0.9 });
    const ended = events.at(-1);
    if (ended?.__typename !== "JobEnded" || ended.job.result?.__typename !== "Quote") throw new Error("no quote");
    expect(ended.job.status).toBe("SUCCEEDED");

    const { quote } = await ann.sdk.Quote({ id: ended.job.result.id });
    expect(quote?.text).toBe(textOf(events));
    expect(quote).toMatchObject({
      source: "AI_GENERATED",
      author: "Atrium (offline grammar)",
      aiModel: "atrium-offline-grammar-1",
      topic: "courage",
      tone: "hopeful",
      audience: "nurses",
      createdBy: { username: ann.email.split("@")[0] },
    });
    expect(quote?.qualityScore).toBeGreaterThan(0.5);
    expect(quote?.generation).toMatchObject({
      provider: "offline",
      costMicros: 0,
      isComplete: true,
      text: quote?.text,
    });
    expect(quote?.generation?.outputTokens).toBeGreaterThan(3);
  });

  test("Q1 a provider or model that is not configured is refused before a job is made", async () => {
    const before = await ann.sdk.Jobs({});
    const provider = await errorOf(ann.sdk.GenerateQuote({ input: { topic: "courage", provider: "nobody" } }));
    expect(provider).toMatchObject({ code: "BAD_USER_INPUT", details: { field: "input.provider" } });
    expect(provider.message).toContain("offline");
    const model = await errorOf(ann.sdk.GenerateQuote({ input: { topic: "courage", model: "gpt-9" } }));
    expect(model).toMatchObject({ code: "BAD_USER_INPUT", details: { field: "input.model" } });
    expect((await ann.sdk.Jobs({})).jobs.totalCount).toBe(before.jobs.totalCount);
  });
});

describe("the own collection", () => {
  test("Q2 a quote is created, read, changed, marked and deleted", async () => {
    const { createQuote: made } = await ann.sdk.CreateQuote({
      input: { text: "  Measure twice. ", author: "A carpenter", topic: "care" },
    });
    expect(made).toMatchObject({
      text: "Measure twice.",
      author: "A carpenter",
      source: "USER",
      aiModel: null,
      isFavourite: false,
    });
    const { updateQuote: changed } = await ann.sdk.UpdateQuote({
      id: made.id,
      input: { text: "Measure thrice.", topic: null },
    });
    expect(changed).toMatchObject({ text: "Measure thrice.", author: "A carpenter", topic: null });
    expect(Date.parse(changed.updatedAt)).toBeGreaterThan(Date.parse(made.updatedAt));

    await ann.sdk.FavouriteQuote({ id: made.id });
    await ann.sdk.FavouriteQuote({ id: made.id });
    const favourites = await ann.sdk.Quotes({ filter: { isFavourite: { eq: true } } });
    expect(favourites.quotes.edges.map(({ node }) => node.id)).toEqual([made.id]);
    expect((await ann.sdk.UnfavouriteQuote({ id: made.id })).unfavouriteQuote.isFavourite).toBe(false);

    expect((await ann.sdk.DeleteQuote({ id: made.id })).deleteQuote.text).toBe("Measure thrice.");
    expect((await ann.sdk.Quote({ id: made.id })).quote).toBeNull();
    expect(await errorOf(ann.sdk.UpdateQuote({ id: made.id, input: { text: "Gone." } }))).toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("Q2 bad input names the field and what would be right, and stores nothing", async () => {
    const before = (await ann.sdk.Quotes({})).quotes.totalCount;
    const cases = [
      [{ text: "", author: "x" }, "input.text"],
      [{ text: "   ", author: "x" }, "input.text"],
      [{ text: "x".repeat(2_001), author: "x" }, "input.text"],
      [{ text: "x", author: "x".repeat(256) }, "input.author"],
    ] as const;
    for (const [input, field] of cases) {
      expect(await errorOf(ann.sdk.CreateQuote({ input }))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field },
      });
    }
    expect(await errorOf(ann.sdk.CreateQuote({ input: { text: "a\0b", author: "x" } }))).toMatchObject({
      code: "BAD_USER_INPUT",
    });
    expect(await errorOf(ann.sdk.Quote({ id: "42" }))).toMatchObject({
      code: "BAD_USER_INPUT",
      details: { field: "id" },
    });
    expect((await ann.sdk.Quotes({})).quotes.totalCount).toBe(before);
  });

  test("Q2 pages forward and backward give every row once, in order, while rows are added", async () => {
    const bea = await atrium.signUp();
    const texts = Array.from({ length: 25 }, (_, index) => `Quote ${String(index).padStart(2, "0")}`);
    for (const text of texts) await bea.sdk.CreateQuote({ input: { text, author: index(text) % 2 ? "Odd" : "Even" } });

    const seen: string[] = [];
    let after: string | null | undefined;
    do {
      const { quotes } = await bea.sdk.Quotes({
        first: 7,
        after: after ?? null,
        orderBy: [
          { field: "AUTHOR", direction: "DESC" },
          { field: "CREATED_AT", direction: "ASC" },
        ],
      });
      seen.push(...quotes.edges.map(({ node }) => node.text));
      after = quotes.pageInfo.hasNextPage ? quotes.pageInfo.endCursor : undefined;
      // A row in front of the cursor must not shift what is behind it.
      await bea.sdk.CreateQuote({ input: { text: "Late", author: "Zed" } });
    } while (after);
    const odd = texts.filter((text) => index(text) % 2);
    expect(seen).toEqual([...odd, ...texts.filter((text) => !odd.includes(text))]);

    const last = await bea.sdk.Quotes({
      last: 3,
      orderBy: [{ field: "CREATED_AT", direction: "ASC" }],
      filter: { text: { startsWith: "quote" } },
    });
    expect(last.quotes.edges.map(({ node }) => node.text)).toEqual(["Quote 22", "Quote 23", "Quote 24"]);
    const earlier = await bea.sdk.Quotes({
      last: 2,
      before: last.quotes.pageInfo.startCursor ?? null,
      orderBy: [{ field: "CREATED_AT", direction: "ASC" }],
    });
    expect(earlier.quotes.edges.map(({ node }) => node.text)).toEqual(["Quote 20", "Quote 21"]);
    expect(earlier.quotes.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  test("Q2 filters combine, and a filter that says nothing is refused instead of matching all", async () => {
    const cy = await atrium.signUp();
    for (const [text, author] of [
      ["100% sure", "Ada"],
      ["Under_score", "Ada"],
      ["Plain", "Bob"],
    ] as const) {
      await cy.sdk.CreateQuote({ input: { text, author } });
    }
    const found = async (filter: object) =>
      (await cy.sdk.Quotes({ filter })).quotes.edges.map(({ node }) => node.text).sort();
    expect(await found({ text: { contains: "%" } })).toEqual(["100% sure"]);
    expect(await found({ text: { contains: "_" } })).toEqual(["Under_score"]);
    expect(await found({ or: [{ author: { eq: "Bob" } }, { text: { startsWith: "100" } }] })).toEqual([
      "100% sure",
      "Plain",
    ]);
    expect(await found({ not: { author: { eq: "Ada" } } })).toEqual(["Plain"]);
    expect(await found({ author: { in: [] } })).toEqual([]);
    expect(await found({ topic: { isNull: true }, author: { ne: "Ada" } })).toEqual(["Plain"]);
    for (const filter of [
      {},
      { text: {} },
      { and: [] },
      { or: [{}] },
      { not: {} },
      { text: { eq: null } },
      { text: null },
    ]) {
      expect(await errorOf(cy.sdk.Quotes({ filter: filter as object }))).toMatchObject({ code: "BAD_USER_INPUT" });
    }
    for (const wrong of [{ first: 0 }, { first: 101 }, { last: 0 }, { after: "nonsense" }]) {
      expect(await errorOf(cy.sdk.Quotes(wrong))).toMatchObject({ code: "BAD_USER_INPUT" });
    }
  });

  test("I11 nothing of one workspace can be seen or touched from another", async () => {
    const dan = await atrium.signUp();
    const { createQuote: own } = await ann.sdk.CreateQuote({ input: { text: "Mine.", author: "Ann" } });
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "walls" } });
    expect((await dan.sdk.Quote({ id: own.id })).quote).toBeNull();
    expect((await dan.sdk.Job({ id: job.id })).job).toBeNull();
    expect((await dan.sdk.Node({ id: own.id })).node).toBeNull();
    expect((await dan.sdk.Quotes({})).quotes.totalCount).toBe(0);
    expect((await dan.sdk.Jobs({})).jobs.totalCount).toBe(0);
    for (const call of [
      dan.sdk.UpdateQuote({ id: own.id, input: { text: "Yours." } }),
      dan.sdk.DeleteQuote({ id: own.id }),
      dan.sdk.FavouriteQuote({ id: own.id }),
      dan.sdk.CancelJob({ id: job.id }),
      dan.sdk.RetryJob({ id: job.id }),
      collect(dan, job.id),
    ]) {
      expect(await errorOf(call)).toMatchObject({ code: "NOT_FOUND" });
    }
    expect((await ann.sdk.Quote({ id: own.id })).quote?.text).toBe("Mine.");
    const { workspace } = await ann.sdk.Workspace();
    const intruder = await fetch(`${atrium.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${dan.accessToken}`,
        "x-workspace-id": workspace.id,
      },
      body: JSON.stringify({ query: "{ quotes { totalCount } }" }),
    });
    expect(await intruder.json()).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
  });
});

const index = (text: string) => Number(text.slice(-2));
