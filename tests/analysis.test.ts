import pg from "pg";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { ProviderError } from "#src/ai/provider.js";
import { emotionalTones } from "#src/quotes/analysis/emotional-tone.js";
import { traits } from "#src/quotes/analysis/psychological-profile.js";
import { answeringProvider } from "./support/answering-provider.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { startTeam } from "./support/team.js";

/** What the model answers to each quote; replaced by the tests. */
const analyst = { answer: async (_asked: string, _signal: AbortSignal): Promise<string> => "" };
const vendor = answeringProvider((asked, signal) => analyst.answer(asked, signal), "analyst", ["gpt-4o-mini"]);

const profile = (evidence: readonly string[] = []) => ({
  ...Object.fromEntries(traits.map((trait, index) => [trait, index / 10])),
  evidence: Object.fromEntries(traits.map((trait) => [trait, evidence])),
});
const said = (more: object = {}) =>
  JSON.stringify({
    ...{ sentimentScore: -0.25, emotionalTone: "defiant", psychologicalProfile: profile(["Storm", "sunshine"]) },
    ...more,
  });

let atrium: TestAtrium;
let ann: Person;

beforeAll(async () => {
  atrium = await startAtrium({ providers: [offlineProvider(), vendor.provider] });
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

const write = async (person: Person, text: string, more: object = {}) =>
  (await person.sdk.CreateQuote({ input: { text, author: "Ann", ...more } })).createQuote.id;

const analyze = async (person: Person, id: string, input: object = {}) => {
  const { analyzeQuote: job } = await person.sdk.AnalyzeQuote({ input: { id, ...input } });
  return endOf(await collect(person, job.id));
};

const quoteOf = async (person: Person, id: string) => {
  const { quote } = await person.sdk.Quote({ id });
  if (!quote) throw new Error("There is no such quote.");
  return quote;
};

const unknown = { sentimentScore: null, emotionalTone: null, psychologicalProfile: null, analyzedBy: null };

describe("by the lexicon", () => {
  test("Q3 a quote gets its sentiment, tone and profile, and says that the lexicon found them", async () => {
    const id = await write(ann, "I am thrilled: tomorrow we will build our happy home together, and celebrate!");
    expect(await quoteOf(ann, id)).toMatchObject(unknown);
    const { status, result } = await analyze(ann, id);
    expect(status).toBe("SUCCEEDED");
    expect(result).toMatchObject({ __typename: "Quote", id });
    const quote = await quoteOf(ann, id);
    expect(quote).toMatchObject({ analyzedBy: "lexicon", emotionalTone: "joyful" });
    expect(quote.sentimentScore).toBeGreaterThan(0.3);
    const { evidence, ...measures } = quote.psychologicalProfile as Record<string, unknown>;
    expect(Object.keys(measures).sort()).toEqual([...traits].sort());
    for (const value of Object.values(measures)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
    expect(evidence).toMatchObject({
      agency: ["build"],
      communion: ["we", "our", "home", "together"],
      futureFocus: ["tomorrow", "will"],
      selfFocus: ["i"],
    });
    expect(vendor.requests).toHaveLength(0);
  });

  test("Q3 the measures follow what they are named after", async () => {
    const measure = async (text: string) => {
      const id = await write(ann, text);
      await analyze(ann, id);
      return (await quoteOf(ann, id)).psychologicalProfile as Record<string, number>;
    };
    const pairs = [
      ["agency", "We choose to build, to lead and to win.", "Leaves lie under the grey water."],
      ["communion", "Our family and our friends share their home with us.", "Leaves lie under the grey water."],
      ["certainty", "Truth is always and absolutely clear to everyone.", "Perhaps it might seem possible sometimes."],
      ["selfFocus", "I made my bed, and I made it for me.", "They made their beds, and they made them for her."],
      ["futureFocus", "Tomorrow we will expect what the future will become.", "Yesterday it was as it used to be."],
      ["arousal", "Rage! Terror! Fury burns in a furious crowd!", "Be calm, be quiet, and rest in peace."],
      [
        "complexity",
        "Although philosophical understanding necessarily presupposes experience, whoever contemplates existence because circumstances demand it rarely recognises simplicity.",
        "Go on. Be you. See it.",
      ],
    ] as const;
    for (const [trait, much, little] of pairs) {
      const [more = 0, less = 0] = [(await measure(much))[trait], (await measure(little))[trait]];
      expect({ trait, apart: more - less > 0.3, more, less }).toMatchObject({ trait, apart: true });
    }
  });

  test.each([
    ["joyful", "What joy, what laughter: let us dance and celebrate this glorious day!"],
    ["hopeful", "Hope is the seed of tomorrow, and dawn is its promise."],
    ["loving", "I love you, my darling, with all the tenderness of my heart."],
    ["grateful", "Thank you, I am grateful for every blessing and every gift."],
    ["calm", "Be calm, breathe, and rest in the quiet stillness."],
    ["humorous", "The joke was so silly and absurd that the clown began to giggle."],
    ["defiant", "We refuse, we resist, we fight, and we never bow."],
    ["melancholic", "Tears and sorrow fill the lonely, empty house."],
    ["fearful", "Fear and dread: every shadow was a threat, every sound a terror."],
    ["angry", "I hate this cruel injustice, and rage at those who lied."],
    ["reflective", "To know oneself is to question what one has learned about existence."],
    ["neutral", "The meeting starts at nine."],
  ])("Q3 the tone of a %s quote is found", async (tone, text) => {
    const id = await write(ann, text);
    await analyze(ann, id);
    expect((await quoteOf(ann, id)).emotionalTone).toBe(tone);
    expect(emotionalTones).toContain(tone);
  });

  test("Q3 what is not English is refused, with what would help, and nothing is stored", async () => {
    for (const text of ["Der Weg ist das Ziel.", "人生は旅である。", "42!"]) {
      const id = await write(ann, text);
      const { status, error, attempts } = await analyze(ann, id);
      expect({ status, attempts, code: error?.code }).toEqual({
        ...{ status: "FAILED", attempts: 1, code: "BAD_USER_INPUT" },
      });
      expect(error?.message).toContain("name a provider");
      expect(await quoteOf(ann, id)).toMatchObject(unknown);
    }
  });

  test("Q3 lists filter, group and compare by what was found", async () => {
    const bea = await atrium.signUp();
    const [happy, sad, plain] = await Promise.all([
      write(bea, "I love this wonderful, happy morning."),
      write(bea, "Grief and despair fill my lonely heart."),
      write(bea, "The table has four legs."),
    ]);
    const unread = await write(bea, "Nobody has analysed this one.");
    for (const id of [happy, sad, plain]) await analyze(bea, id);
    const found = async (filter: object) =>
      (await bea.sdk.Quotes({ filter })).quotes.edges.map(({ node }) => node.id).sort();
    expect(await found({ sentimentScore: { gt: 0.2 } })).toEqual([happy]);
    expect(await found({ sentimentScore: { lt: -0.2 } })).toEqual([sad]);
    expect(await found({ emotionalTone: { eq: "neutral" } })).toEqual([plain]);
    expect(await found({ analyzedBy: { isNull: true } })).toEqual([unread]);
    expect(await found({ psychologicalProfile: { path: "selfFocus", gt: 0.1 } })).toEqual([happy, sad].sort());
    expect(await found({ psychologicalProfile: { path: "evidence.selfFocus.0", eq: "my" } })).toEqual([sad]);
  });

  test("Q3 a new text has no analysis; a new author, or the same text, leaves it", async () => {
    const id = await write(ann, "I love the quiet evening.");
    await analyze(ann, id);
    const before = await quoteOf(ann, id);
    await ann.sdk.UpdateQuote({ id, input: { author: "Bea", text: "I love the quiet evening." } });
    const { analyzedBy, sentimentScore } = await quoteOf(ann, id);
    expect({ analyzedBy, sentimentScore }).toEqual({ analyzedBy: "lexicon", sentimentScore: before.sentimentScore });
    const { updateQuote: changed } = await ann.sdk.UpdateQuote({ id, input: { text: "I hate the loud evening." } });
    expect(changed).toMatchObject({ text: "I hate the loud evening.", ...unknown });
    await analyze(ann, id);
    expect((await quoteOf(ann, id)).sentimentScore).toBeLessThan(0);
  });

  test("Q3 it is told as an event and in the audit log, with what it was before", async () => {
    const id = await write(ann, "I love the quiet evening.");
    await analyze(ann, id);
    const [event] = await atrium.database.query<{ data: object }>(
      "select data from event where kind = 'quote.analyzed' and subject_id = $1",
      [id],
    );
    expect(event?.data).toMatchObject({ id, analyzedBy: "lexicon" });
    expect(JSON.stringify(event)).not.toContain("evening");
    const [entry] = await atrium.database.query<{ before: object; after: object }>(
      "select before, after from audit_entry where action = 'quote.analyzed' and subject_id = $1",
      [id],
    );
    expect(entry).toMatchObject({ before: { analyzedBy: null }, after: { analyzedBy: "lexicon" } });
  });
});

describe("by a model", () => {
  const storm = "We stand in the storm and laugh.";

  test("Q3 a named provider is asked with a schema, and its answer is stored with what it has cost", async () => {
    analyst.answer = async () => said();
    vendor.requests.length = 0;
    const id = await write(ann, storm);
    const { status, result } = await analyze(ann, id, { provider: "analyst" });
    expect({ status, result }).toMatchObject({ status: "SUCCEEDED", result: { __typename: "Quote", id } });
    expect(await quoteOf(ann, id)).toMatchObject({
      ...{ analyzedBy: "analyst/gpt-4o-mini", sentimentScore: -0.25, emotionalTone: "defiant" },
      // What is no word of the quote is no evidence.
      psychologicalProfile: { agency: 0, complexity: 0.6, evidence: { agency: ["storm"] } },
    });
    expect(vendor.requests).toHaveLength(1);
    expect(vendor.requests[0]?.schema?.name).toBe("quote_analysis");
    expect(vendor.requests[0]?.messages.at(-1)?.text).toContain(storm);
    const [row] = await atrium.database.query(
      `select g.status, g.is_complete, count(*)::int as calls, sum(c.cost_micros) > 0 as paid from generation g
        join provider_call c on c.generation_id = g.id where g.purpose = 'quotes.analyze'
        and g.request::text like '%storm and laugh%' group by g.id`,
    );
    expect(row).toEqual({ status: "SUCCEEDED", is_complete: true, calls: 1, paid: true });
  });

  test("Q3 where the default is a model, it is asked without being named, in any language", async () => {
    const second = await startAtrium({ providers: [vendor.provider] });
    try {
      const cy = await second.signUp();
      analyst.answer = async () => said({ sentimentScore: 0.5 });
      const id = await write(cy, "Der Weg ist das Ziel.");
      await analyze(cy, id);
      expect(await quoteOf(cy, id)).toMatchObject({ analyzedBy: "analyst/gpt-4o-mini", sentimentScore: 0.5 });
    } finally {
      await second.close();
    }
  });

  test.each([
    ["no JSON", "Sure! It is a sad quote."],
    ["a sentiment out of bounds", said({ sentimentScore: 3 })],
    ["a tone that nobody knows", said({ emotionalTone: "purple" })],
    ["a profile without its measures", said({ psychologicalProfile: { agency: 1 } })],
  ])("Q3 an answer that is %s is asked for again, and the second one is stored", async (_what, wrong) => {
    const answers = [wrong, said()];
    analyst.answer = async () => answers.shift() ?? said();
    const id = await write(ann, storm);
    const { status, attempts } = await analyze(ann, id, { provider: "analyst" });
    expect({ status, attempts }).toEqual({ status: "SUCCEEDED", attempts: 2 });
    expect((await quoteOf(ann, id)).analyzedBy).toBe("analyst/gpt-4o-mini");
    const [calls] = await atrium.database.query<{ count: number }>(
      `select count(*)::int from provider_call c join generation g on g.id = c.generation_id join job j on j.id = g.job_id
        where j.payload ->> 'quoteId' = $1`,
      [id],
    );
    expect(calls?.count).toBe(2);
  });

  test("Q3 a model that never answers in the form fails the job, and the lexicon does not step in", async () => {
    analyst.answer = async () => "It is a happy quote.";
    const id = await write(ann, "I love this wonderful, happy morning.");
    const { status, error } = await analyze(ann, id, { provider: "analyst" });
    expect({ status, code: error?.code }).toEqual({ status: "FAILED", code: "PROVIDER_UNAVAILABLE" });
    expect(await quoteOf(ann, id)).toMatchObject(unknown);
  });

  test("Q3 where no model answers, the offline grammar that stands in for quotes does not make up an analysis", async () => {
    const second = await startAtrium({ providers: [vendor.provider, offlineProvider({ wordDelayMs: 0 })] });
    try {
      const cy = await second.signUp();
      analyst.answer = async () => {
        throw new ProviderError("analyst", "unavailable");
      };
      const id = await write(cy, storm);
      const { status, error } = await analyze(cy, id);
      expect({ status, code: error?.code }).toEqual({ status: "FAILED", code: "PROVIDER_UNAVAILABLE" });
      expect(error?.message).toContain("name the provider offline");
      expect(await quoteOf(cy, id)).toMatchObject(unknown);
      await analyze(cy, id, { provider: "offline" });
      expect((await quoteOf(cy, id)).analyzedBy).toBe("lexicon");
    } finally {
      await second.close();
    }
  });

  test("Q3 with the cache, the same text is analysed once", async () => {
    analyst.answer = async () => said();
    vendor.requests.length = 0;
    for (let count = 0; count < 2; count += 1) {
      const id = await write(ann, "We stand in another storm.");
      await analyze(ann, id, { provider: "analyst", cache: "USE" });
      expect((await quoteOf(ann, id)).analyzedBy).toBe("analyst/gpt-4o-mini");
    }
    expect(vendor.requests).toHaveLength(1);
  });

  test("Q3 a text that changes while it is analysed keeps no analysis of the old one, and the cost is kept", async () => {
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<string>();
    analyst.answer = async () => {
      asked.resolve();
      return answered.promise;
    };
    const id = await write(ann, storm);
    const { analyzeQuote: job } = await ann.sdk.AnalyzeQuote({ input: { id, provider: "analyst" } });
    await asked.promise;
    await ann.sdk.UpdateQuote({ id, input: { text: "The storm is over." } });
    answered.resolve(said());
    const { status, error } = endOf(await collect(ann, job.id));
    expect({ status, code: error?.code }).toEqual({ status: "FAILED", code: "CONFLICT" });
    expect(await quoteOf(ann, id)).toMatchObject({ text: "The storm is over.", ...unknown });
    const [generation] = await atrium.database.query(
      "select g.status, (select count(*)::int from provider_call where generation_id = g.id) as calls from generation g where job_id = $1",
      [job.id],
    );
    expect(generation).toEqual({ status: "FAILED", calls: 1 });
  });

  test("Q3 cancelling ends it with its generation, and the quote is as it was", async () => {
    const asked = Promise.withResolvers<void>();
    analyst.answer = (_text, signal) => {
      asked.resolve();
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    const id = await write(ann, storm);
    const { analyzeQuote: job } = await ann.sdk.AnalyzeQuote({ input: { id, provider: "analyst" } });
    await asked.promise;
    await ann.sdk.CancelJob({ id: job.id });
    const { status, result } = endOf(await collect(ann, job.id));
    expect({ status, is: result?.__typename }).toEqual({ status: "CANCELLED", is: "Generation" });
    expect(await quoteOf(ann, id)).toMatchObject(unknown);
  });

  test("Q3 what models were asked about a quote is hidden with it", async () => {
    analyst.answer = async () => said();
    const team = await startTeam(atrium);
    const bob = await team.join("EDITOR");
    const id = await write(team.owner, "A secret, soon.");
    const { analyzeQuote: job } = await team.owner.sdk.AnalyzeQuote({ input: { id, provider: "analyst" } });
    await collect(team.owner, job.id);
    const seenBy = async (person: Person) => {
      const { job: found } = await person.sdk.Job({ id: job.id });
      const { generations } = await person.query<{ generations: { totalCount: number } }>(
        `{ generations(filter: { purpose: { eq: "quotes.analyze" } }) { totalCount } }`,
      );
      return { job: found !== null, generations: generations.totalCount };
    };
    expect(await seenBy(bob)).toEqual({ job: true, generations: 1 });
    await team.owner.sdk.UpdateQuote({ id, input: { visibility: "PRIVATE" } });
    expect(await seenBy(bob)).toEqual({ job: false, generations: 0 });
    expect(await seenBy(team.owner)).toEqual({ job: true, generations: 1 });
    // A later one is private from its beginning.
    await analyze(team.owner, id, { provider: "analyst" });
    expect(await seenBy(bob)).toEqual({ job: false, generations: 0 });
    expect(await errorOf(bob.sdk.AnalyzeQuote({ input: { id } }))).toMatchObject({ code: "NOT_FOUND" });
  });
});

test("Q3 what cannot be asked is refused at once, and makes no job", async () => {
  const id = await write(ann, "I love the quiet evening.");
  const before = (await ann.sdk.Jobs({})).jobs.totalCount;
  const cases = [
    [{ id: "42" }, "input.id"],
    [{ id, provider: "nobody" }, "input.provider"],
    [{ id, provider: "analyst", model: "gpt-9" }, "input.model"],
    [{ id, modelClass: "none" }, "input.modelClass"],
  ] as const;
  for (const [input, field] of cases)
    expect(await errorOf(ann.sdk.AnalyzeQuote({ input }))).toMatchObject({
      ...{ code: "BAD_USER_INPUT", details: { field } },
    });
  const stranger = await atrium.signUp();
  expect(await errorOf(stranger.sdk.AnalyzeQuote({ input: { id } }))).toMatchObject({ code: "NOT_FOUND" });
  expect((await ann.sdk.Jobs({})).jobs.totalCount).toBe(before);
});

test("Q3 where the text changes between the lexicon's reading and its storing, it reads again", async () => {
  const asking = await startAtrium({ withWorkers: false });
  const { database } = asking;
  const dan = await asking.signUp();
  const id = await write(dan, "I hate this terrible morning.");
  const { analyzeQuote: job } = await dan.sdk.AnalyzeQuote({ input: { id } });
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  await other.query("begin");
  await other.query("update quote set text = 'I love this wonderful morning.' where id = $1", [id]);
  const working = await startAtrium({ database });
  try {
    // It has read the old text, and waits for the row.
    await eventually(
      () =>
        database.query(
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        ),
      (waiting) => waiting.length > 0,
    );
    await other.query("commit");
    const { status, attempts } = endOf(await collect(dan, job.id));
    expect({ status, attempts }).toEqual({ status: "SUCCEEDED", attempts: 2 });
    const { text, sentimentScore } = await quoteOf(dan, id);
    expect(text).toBe("I love this wonderful morning.");
    expect(sentimentScore).toBeGreaterThan(0.2);
  } finally {
    await other.end();
    await working.close();
    await asking.close();
  }
});
