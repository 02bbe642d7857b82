import type { ProviderHealthSubscription } from "#schema/client.js";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { type Provider, ProviderError, type ProviderFault } from "#src/ai/provider.js";
import type { Clock } from "#src/platform/clock.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { scriptedProvider } from "./support/scripted-provider.js";
import { createTestDatabase, type TestDatabase } from "./support/test-database.js";

/** Time passes only when the test says so: how often something was due is then no matter of luck. */
class StandingClock implements Clock {
  #now = Date.now();
  now = () => new Date(this.#now);
  pass(ms: number) {
    this.#now += ms;
  }
}

/** A vendor as several processes meet it; each has a provider of its own. */
const vendor = (name: string) => {
  const state = { fault: undefined as ProviderFault | undefined, probes: [] as number[], hangs: new Set<number>() };
  const providerOf = (process: number): Provider => ({
    ...scriptedProvider().provider,
    name,
    probe: async () => {
      state.probes.push(process);
      if (state.hangs.has(process)) await new Promise(() => {});
      if (state.fault !== undefined) throw new ProviderError(name, state.fault);
    },
  });
  return { state, providerOf };
};

let database: TestDatabase;
let clock: StandingClock;
let red: ReturnType<typeof vendor>;
let blue: ReturnType<typeof vendor>;
let running: TestAtrium[];

beforeEach(async () => {
  database = await createTestDatabase();
  clock = new StandingClock();
  red = vendor("red");
  blue = vendor("blue");
  running = [];
});
afterEach(async () => {
  for (const atrium of running) await atrium.close();
  await database.drop();
});

const start = async (process: number): Promise<TestAtrium> => {
  const providers = [red.providerOf(process), blue.providerOf(process), offlineProvider()];
  const atrium = await startAtrium({ database, clock, providers, withWorkers: false });
  running.push(atrium);
  return atrium;
};

type Status = ProviderHealthSubscription["providerHealth"];

const follow = (person: Person, after?: string) => {
  const stream = person.sdk.ProviderHealth({
    after: after ?? null,
  }) as unknown as AsyncIterable<ProviderHealthSubscription>;
  const iterator = stream[Symbol.asyncIterator]();
  return async (): Promise<Status> => {
    const { value, done } = await iterator.next();
    if (done) throw new Error("The subscription ended.");
    return (value as ProviderHealthSubscription).providerHealth;
  };
};
const healthOf = async (person: Person, name: string) => (await person.sdk.Provider({ name })).provider?.health;
const probed = (count: number) =>
  eventually(
    async () => red.state.probes.length,
    (probes) => probes >= count,
  );

test("O11 providers are probed every 10 seconds: one that is down is DOWN one interval later, and UP again after", async () => {
  const ann = await (await start(1)).signUp();
  const up = await eventually(
    () => healthOf(ann, "red"),
    (health) => health?.state === "UP",
  );
  expect(up).toMatchObject({ fault: null, latency: expect.any(Number) });

  red.state.fault = "unavailable";
  clock.pass(9_999);
  // Nothing is due yet.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(red.state.probes).toHaveLength(1);
  clock.pass(1);
  const down = await eventually(
    () => healthOf(ann, "red"),
    (health) => health?.state === "DOWN",
  );
  expect(down).toMatchObject({ fault: "UNAVAILABLE", latency: null, since: clock.now().toISOString() });
  expect(await healthOf(ann, "blue")).toMatchObject({ state: "UP", since: up?.since });

  red.state.fault = "rate_limited";
  clock.pass(10_000);
  await eventually(
    () => healthOf(ann, "red"),
    (health) => health?.state === "DEGRADED" && health.fault === "RATE_LIMITED",
  );
  red.state.fault = undefined;
  clock.pass(10_000);
  await eventually(
    () => healthOf(ann, "red"),
    (health) => health?.state === "UP" && health.fault === null,
  );
  expect(await healthOf(ann, "offline")).toEqual({
    state: "UP",
    latency: null,
    checkedAt: null,
    since: null,
    fault: null,
  });
}, 30_000);

test("O11 providerHealth gives each provider once, then each change, whichever process saw it", async () => {
  const one = await start(1);
  const ann = await one.signUp();
  for (const name of ["red", "blue"])
    await eventually(
      () => healthOf(ann, name),
      (health) => health?.state === "UP",
    );
  const other = await start(2);
  const next = follow(await other.signUp());
  const first = [await next(), await next(), await next()];
  expect(first.map(({ name }) => name).sort()).toEqual(["blue", "offline", "red"]);

  blue.state.fault = "timeout";
  clock.pass(10_000);
  const changed = await next();
  expect(changed).toMatchObject({ name: "blue", health: { state: "DOWN", fault: "TIMEOUT" }, circuitState: "CLOSED" });
  blue.state.fault = "credentials";
  clock.pass(10_000);
  expect(await next()).toMatchObject({ name: "blue", health: { state: "DOWN", fault: "CREDENTIALS" } });

  // Behind a cursor, at another process, is what has changed since, as it is now.
  const later = follow(ann, changed.cursor);
  expect(await later()).toMatchObject({ name: "blue", health: { fault: "CREDENTIALS" } });
  expect(await errorOf(follow(ann, "nonsense")())).toMatchObject({
    code: "BAD_USER_INPUT",
    details: { field: "after" },
  });
}, 30_000);

test("O11 of two processes one makes each probe, and the other goes on when it hangs or ends", async () => {
  const one = await start(1);
  await probed(1);
  const two = await start(2);
  for (let round = 2; round <= 4; round += 1) {
    clock.pass(10_000);
    await probed(round);
    // Both have looked since.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(red.state.probes).toHaveLength(round);
    expect(blue.state.probes).toHaveLength(round);
  }
  // Whoever is first now never comes back with an answer: as if it had been killed.
  red.state.hangs.add(1);
  const before = red.state.probes.length;
  await eventually(
    async () => {
      clock.pass(10_000);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return red.state.probes.slice(before).at(-1);
    },
    (last) => last === 1,
  );
  const claimed = red.state.probes.length;
  clock.pass(10_000);
  await probed(claimed + 1);
  expect(red.state.probes.at(-1)).toBe(2);

  running.splice(running.indexOf(one), 1);
  await one.close();
  const ann = await two.signUp();
  red.state.fault = "unavailable";
  clock.pass(10_000);
  await eventually(
    () => healthOf(ann, "red"),
    (health) => health?.state === "DOWN",
  );
  expect(red.state.probes.at(-1)).toBe(2);
}, 45_000);
