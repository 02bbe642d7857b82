import { circuitDefaults } from "#src/ai/circuit-breaker.js";
import { guardProviders } from "#src/ai/guard-providers.js";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { type Provider, ProviderError, type ProviderFault } from "#src/ai/provider.js";
import { withBreaker } from "#src/ai/with-breaker.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { scriptedProvider } from "./support/scripted-provider.js";
import { TestClock } from "./support/test-clock.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

/** One vendor upstream, asked by every process of the test. */
const upstream = () => {
  const state = { calls: 0, fault: undefined as ProviderFault | undefined, held: Promise.resolve() };
  const provider: Provider = {
    ...scriptedProvider().provider,
    async *generate({ model }) {
      state.calls += 1;
      await state.held;
      if (state.fault !== undefined) throw new ProviderError("scripted", state.fault);
      yield { type: "text", text: "It answers again." };
      yield { type: "end", finishReason: "stop", model, usage: { inputTokens: 10, outputTokens: 3 } };
    },
    async embed({ model }) {
      state.calls += 1;
      await state.held;
      if (state.fault !== undefined) throw new ProviderError("scripted", state.fault);
      return { vectors: [[1]], model, usage: null };
    },
  };
  return { provider, state };
};

let database: TestDatabase;
let clock: TestClock;
let vendor: ReturnType<typeof upstream>;
let running: TestAtrium[];

beforeEach(async () => {
  database = await createTestDatabase();
  clock = new TestClock();
  // So far behind that it stays there: the queue holds back jobs whose time is still to come on the machine's clock.
  clock.pass(-600_000);
  vendor = upstream();
  running = [];
});
afterEach(async () => {
  for (const atrium of running) await atrium.close();
  await database.drop();
});

const start = async (withWorkers = true): Promise<TestAtrium> => {
  const providers = [vendor.provider, offlineProvider()];
  const atrium = await startAtrium({ database, clock, providers, withWorkers });
  running.push(atrium);
  return atrium;
};
const stop = async (atrium: TestAtrium) => {
  running.splice(running.indexOf(atrium), 1);
  await atrium.close();
};

const ask = async (person: Person) =>
  (await person.sdk.GenerateQuote({ input: { topic: "doors", provider: "scripted" } })).generateQuote.id;
const generate = async (person: Person) => endOf(await collect(person, await ask(person)));
/** A job that meets an open circuit waits until that is tried again: what it waits for, without the wait. */
const refusalOf = async (person: Person) => {
  const id = await ask(person);
  const { job } = await eventually(
    () => person.sdk.Job({ id }),
    ({ job }) => job?.error != null,
  );
  await person.sdk.CancelJob({ id });
  return job?.error;
};
const circuitOf = async (person: Person) => (await person.sdk.Provider({ name: "scripted" })).provider;
/** Refused credentials: no second attempt would mend that, so each job is one request. */
const failTimes = async (person: Person, times: number) => {
  vendor.state.fault = "credentials";
  for (let each = 0; each < times; each += 1) expect((await generate(person)).status).toBe("FAILED");
};

describe("O3 the circuit of a provider", () => {
  test("opens on the 5th failure for all processes, those that come later too, and a probe closes it", async () => {
    const one = await start();
    const operator = await one.signUp();
    const other = await start(false);
    const elsewhere = await other.signUp();

    await failTimes(operator, 4);
    expect(await circuitOf(elsewhere)).toMatchObject({
      circuitState: "CLOSED",
      circuit: { failures: 4, openedAt: null, retryAt: null },
    });
    await failTimes(operator, 1);
    const open = await circuitOf(elsewhere);
    expect(open?.circuitState).toBe("OPEN");
    const { openedAt, retryAt } = open?.circuit ?? {};
    expect(Date.parse(retryAt ?? "") - Date.parse(openedAt ?? "")).toBe(30_000);

    vendor.state.fault = undefined;
    const refused = { code: "PROVIDER_UNAVAILABLE", message: expect.stringContaining("left alone") };
    expect(await refusalOf(operator)).toEqual(refused);
    await stop(one);
    const late = await start();
    expect(await refusalOf(elsewhere)).toEqual(refused);
    expect(vendor.state.calls).toBe(5);

    clock.pass(30_000);
    expect((await circuitOf(elsewhere))?.circuitState).toBe("HALF_OPEN");
    expect(await generate(await late.signUp())).toMatchObject({
      status: "SUCCEEDED",
      result: { text: "It answers again." },
    });
    expect(vendor.state.calls).toBe(6);
    expect(await circuitOf(elsewhere)).toMatchObject({ circuitState: "CLOSED", circuit: { failures: 0 } });
  }, 60_000);

  test("lets one probe through at a time, of all that two processes ask for", async () => {
    const [one, two] = [await start(), await start()];
    const ann = await one.signUp();
    await failTimes(ann, 5);
    clock.pass(30_000);
    vendor.state.fault = undefined;
    const gate = Promise.withResolvers<void>();
    vendor.state.held = gate.promise;
    const jobs = await Promise.all(Array.from({ length: 6 }, () => ask(ann)));
    // All have been tried once, or are the one that is held.
    const tried = () =>
      database.query<{ n: number }>("select count(*)::int as n from job where id = any($1) and failures > 0", [jobs]);
    await eventually(tried, ([row]) => row?.n === 5);
    expect(vendor.state.calls).toBe(6);
    gate.resolve();
    const ends = await Promise.all(jobs.map(async (job) => endOf(await collect(ann, job)).status));
    expect(ends).toContain("SUCCEEDED");
    expect(await circuitOf(await two.signUp())).toMatchObject({ circuitState: "CLOSED" });
  }, 60_000);

  test("counts the failures of two processes together, vectors as well as texts, up to exactly the 5th", async () => {
    const asked = await Promise.all(
      [await start(false), await start(false)].map(async ({ app: { database, live, logger } }) => {
        const deps = { database, live, clock, logger, defaultName: undefined, settings: () => circuitDefaults };
        return withBreaker(vendor.provider, (await guardProviders([vendor.provider], deps)).circuits);
      }),
    );
    const { signal } = new AbortController();
    const call = async (index: number): Promise<string> => {
      const provider = asked[index % 2];
      try {
        if (index % 3 === 0) await provider?.embed({ model: "scripted-embedding", texts: ["a"] }, signal);
        else for await (const _ of provider?.generate({ model: "scripted-1", messages: [] }, signal) ?? []);
        return "ok";
      } catch (error) {
        return (error as ProviderError).fault;
      }
    };
    vendor.state.fault = "unavailable";
    const outcomes: string[] = [];
    for (let index = 0; index < 10; index += 1) outcomes.push(await call(index));
    expect(outcomes).toEqual([...Array(5).fill("unavailable"), ...Array(5).fill("circuit_open")]);
    expect(vendor.state.calls).toBe(5);

    clock.pass(30_000);
    vendor.state.fault = undefined;
    const gate = Promise.withResolvers<void>();
    vendor.state.held = gate.promise;
    let refused = 0;
    const ends = Array.from({ length: 40 }, async (_, index) => {
      const end = await call(index);
      if (end === "circuit_open") refused += 1;
      return end;
    });
    // All but the one that is on its way.
    await eventually(
      async () => refused,
      (count) => count === 39,
    );
    expect(vendor.state.calls).toBe(6);
    gate.resolve();
    expect((await Promise.all(ends)).filter((end) => end === "ok")).toHaveLength(1);
    expect(await call(0)).toBe("ok");
  }, 60_000);

  test("opens again when the probe fails, and does not count requests that were refused", async () => {
    const atrium = await start();
    const ann = await atrium.signUp();
    vendor.state.fault = "rejected";
    for (let each = 0; each < 6; each += 1) await generate(ann);
    expect(await circuitOf(ann)).toMatchObject({ circuitState: "CLOSED", circuit: { failures: 0 } });
    await failTimes(ann, 5);
    clock.pass(30_000);
    const before = await circuitOf(ann);
    await failTimes(ann, 1);
    const after = await circuitOf(ann);
    expect(after?.circuitState).toBe("OPEN");
    expect(Date.parse(after?.circuit?.openedAt ?? "")).toBeGreaterThan(Date.parse(before?.circuit?.retryAt ?? ""));
    expect(vendor.state.calls).toBe(12);
  }, 60_000);

  test("is of one provider alone, and the offline one has none", async () => {
    const atrium = await start();
    const ann = await atrium.signUp();
    await failTimes(ann, 5);
    const { provider } = await ann.sdk.Provider({ name: "offline" });
    expect(provider).toMatchObject({ isOffline: true, circuitState: "CLOSED", circuit: null });
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "doors", provider: "offline" } });
    expect(endOf(await collect(ann, job.id)).status).toBe("SUCCEEDED");
    expect((await ann.sdk.Provider({ name: "nobody" })).provider).toBeNull();
  }, 60_000);

  test("is closed by an operator at once, and by nobody else", async () => {
    const atrium = await start();
    const operator = await atrium.signUpOperator();
    const ann = await atrium.signUp();
    await failTimes(ann, 5);
    expect(await errorOf(ann.sdk.ResetCircuit({ provider: "scripted" }))).toMatchObject({ code: "FORBIDDEN" });
    for (const provider of ["nobody", "offline"])
      expect(await errorOf(operator.sdk.ResetCircuit({ provider }))).toMatchObject({
        code: "BAD_USER_INPUT",
        details: { field: "provider" },
        message: expect.stringContaining("scripted"),
      });
    expect((await operator.sdk.ResetCircuit({ provider: "scripted" })).resetCircuit).toMatchObject({
      circuitState: "CLOSED",
      circuit: { failures: 0, openedAt: null },
    });
    const [entry] = await database.query<{ before: object; after: object }>(
      "select before, after from audit_entry where action = 'provider.circuit_reset'",
    );
    expect(entry).toEqual({
      before: { provider: "scripted", circuitState: "OPEN" },
      after: { provider: "scripted", circuitState: "CLOSED" },
    });
    vendor.state.fault = undefined;
    expect((await generate(ann)).status).toBe("SUCCEEDED");
  }, 60_000);
});
