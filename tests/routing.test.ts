import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import type { ProviderFault } from "#src/ai/provider.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf, textOf } from "./support/follow.js";
import { TestClock } from "./support/test-clock.js";
import { vendor } from "./support/vendor.js";

const open: TestAtrium[] = [];
afterEach(async () => {
  for (const atrium of open.splice(0).reverse()) await atrium.close();
});

const update = "mutation ($input: UpdateAiSettingsInput!) { updateAiSettings(input: $input) { offlineStandsIn } }";

/** Two vendors, the offline provider, somebody who runs the installation and somebody who has quotes written. */
const start = async (settings: object = {}, { clock = new TestClock() } = {}) => {
  const alpha = vendor("alpha");
  const beta = vendor("beta");
  const providers = [alpha.provider, beta.provider, offlineProvider({ wordDelayMs: 0 })];
  const atrium = await startAtrium({ providers, clock });
  open.push(atrium);
  const operator = await atrium.signUp();
  const ann = await atrium.signUp();
  const set = (input: object) => operator.query(update, { input });
  // Circuits of their own would open: these tests are about what happens while they are closed.
  await set({ breaker: { failures: 1_000 }, retry: { attempts: 1 }, ...settings });
  return { alpha, beta, atrium, operator, ann, set };
};

/** A class in which alpha comes first, and beta only behind it. */
const alphaFirst = {
  name: "ordered",
  candidates: [
    { provider: "alpha", model: "alpha-1", weight: 100 },
    { provider: "beta", model: "beta-1", weight: 0.01 },
  ],
};
const inOrder = { modelClasses: [alphaFirst] };

interface Generation {
  provider: string | null;
  model: string | null;
  text: string;
  status: string;
  isComplete: boolean;
  isDegraded: boolean;
  outputTokens: number | null;
  routing: {
    modelClass: string | null;
    reason: string;
    chosen: { provider: string; model: string } | null;
    candidates: {
      provider: string;
      model: string;
      score: number;
      share: number;
      excluded: string | null;
      factors: Record<string, number>;
    }[];
  } | null;
}

const shown = `provider model text status isComplete isDegraded outputTokens routing { modelClass reason chosen { provider model }
  candidates { provider model score share excluded factors { responseTime successRate cost circuit headroom } } }`;

const lastGeneration = async (person: Person): Promise<Generation> => {
  const query = `{ generations(orderBy: [{ field: CREATED_AT, direction: DESC }], first: 1) { nodes { ${shown} } } }`;
  const { generations } = await person.query<{ generations: { nodes: Generation[] } }>(query);
  const [generation] = generations.nodes;
  if (generation === undefined) throw new Error("There is no generation.");
  return generation;
};

const ask = async (person: Person, input: object = {}) =>
  (await person.sdk.GenerateQuote({ input: { topic: "the sea", ...input } })).generateQuote.id;

const write = async (person: Person, input: object = {}) => {
  const events = await collect(person, await ask(person, input));
  return { job: endOf(events), text: textOf(events), generation: await lastGeneration(person) };
};

const standing = async (person: Person) => {
  const query = "{ providers { name score share factors { responseTime successRate } } }";
  const { providers } = await person.query<{
    providers: { name: string; score: number; share: number; factors: { responseTime: number; successRate: number } }[];
  }>(query);
  return Object.fromEntries(providers.map((each) => [each.name, each]));
};

const many = (person: Person, count: number) => Promise.all(Array.from({ length: count }, () => write(person)));

describe("choosing", () => {
  test("O2 a provider that becomes slow loses its share to the others, until that is forgotten", async () => {
    const clock = new TestClock();
    const { alpha, beta, ann } = await start({}, { clock });
    await many(ann, 4);
    const even = await standing(ann);
    expect(even.alpha?.share).toBeGreaterThan(0.3);
    expect(even.beta?.share).toBeGreaterThan(0.3);
    expect(even.offline?.share).toBeNull();

    alpha.state.delayMs = 800;
    await many(ann, 14);
    const slow = await eventually(
      () => standing(ann),
      ({ alpha }) => Number(alpha?.share) < 0.25,
    );
    expect(slow.alpha?.factors.responseTime).toBeLessThan(0.4);
    expect(slow.beta?.share).toBeGreaterThan(0.75);
    const before = { alpha: alpha.state.requests.length, beta: beta.state.requests.length };
    await many(ann, 20);
    expect(alpha.state.requests.length - before.alpha).toBeLessThan(10);
    expect(beta.state.requests.length - before.beta).toBeGreaterThan(10);
    const { routing } = await lastGeneration(ann);
    const [one, other] = routing?.candidates ?? [];
    expect(Number(one?.share) + Number(other?.share)).toBeCloseTo(1);
    expect(routing).toMatchObject({ modelClass: "default", reason: "SCORED" });

    clock.pass(6 * 60_000);
    await eventually(
      () => standing(ann),
      ({ alpha }) => Number(alpha?.share) > 0.45,
    );
  });

  test("O2 failures lower the success rate, and the vendor's own limit the headroom; both are stored with the choice", async () => {
    const { alpha, ann } = await start(inOrder);
    alpha.state.headroom = 0.1;
    await write(ann, { modelClass: "ordered" });
    alpha.state.failure = "unavailable";
    for (let round = 0; round < 3; round += 1) await write(ann, { modelClass: "ordered" });
    await eventually(
      () => standing(ann),
      ({ alpha }) => Number(alpha?.factors.successRate) < 0.7,
    );
    const { generation } = await write(ann, { modelClass: "ordered" });
    const candidate = generation.routing?.candidates.find(({ provider }) => provider === "alpha");
    expect(candidate).toMatchObject({ excluded: "FAILED", factors: { headroom: 0.1, circuit: 1 } });
    expect(candidate?.factors.successRate).toBeLessThan(0.8);
  });

  test("O2 a request that names its provider stays with it, whatever happens", async () => {
    const { alpha, beta, ann } = await start();
    alpha.state.failure = "rejected";
    const { job, generation } = await write(ann, { provider: "alpha" });
    expect(job).toMatchObject({ status: "FAILED", error: { code: "PROVIDER_UNAVAILABLE" } });
    expect(generation).toMatchObject({ isDegraded: false });
    expect(generation.routing).toMatchObject({ modelClass: null, reason: "NONE_LEFT", chosen: { provider: "alpha" } });
    alpha.state.failure = undefined;
    expect((await write(ann, { provider: "alpha" })).generation.routing?.reason).toBe("PINNED");
    expect(beta.state.requests).toHaveLength(0);
  });

  test("O2 a class is one of those that are there, and stands alone", async () => {
    const { ann } = await start(inOrder);
    const unknown = await errorOf(ask(ann, { modelClass: "marvellous" }));
    expect(unknown).toMatchObject({ code: "BAD_USER_INPUT", details: { field: "input.modelClass" } });
    expect(unknown.message).toContain("default, fast, smart, cheap, ordered");
    for (const beside of [{ provider: "alpha" }, { model: "alpha-1" }])
      expect(await errorOf(ask(ann, { modelClass: "fast", ...beside }))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field: "input.modelClass" },
      });
    const { modelClasses } = await ann.query<{ modelClasses: { name: string }[] }>("{ modelClasses { name } }");
    expect(modelClasses.map(({ name }) => name)).toEqual(["default", "fast", "smart", "cheap", "ordered"]);
  });
});

describe("falling back", () => {
  test("O4 whatever fault the first has, the second answers, and both are in the ledger", async () => {
    const { alpha, ann, atrium } = await start(inOrder);
    const faults: ProviderFault[] = [
      "timeout",
      "rate_limited",
      "unavailable",
      "cut",
      "invalid_answer",
      "credentials",
      "rejected",
    ];
    for (const fault of faults) {
      alpha.state.failure = fault;
      const { job, generation } = await write(ann, { modelClass: "ordered" });
      expect([fault, job.status, generation.provider]).toEqual([fault, "SUCCEEDED", "beta"]);
      expect(generation).toMatchObject({ isComplete: true, isDegraded: false, text: "Said by beta." });
      expect(generation.routing).toMatchObject({ reason: "FALLBACK", chosen: { provider: "beta", model: "beta-1" } });
    }
    const calls = await atrium.database.query<{ provider: string; outcome: string }>(
      "select provider, outcome from provider_call order by started_at, id",
    );
    expect(calls.filter(({ provider }) => provider === "alpha").map(({ outcome }) => outcome)).toEqual(
      faults.map((fault) => fault.toUpperCase()),
    );
    expect(calls.filter(({ outcome }) => outcome === "OK")).toHaveLength(faults.length);
  });

  test("O4 an answer that breaks in its middle is finished by another provider, and stored as it was streamed", async () => {
    const { alpha, beta, ann } = await start(inOrder);
    Object.assign(alpha.state, { words: ["The sea", " keeps", " no"], failure: "cut", failsBehind: 3 });
    beta.state.words = [" promise", " it was", " not asked for."];
    const { job, text, generation } = await write(ann, { modelClass: "ordered" });
    expect(job.status).toBe("SUCCEEDED");
    expect(text).toBe("The sea keeps no promise it was not asked for.");
    expect(generation).toMatchObject({ text, isComplete: true, isDegraded: false, provider: "beta" });
    expect(generation.routing).toMatchObject({ reason: "CONTINUED", chosen: { provider: "beta" } });
    // What both of them have written, and not only the second one.
    expect(generation.outputTokens).toBeGreaterThan(3);
    const asked = beta.state.requests[0]?.messages ?? [];
    expect(asked.at(-2)).toEqual({ role: "assistant", text: "The sea keeps no" });
    expect(asked.at(-1)?.role).toBe("user");
  });

  test("O4 an answer that nobody can finish fails clearly, and is never stored as a short one", async () => {
    const { alpha, beta, ann } = await start(inOrder);
    for (const { state } of [alpha, beta]) Object.assign(state, { failure: "cut", failsBehind: 1 });
    const { job, generation } = await write(ann, { modelClass: "ordered" });
    expect(job).toMatchObject({ status: "FAILED", error: { code: "PROVIDER_UNAVAILABLE" } });
    expect(job.result).toBeNull();
    expect(generation).toMatchObject({ isComplete: false, isDegraded: false });
    expect(generation.routing?.reason).toBe("NONE_LEFT");
    expect((await ann.sdk.Quotes({})).quotes.totalCount).toBe(0);
  });
});

describe("when all are down", () => {
  test("O5 the offline provider stands in, and the answer is marked", async () => {
    const { alpha, beta, ann } = await start();
    for (const { state } of [alpha, beta]) state.failure = "unavailable";
    const { job, text, generation } = await write(ann);
    expect(job.status).toBe("SUCCEEDED");
    expect(generation).toMatchObject({ provider: "offline", isDegraded: true, isComplete: true, text });
    expect(generation.routing).toMatchObject({ reason: "LAST_RESORT", chosen: { provider: "offline" } });
    expect(generation.routing?.candidates.map(({ excluded }) => excluded)).toEqual(["FAILED", "FAILED"]);
    const { generations } = await ann.query<{ generations: { totalCount: number } }>(
      "{ generations(filter: { isDegraded: { eq: true } }) { totalCount } }",
    );
    expect(generations.totalCount).toBe(1);
  });

  test("O5 open circuits are not asked at all, and the offline provider answers in their place", async () => {
    const { alpha, beta, ann, set } = await start({ breaker: { failures: 1 } });
    for (const { state } of [alpha, beta]) state.failure = "unavailable";
    await write(ann);
    expect([alpha.state.requests.length, beta.state.requests.length]).toEqual([1, 1]);
    const { generation } = await write(ann);
    expect([alpha.state.requests.length, beta.state.requests.length]).toEqual([1, 1]);
    expect(generation).toMatchObject({ provider: "offline", isDegraded: true });
    for (const candidate of generation.routing?.candidates ?? [])
      expect(candidate).toMatchObject({ excluded: "CIRCUIT_OPEN", share: 0, factors: { circuit: 0 } });

    await set({ offlineStandsIn: false });
    const id = await ask(ann);
    const { job } = await eventually(
      () => ann.sdk.Job({ id }),
      ({ job }) => job?.error != null,
    );
    expect(job?.error).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    expect(job?.error?.message).toMatch(/Try again in \d+ seconds?\./);
  });

  test("O5 without a stand-in it is PROVIDER_UNAVAILABLE, with the soonest time at which one may be asked again", async () => {
    const { alpha, beta, ann, atrium } = await start({ offlineStandsIn: false });
    alpha.state.failure = { fault: "rate_limited", retryAfterMs: 120_000 };
    beta.state.failure = { fault: "rate_limited", retryAfterMs: 60_000 };
    const id = await ask(ann);
    const { job } = await eventually(
      () => ann.sdk.Job({ id }),
      ({ job }) => job?.error != null,
    );
    expect(job).toMatchObject({ status: "QUEUED", error: { code: "PROVIDER_UNAVAILABLE" } });
    expect(job?.error?.message).toMatch(
      /alpha asked to slow down.*Try again in 60 seconds\.$|Try again in 60 seconds\.$/,
    );
    const [row] = await atrium.database.query<{ wait: number }>(
      "select extract(epoch from run_at - now())::float8 as wait from job where id = $1",
      [id],
    );
    expect(row?.wait).toBeGreaterThan(50);
    expect((await lastGeneration(ann)).routing?.reason).toBe("NONE_LEFT");
    await ann.sdk.CancelJob({ id });
  });

  test("O5 where nothing but the offline provider is configured, its answer is the normal one", async () => {
    const atrium = await startAtrium({ providers: [offlineProvider({ wordDelayMs: 0 })] });
    open.push(atrium);
    const ann = await atrium.signUp();
    for (const input of [{}, { modelClass: "smart" }]) {
      const { generation } = await write(ann, input);
      expect(generation).toMatchObject({ provider: "offline", isDegraded: false, routing: { reason: "ONLY" } });
    }
  });
});

describe("settings", () => {
  const settings = `{ aiSettings { weights { cost } retry { attempts baseDelayMs } breaker { failures windowMs openMs probes }
    offlineStandsIn modelClasses { name isBuiltIn candidates { provider model weight } } } }`;

  test("O2 what one process sets, another one goes by within a second, and what is left out stays", async () => {
    const { atrium, ann, operator, set } = await start();
    const gamma = vendor("alpha");
    const other = await startAtrium({
      database: atrium.database,
      providers: [gamma.provider, vendor("beta").provider, offlineProvider()],
      withWorkers: false,
    });
    open.push(other);
    await set({ weights: { cost: 7 }, retry: { attempts: 4 }, ...inOrder });
    await eventually(
      async () => other.app.aiSettings.current(),
      ({ weights, retry, modelClasses }) =>
        weights.cost === 7 && retry.attempts === 4 && modelClasses.some(({ name }) => name === "ordered"),
      1_000,
    );
    const { aiSettings } = await operator.query<{ aiSettings: Record<string, unknown> }>(settings);
    expect(aiSettings).toMatchObject({
      weights: { cost: 7 },
      retry: { attempts: 4, baseDelayMs: 250 },
      breaker: { failures: 1_000, windowMs: 60_000, openMs: 30_000, probes: 1 },
      offlineStandsIn: true,
    });
    expect(aiSettings.modelClasses).toContainEqual({ ...alphaFirst, isBuiltIn: false });
    expect(await errorOf(ann.query(settings))).toMatchObject({ code: "FORBIDDEN" });
    expect(await errorOf(ann.query(update, { input: {} }))).toMatchObject({ code: "FORBIDDEN" });
  });

  test("O2 a set class takes the place of a built-in one, until it is taken away", async () => {
    const { ann, set, beta, alpha } = await start();
    await set({ modelClasses: [{ name: "default", candidates: [{ provider: "beta", model: "beta-1" }] }] });
    for (let round = 0; round < 4; round += 1) await write(ann);
    expect([alpha.state.requests.length, beta.state.requests.length]).toEqual([0, 4]);
    expect((await lastGeneration(ann)).routing?.reason).toBe("ONLY");
    await set({ modelClasses: [] });
    const { modelClasses } = await ann.query<{ modelClasses: { name: string; candidates: object[] }[] }>(
      "{ modelClasses { name candidates { provider } } }",
    );
    expect(modelClasses.find(({ name }) => name === "default")?.candidates).toHaveLength(2);
  });

  test("O2 what makes no sense is refused, with the field that is wrong, and changes nothing", async () => {
    const { operator, set } = await start();
    const one = { provider: "alpha", model: "alpha-1" };
    const zero = { responseTime: 0, successRate: 0, cost: 0, circuit: 0, headroom: 0 };
    const cases: [object, string][] = [
      [{ weights: { cost: -1 } }, "input.weights.cost"],
      [{ weights: zero }, "input.weights"],
      [{ retry: { attempts: 0 } }, "input.retry.attempts"],
      [{ breaker: { openMs: 10 } }, "input.breaker.openMs"],
      [{ modelClasses: [{ name: "A b", candidates: [one] }] }, "input.modelClasses.0.name"],
      [{ modelClasses: [{ name: "a", candidates: [] }] }, "input.modelClasses.0.candidates"],
      [
        { modelClasses: [{ name: "a", candidates: [one, { provider: "nobody", model: "x" }] }] },
        "input.modelClasses.0.candidates.1.provider",
      ],
      [
        { modelClasses: [{ name: "a", candidates: [{ provider: "alpha", model: "x" }] }] },
        "input.modelClasses.0.candidates.0.model",
      ],
      [{ modelClasses: [{ name: "a", candidates: [one, one] }] }, "input.modelClasses.0.candidates.1"],
      [{ modelClasses: [1, 2].map(() => ({ name: "a", candidates: [one] })) }, "input.modelClasses.1.name"],
    ];
    const before = await operator.query(settings);
    for (const [input, field] of cases)
      expect(await errorOf(set(input))).toMatchObject({ code: "BAD_USER_INPUT", details: { field } });
    expect(await operator.query(settings)).toEqual(before);
  });
});
