import fc from "fast-check";
import { newId } from "#src/platform/ids.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { askQuote, paidProvider, setPrice, type Turn } from "./support/paid-provider.js";
import { type Member, startTeam, type Team } from "./support/team.js";

const paid = paidProvider();
let atrium: TestAtrium;
let operator: Person;
let team: Team;
let bob: Member;

beforeAll(async () => {
  atrium = await startAtrium({ providers: [paid.provider] });
  operator = await atrium.signUpOperator();
  await setPrice(operator, "paid-1", 1_234_567);
  // Failures are what is counted here, and not what becomes of who fails often.
  await operator.query("mutation { updateAiSettings(input: { breaker: { failures: 1000 } }) { offlineStandsIn } }");
  team = await startTeam(atrium);
  bob = await team.join("EDITOR");
});
afterAll(() => atrium.close());

const keys = ["PROVIDER", "MODEL", "USER", "API_KEY", "PURPOSE", "OUTCOME", "DAY", "MONTH"] as const;
const figures = ["calls", "cachedCalls", "inputTokens", "outputTokens", "costMicros", "unpricedCalls"] as const;
type Row = Record<(typeof figures)[number], number> & Record<string, string | null>;

const usage = async (groupBy: readonly string[] = [], range: object | null = null, first = 1_000) => {
  const { usage } = await team.owner.query<{ usage: Row[] }>(
    `query ($keys: [UsageKey!], $range: UsageRange, $first: Int!) { usage(groupBy: $keys, range: $range, first: $first) {
      provider model userId apiKeyId purpose outcome day month ${figures.join(" ")} } }`,
    { keys: groupBy, range, first },
  );
  return usage;
};
const totalOf = (rows: readonly Row[]) =>
  Object.fromEntries(figures.map((figure) => [figure, rows.reduce((sum, row) => sum + row[figure], 0)]));

/** When all jobs have ended, and no turn is left of those that were cancelled before theirs. */
const settled = async () => {
  await eventually(
    () => atrium.database.query("select 1 from job where finished_at is null"),
    (open) => open.length === 0,
    25_000,
  );
  paid.state.turns = [];
};

/** What becomes of one generation; by two people, with two models of which one has no price. */
const fates = fc.record({
  turns: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant<Turn>({}) },
      fc.record({ usage: fc.record({ inputTokens: fc.nat(5_000), outputTokens: fc.nat(400) }) }),
      fc.constantFrom<Turn>({ fault: "rejected" }, { fault: "credentials" }, { usage: null }),
    ),
    { minLength: 1, maxLength: 1 },
  ),
  model: fc.constantFrom("paid-1", "paid-1", "paid-2"),
  isBobs: fc.boolean(),
  isPrivate: fc.boolean(),
  isCancelled: fc.boolean(),
});

test("O9 usage equals the sum over all generations to the last micro-dollar, however they ended and whatever it is told apart by", async () => {
  const wanted = fc.sample(fates, { numRuns: 60, seed: 4_711 });
  for (const { turns, model, isBobs, isPrivate, isCancelled } of wanted) {
    paid.state.turns.push(...turns);
    const asker = isBobs ? bob : team.owner;
    const id = await askQuote(asker, { provider: "paid", model, visibility: isPrivate ? "PRIVATE" : "WORKSPACE" });
    if (isCancelled) await asker.sdk.CancelJob({ id });
  }
  await settled();
  // One that is cut in its middle, and goes on after that.
  paid.state.turns.push({ fault: "cut" }, { fault: "unavailable" });
  await askQuote(team.owner);
  await settled();
  // Answers from the cache are in it, and cost nothing.
  await atrium.database.query(
    `insert into provider_call (id, workspace_id, created_at, visibility, generation_id, created_by_id, purpose, provider, model,
      asked_for, operation, outcome, started_at, latency, is_estimated, cost_micros)
      select $2, workspace_id, now(), visibility, id, created_by_id, purpose, 'paid', 'paid-1', 'paid/paid-1', 'CHAT', 'CACHED',
        now(), 0, false, 0 from generation where workspace_id = $1 limit 1`,
    [team.id, newId("provider_call")],
  );

  const [sums] = await atrium.database.query<Record<string, string>>(
    `select sum(c.cost) as cost, sum(c.calls) as calls, sum(c.unpriced) as unpriced, count(*) as generations,
        bool_and(g.cost_micros is not distinct from case when c.unpriced > 0 then null else coalesce(c.cost, 0) end
          or c.calls = 0 and g.cost_micros is null) as exact,
        bool_and(g.status <> 'OPEN') as ended
      from generation g, lateral (select sum(cost_micros) as cost, count(*) as calls,
        count(*) filter (where cost_micros is null) as unpriced from provider_call where generation_id = g.id) c
      where g.workspace_id = $1`,
    [team.id],
  );
  expect(sums).toMatchObject({ exact: true, ended: true, generations: "61" });
  const [total] = await usage();
  if (total === undefined) throw new Error("There is no usage.");
  expect([total.costMicros, total.calls, total.unpricedCalls].map(String)).toEqual([
    sums?.cost,
    sums?.calls,
    sums?.unpriced,
  ]);
  expect(total.costMicros).toBeGreaterThan(0);
  expect(total.cachedCalls).toBe(1);
  expect(total.unpricedCalls).toBeGreaterThan(0);

  await fc.assert(
    fc.asyncProperty(fc.subarray([...keys]), async (groupBy) => {
      expect(totalOf(await usage(groupBy))).toEqual(totalOf([total]));
    }),
    { numRuns: 20 },
  );
  const byUser = await usage(["USER"]);
  expect(byUser.map(({ userId }) => userId).sort()).toEqual([bob.userId, team.owner.userId].sort());
  const priced = await usage(["MODEL", "OUTCOME"]);
  expect(priced.filter(({ model }) => model === "paid-2").every(({ costMicros }) => costMicros === 0)).toBe(true);
  expect(
    new Set(priced.map(({ outcome }) => outcome)).isSupersetOf(new Set(["OK", "CUT", "UNAVAILABLE", "CACHED"])),
  ).toBe(true);

  const now = new Date().toISOString();
  const [before, after] = [await usage([], { until: now }), await usage([], { from: now })];
  expect(totalOf([...before, ...after])).toEqual(totalOf([total]));
  expect(after[0]).toMatchObject({ calls: 0, costMicros: 0 });
  expect(await errorOf(usage([], { from: now, until: now }))).toMatchObject({ details: { field: "range.until" } });
  expect(await errorOf(usage(["MODEL", "OUTCOME"], null, 1))).toMatchObject({ details: { field: "first" } });
});

test("O4 a generation shows its attempts in their order, to those who may see it", async () => {
  paid.state.turns.push({ fault: "cut" });
  const id = await askQuote(bob, { visibility: "PRIVATE" });
  await eventually(
    () => bob.sdk.Job({ id }),
    ({ job }) => job?.status === "SUCCEEDED",
  );
  const attempts = async (person: Person) => {
    const { generations } = await person.query<{ generations: { nodes: { attempts: object[] }[] } }>(
      "{ generations(first: 1) { nodes { id attempts { provider model outcome latency firstTokenMs inputTokens outputTokens costMicros } } } }",
    );
    return generations.nodes[0]?.attempts;
  };
  expect(await attempts(bob)).toMatchObject([
    { provider: "paid", model: "paid-1", outcome: "CUT", latency: expect.any(Number), outputTokens: 1 },
    { provider: "paid", model: "paid-1", outcome: "OK", outputTokens: 3, costMicros: 4 },
  ]);
  // Neither the generation nor what it took is shown to others, until its visibility says so.
  const [call] = await atrium.database.query<{ id: string; generation_id: string }>(
    "select id, generation_id from provider_call where outcome = 'CUT' order by id desc limit 1",
  );
  const node = async () => (await team.owner.query("query ($id: ID!) { node(id: $id) { id } }", { id: call?.id })).node;
  expect(await node()).toBeNull();
  await atrium.database.query("update generation set visibility = 'WORKSPACE' where id = $1", [call?.generation_id]);
  expect(await node()).toEqual({ id: call?.id });
});

test("O9 a price counts from its day on, in all workspaces, and what is in the ledger stays as it is", async () => {
  const spent = async () => (await usage())[0]?.costMicros ?? 0;
  const generate = async () => {
    const before = await spent();
    const id = await askQuote(team.owner);
    await eventually(
      () => team.owner.sdk.Job({ id }),
      ({ job }) => job?.status === "SUCCEEDED",
    );
    return (await spent()) - before;
  };
  expect(await generate()).toBe(4);
  const set = (input: object) =>
    operator.query("mutation ($i: SetModelPriceInput!) { setModelPrice(input: $i) { validFrom isPublished } }", {
      i: { provider: "paid", model: "paid-1", inputMicrosPerMillion: 0, outputMicrosPerMillion: 2_000_000, ...input },
    });
  await set({ validFrom: "2999-01-01T00:00:00Z" });
  expect(await generate()).toBe(4);
  const before = await spent();
  await set({});
  expect(await spent()).toBe(before);
  expect(await generate()).toBe(6);
  const { modelPrices } = await bob.query<{ modelPrices: { model: string; isPublished: boolean }[] }>(
    "{ modelPrices { provider model validFrom inputMicrosPerMillion outputMicrosPerMillion isPublished } }",
  );
  expect(modelPrices.slice(0, 3).map(({ model }) => model)).toEqual(["paid-1", "paid-1", "paid-1"]);
  expect(modelPrices.filter(({ isPublished }) => isPublished).length).toBeGreaterThan(5);
  expect((await errorOf(set({ provider: "nobody" }))).details).toMatchObject({ field: "input.provider" });
});
