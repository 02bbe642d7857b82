import { answerMs, staleAnswerMs } from "#src/ai/answer-cache.js";
import { type Provider, ProviderError, type ProviderFault } from "#src/ai/provider.js";
import { eventually, type Person, personAt, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf, textOf } from "./support/follow.js";
import { joinWorkspace, type Member, signUpMember } from "./support/members.js";
import { scrape, sumOf } from "./support/scrape.js";
import { scriptedProvider } from "./support/scripted-provider.js";
import { TestClock } from "./support/test-clock.js";
import { createTestDatabase } from "./support/test-database.js";

/** A model with a list price, how often it was asked, and whether it is down. */
const pricedModel = () => {
  const { provider, state: calls } = scriptedProvider({ words: ['"Light', " is", ' kept."'] });
  const state = Object.assign(calls, { isDown: false, fault: "unavailable" as ProviderFault });
  async function* generate(...asked: Parameters<Provider["generate"]>) {
    if (state.isDown) throw new ProviderError("scripted", state.fault);
    yield* provider.generate(...asked);
  }
  return { provider: { ...provider, models: ["gpt-4o-mini"], generate }, state };
};

const { provider, state: upstream } = pricedModel();
const clock = new TestClock();
let atrium: TestAtrium;
let ann: Member;
let bob: Member;
const members: Member[] = [];

beforeAll(async () => {
  // Queues go by the machine's time: a day later is to be no time that they would wait for.
  clock.pass(-2 * staleAnswerMs);
  atrium = await startAtrium({ providers: [provider], clock });
  ann = await signUpMember(atrium);
  bob = await join("EDITOR");
});
afterAll(async () => {
  for (const member of members) await member.close();
  await atrium.close();
});

const join = async (role: string): Promise<Member> => {
  const member = await joinWorkspace(atrium, ann.workspaceId, role);
  members.push(member);
  return member;
};

interface Made {
  id: string;
  quoteId: string;
  text: string;
  streamed: string;
  cacheMode: string;
  cacheHit: string | null;
  isDegraded: boolean;
  cachedFrom: { id: string } | null;
  costMicros: number;
  provider: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
}

/** Has a quote written, and gives its generation. */
const generate = async (person: Pick<Person, "sdk" | "query">, topic: string, input: object = {}): Promise<Made> => {
  const { generateQuote: job } = await person.query<{ generateQuote: { id: string } }>(
    "mutation ($input: GenerateQuoteInput!) { generateQuote(input: $input) { id } }",
    { input: { topic, cache: "USE", ...input } },
  );
  const events = await collect(person, job.id);
  expect(endOf(events).status).toBe("SUCCEEDED");
  const { job: ended } = await person.query<{ job: { result: { id: string; generation: Made } } }>(
    `query ($id: ID!) { job(id: $id) { result { ... on Quote { id generation {
      id text cacheMode cacheHit isDegraded cachedFrom { id } costMicros provider model inputTokens outputTokens } } } } }`,
    { id: job.id },
  );
  return { ...ended.result.generation, quoteId: ended.result.id, streamed: textOf(events) };
};

/** Requests that went upstream for what `work` did. */
const callsOf = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
  const before = upstream.calls;
  const result = await work();
  return [result, upstream.calls - before];
};

const purge = async (person: Member) =>
  (await person.query<{ purgeAiCache: number }>("mutation { purgeAiCache }")).purgeAiCache;
const grant = (by: Member, resourceId: string, { userId }: Member, verb = "grantAccess", level = ", level: READ") =>
  by.query(`mutation ($r: ID!, $u: ID!) { ${verb}(resourceId: $r, userId: $u${level}) { id } }`, {
    r: resourceId,
    u: userId,
  });

test("O8 the second of two same requests is a HIT: no request upstream, no cost, the same text", async () => {
  const [first, calls] = await callsOf(() => generate(ann, "keeping light"));
  expect(calls).toBe(1);
  expect(first).toMatchObject({ cacheMode: "USE", cacheHit: null, cachedFrom: null, text: "Light is kept." });
  expect(first.costMicros).toBeGreaterThan(0);

  const [second, more] = await callsOf(() => generate(bob, "keeping light"));
  expect(more).toBe(0);
  expect(second).toMatchObject({
    cacheHit: "EXACT",
    cachedFrom: { id: first.id },
    text: first.text,
    streamed: first.text,
    costMicros: 0,
    provider: first.provider,
    model: first.model,
    inputTokens: 0,
    outputTokens: 0,
  });
  const ledger = await atrium.database.query(
    "select provider, model, outcome, cost_micros as cost from provider_call where generation_id = $1",
    [second.id],
  );
  expect(ledger).toEqual([{ provider: "scripted", model: "gpt-4o-mini", outcome: "CACHED", cost: "0" }]);
  // A third one comes from the one that was written, and not from its copy.
  expect((await generate(ann, "keeping light")).cachedFrom).toEqual({ id: first.id });
});

test("O8 a new quote is written each time unless one asks for the cache, and REFRESH writes one and keeps it", async () => {
  const [old] = await callsOf(() => generate(ann, "asking anew"));
  const [passed, calls] = await callsOf(() => generate(ann, "asking anew", { cache: null }));
  expect([calls, passed.cacheMode, passed.cacheHit]).toEqual([1, "BYPASS", null]);
  expect((await generate(ann, "asking anew")).cachedFrom).toEqual({ id: old.id });
  const [fresh, again] = await callsOf(() => generate(ann, "asking anew", { cache: "REFRESH" }));
  expect([again, fresh.cacheHit]).toEqual([1, null]);
  expect((await generate(ann, "asking anew")).cachedFrom).toEqual({ id: fresh.id });
});

test("O8 what decides the answer decides whether it is the same request", async () => {
  await generate(ann, "all that decides", { tone: "calm" });
  for (const input of [
    {},
    { tone: "wild" },
    { tone: "calm", audience: "sailors" },
    { tone: "calm", provider: "scripted" },
  ]) {
    const [made, calls] = await callsOf(() => generate(ann, "all that decides", input));
    expect([calls, made.cacheHit]).toEqual([1, null]);
  }
  expect((await generate(ann, "all that decides", { tone: "calm" })).cacheHit).toBe("EXACT");
});

test("O8 another wording is a SIMILAR hit; a near prompt of another meaning is none", async () => {
  const first = await generate(ann, "what 3 nurses in Vienna should never forget at night");
  const [reworded, calls] = await callsOf(() => generate(bob, "what 3 nurses in Vienna should never forget at night."));
  expect(calls).toBe(0);
  expect(reworded).toMatchObject({
    cacheHit: "SIMILAR",
    cachedFrom: { id: first.id },
    text: first.text,
    costMicros: 0,
  });
  for (const other of [
    "what 4 nurses in Vienna should never forget at night",
    "what 3 nurses in Vienna should always forget at night",
    "what 3 nurses in Vienna should forget at night",
    "what 3 nurses in Graz should never forget at night",
    "what 3 nurses in Vienna should never forget at day",
  ]) {
    const [made, more] = await callsOf(() => generate(ann, other));
    expect([other, more, made.cacheHit]).toEqual([other, 1, null]);
  }
});

test("O8 never across workspaces", async () => {
  await generate(ann, "walls between us");
  const stranger = await atrium.signUp();
  const [made, calls] = await callsOf(() => generate(stranger, "walls between us"));
  expect([calls, made.cacheHit]).toEqual([1, null]);
});

test("O8 a private answer is for those who may see it, as long as they may, and never becomes public", async () => {
  const topic = "a thing for few";
  const hidden = { visibility: "PRIVATE" };
  const first = await generate(ann, topic, hidden);
  const hitOf = async (person: Member, input: object) => (await generate(person, topic, { ...input })).cachedFrom?.id;
  expect(await hitOf(ann, hidden)).toBe(first.id);

  const cleo = await join("EDITOR");
  const [colleague, calls] = await callsOf(() => generate(bob, "a thing for few", hidden));
  expect([calls, colleague.cacheHit]).toEqual([1, null]);
  await grant(ann, first.id, cleo);
  expect(await hitOf(cleo, hidden)).toBe(first.id);
  // What all of the workspace will see is not taken from what few may.
  expect((await generate(cleo, topic)).cachedFrom).toBeNull();
  await purge(ann);

  const second = await generate(ann, topic, hidden);
  await grant(ann, second.id, cleo);
  await grant(ann, second.id, cleo, "revokeAccess", "");
  expect((await generate(cleo, topic, hidden)).cachedFrom).toBeNull();
});

test("O8 an answer that has become private is no hit for others from then on", async () => {
  const first = await generate(ann, "going indoors");
  expect((await generate(bob, "going indoors")).cachedFrom).toEqual({ id: first.id });
  await ann.query(`mutation ($id: ID!) { updateQuote(id: $id, input: { visibility: PRIVATE }) { id } }`, {
    id: first.quoteId,
  });
  const [made, calls] = await callsOf(() => generate(bob, "going indoors"));
  expect([calls, made.cacheHit]).toEqual([1, null]);
});

test("O8 what an erasure takes is in no cache any more", async () => {
  const dora = await join("EDITOR");
  const first = await generate(dora, "leaving nothing", { visibility: "PRIVATE" });
  await grant(dora, first.id, bob);
  expect((await generate(bob, "leaving nothing", { visibility: "PRIVATE" })).cachedFrom).toEqual({ id: first.id });
  await dora.query("mutation ($input: EraseAccountInput!) { eraseMyAccount(input: $input) { id } }", {
    input: { password: dora.password, confirmEmail: dora.email },
  });
  const kept = () => atrium.database.query("select 1 from cached_answer where generation_id = $1", [first.id]);
  await eventually(kept, (rows) => rows.length === 0);
  const [made, calls] = await callsOf(() => generate(bob, "leaving nothing", { visibility: "PRIVATE" }));
  expect([calls, made.cacheHit]).toEqual([1, null]);
});

test("O8 purgeAiCache forgets what is kept in the workspace, and nothing of others", async () => {
  const other = await signUpMember(atrium);
  members.push(other);
  const elsewhere = await generate(other, "kept elsewhere");
  await purge(ann);
  await generate(ann, "to be forgotten");
  await generate(bob, "to be forgotten, too");
  expect(await purge(bob)).toBe(2);
  expect(await purge(bob)).toBe(0);
  const [made, calls] = await callsOf(() => generate(ann, "to be forgotten"));
  expect([calls, made.cacheHit]).toEqual([1, null]);
  expect((await generate(other, "kept elsewhere")).cachedFrom).toEqual({ id: elsewhere.id });
});

test("O8 the same at the same time is answered each time, whoever comes first", async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => generate(ann, "all at once")));
  expect(new Set(made.map(({ text }) => text))).toEqual(new Set(["Light is kept."]));
  expect((await generate(ann, "all at once")).cacheHit).toBe("EXACT");
});

test("O8 aiCacheStats tells hits, misses and entries of what one may see, and metrics tell them of the process", async () => {
  const eve = await signUpMember(atrium);
  const friend = await joinWorkspace(atrium, eve.workspaceId, "EDITOR");
  members.push(eve, friend);
  const outcomes = async () => {
    const samples = await scrape(atrium.url);
    return ["exact", "similar", "miss"].map((outcome) => sumOf(samples, "atrium_ai_cache_requests_total", { outcome }));
  };
  const before = await outcomes();
  const stats = async (person: Member) =>
    (await person.query<{ aiCacheStats: object }>("{ aiCacheStats { entries exactHits similarHits misses } }"))
      .aiCacheStats;
  await generate(eve, "numbers that are right");
  await generate(eve, "numbers that are right");
  await generate(eve, "numbers that are right.");
  await generate(eve, "numbers that are mine", { visibility: "PRIVATE" });
  await generate(eve, "numbers that are past it", { cache: "BYPASS" });
  expect(await stats(eve)).toEqual({ entries: 2, exactHits: 1, similarHits: 1, misses: 2 });
  expect(await stats(friend)).toEqual({ entries: 1, exactHits: 1, similarHits: 1, misses: 1 });
  expect((await outcomes()).map((count, at) => count - (before[at] ?? 0))).toEqual([1, 1, 2]);
  const { aiCacheStats: later } = await eve.query<{ aiCacheStats: object }>(
    "query ($since: DateTimeISO) { aiCacheStats(since: $since) { exactHits similarHits misses } }",
    { since: new Date(clock.now().getTime() + 1_000).toISOString() },
  );
  expect(later).toEqual({ exactHits: 0, similarHits: 0, misses: 0 });
});

test("O8 the table tells no word of what was asked or answered", async () => {
  const first = await generate(ann, "zebras under oath");
  const [row] = await atrium.database.query<Record<string, unknown>>(
    "select * from cached_answer where generation_id = $1",
    [first.id],
  );
  const stored = Object.values(row ?? {}).map((value) =>
    Buffer.isBuffer(value) ? value.toString("latin1") : String(value),
  );
  expect(stored.join("\n")).not.toMatch(/zebra|oath|Light/i);
});

test("O8 another process gives what this one has kept", async () => {
  const database = await createTestDatabase();
  const [one, two] = [pricedModel(), pricedModel()];
  const first = await startAtrium({ database, providers: [one.provider] });
  const person = await first.signUp();
  const written = await generate(person, "told by another");
  await first.close();
  const second = await startAtrium({ database, providers: [two.provider] });
  const same = personAt(second.url, person);
  try {
    expect((await generate(same, "told by another")).cachedFrom).toEqual({ id: written.id });
    expect([one.state.calls, two.state.calls]).toEqual([1, 0]);
  } finally {
    await same.close();
    await second.close();
    await database.drop();
  }
});

/** Somebody with a workspace of their own, and how to come back later: tokens end before an hour does. */
const signUpFor = async () => {
  const person = await signUpMember(atrium);
  members.push(person);
  const later = async (ms: number) => {
    clock.pass(ms);
    const { email, password, userId, workspaceId } = person;
    const { signIn: pair } = await atrium.stranger.sdk.SignIn({ input: { email, password } });
    const again = Object.assign(personAt(atrium.url, { ...person, ...pair }), { userId, workspaceId });
    members.push(again);
    return again;
  };
  return { person, later };
};

test("O8 after an hour it is asked for anew", async () => {
  const { person, later } = await signUpFor();
  const first = await generate(person, "an hour of light");
  const nearlyAnHour = await later(answerMs - 60_000);
  expect((await generate(nearlyAnHour, "an hour of light")).cachedFrom).toEqual({ id: first.id });
  const anHour = await later(60_000);
  const [made, calls] = await callsOf(() => generate(anHour, "an hour of light"));
  expect([calls, made.cacheHit, made.isDegraded]).toEqual([1, null, false]);
});

test("O5 when no provider answers, an old answer to the same request stands in, marked degraded, and for a day", async () => {
  const { person, later } = await signUpFor();
  const kept = () => atrium.database.query("select 1 from cached_answer where workspace_id = $1", [person.workspaceId]);
  const first = await generate(person, "light in the dark");
  const tomorrow = await later(staleAnswerMs - 60_000);
  await atrium.app.expiry.sweep();
  upstream.isDown = true;
  try {
    const old = await generate(tomorrow, "light in the dark");
    expect(old).toMatchObject({ isDegraded: true, cachedFrom: { id: first.id }, text: first.text, costMicros: 0 });
    const outcomes = await atrium.database.query<{ outcome: string }>(
      "select outcome from provider_call where generation_id = $1",
      [old.id],
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["CACHED", "UNAVAILABLE", "UNAVAILABLE"]);
    const refused = async (topic: string, input: object) => {
      const { generateQuote: job } = await tomorrow.query<{ generateQuote: { id: string } }>(
        "mutation ($input: GenerateQuoteInput!) { generateQuote(input: $input) { id } }",
        { input: { topic, ...input } },
      );
      return endOf(await collect(tomorrow, job.id)).error?.code;
    };
    // A request that is refused is refused, however often it was answered before.
    upstream.fault = "rejected";
    expect(await refused("light in the dark", { cache: "USE" })).toBe("PROVIDER_UNAVAILABLE");
  } finally {
    Object.assign(upstream, { isDown: false, fault: "unavailable" });
  }
  expect(await kept()).toHaveLength(1);
  clock.pass(60_000);
  await atrium.app.expiry.sweep();
  expect(await kept()).toHaveLength(0);
});
