import fc from "fast-check";
import { LimitLease } from "#src/platform/limit-lease.js";
import { blockSize, type LimitPolicy, limitPolicies } from "#src/platform/limit-policy.js";
import { networkOf } from "#src/platform/network.js";

const policyOf = (limit: number, strict = false): LimitPolicy => ({
  name: "test",
  limit,
  windowMs: 60_000,
  counted: "calls a minute",
  strict,
});

/** The count that processes share, with answers that take a turn, and that may be out of reach. */
class SharedCount {
  value = 0;
  asked = 0;
  isAway = false;
  add = async (points: number): Promise<number | undefined> => {
    await new Promise((resolve) => setImmediate(resolve));
    this.asked += 1;
    if (this.isAway) return undefined;
    this.value += points;
    return this.value;
  };
}

const leaseOn = (count: SharedCount, policy: LimitPolicy) =>
  new LimitLease({ policy, startsAt: 0, endsAt: 60_000, add: count.add, uncountable: () => new Error("uncountable") });

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("I10 processes together never admit more than the limit, whatever they ask for, and all of it when they ask for one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3_000 }),
      fc.array(fc.record({ process: fc.nat(2), points: fc.integer({ min: 1, max: 40 }), many: fc.nat(30) }), {
        maxLength: 40,
      }),
      fc.boolean(),
      async (limit, rounds, release) => {
        const count = new SharedCount();
        const leases = [0, 1, 2].map(() => leaseOn(count, policyOf(limit)));
        let admitted = 0;
        let asked = 0;
        for (const { process, points, many } of rounds) {
          const takes = Array.from({ length: many }, () => leases[process]?.take(points, 1));
          asked += many * points;
          for (const isAdmitted of await Promise.all(takes)) if (isAdmitted) admitted += points;
          if (release && many % 7 === 0) await leases[process]?.release();
          expect(admitted).toBeLessThanOrEqual(limit);
          expect(count.value).toBeGreaterThanOrEqual(Math.min(admitted, limit));
        }
        await settled();
        // Small limits are exact: what was asked for in ones is all given out.
        if (limit <= 1_000 && rounds.every(({ points }) => points === 1)) expect(admitted).toBe(Math.min(asked, limit));
      },
    ),
    { numRuns: 150 },
  );
});

test("I10 a small limit is given out to its last point, and a refusal takes nothing", async () => {
  const count = new SharedCount();
  const [here, there] = [leaseOn(count, policyOf(10)), leaseOn(count, policyOf(10))];
  expect(await here.take(8, 1)).toBe(true);
  expect(await there.take(3, 1)).toBe(false);
  expect(await there.take(2, 1)).toBe(true);
  await settled();
  expect(count.value).toBe(10);
  expect(await here.take(1, 1)).toBe(false);
  expect(await there.take(1, 1)).toBe(false);
});

test("I10 a large limit asks seldom, leases at most 1 % of what is left, and gives back what it does not use", async () => {
  const count = new SharedCount();
  const lease = leaseOn(count, policyOf(100_000));
  let immediate = 0;
  for (let taken = 0; taken < 20_000; taken += 1) {
    const isAdmitted = lease.take(1, 1);
    if (isAdmitted === true) immediate += 1;
    else await isAdmitted;
    if (taken % 100 === 0) await settled();
    expect(count.value - taken).toBeLessThanOrEqual(751);
  }
  expect(immediate).toBeGreaterThan(19_900);
  expect(count.asked).toBeLessThan(100);
  await settled();
  await lease.release();
  expect(count.value).toBe(20_000);
  for (const left of [100_000, 20_000, 99, 1, 0])
    expect(blockSize(policyOf(100_000), left)).toBeLessThanOrEqual(Math.max(1, left / 100));
});

test("I10 without the shared count a process admits what was left and owes it; strict limits admit nothing uncounted", async () => {
  const count = new SharedCount();
  const lease = leaseOn(count, policyOf(100));
  for (let taken = 0; taken < 30; taken += 1) expect(await lease.take(1, 1)).toBe(true);
  count.isAway = true;
  const answers: boolean[] = [];
  for (let taken = 0; taken < 80; taken += 1) answers.push(await lease.take(1, 1));
  expect(answers.filter(Boolean)).toHaveLength(70);
  await expect(leaseOn(count, policyOf(5, true)).take(1, 1)).rejects.toThrow("uncountable");
  count.isAway = false;
  expect(await lease.take(1, 1)).toBe(false);
  await settled();
  expect(count.value).toBe(100);
});

test("I10 taking a point that is here costs a few microseconds at the most", async () => {
  const count = new SharedCount();
  const lease = leaseOn(count, policyOf(1_000_000_000));
  await lease.take(1, 1);
  const rounds: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    await settled();
    const begun = performance.now();
    for (let taken = 0; taken < 200; taken += 1) lease.take(1, 1);
    rounds.push((performance.now() - begun) / 200);
  }
  const median = rounds.sort((a, b) => a - b)[10] ?? 0;
  expect(median * 1000).toBeLessThan(5);
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["::ffff:cb00:7107", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
])("I10 the address %s counts as the network %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("I10 limits of what guards accounts are strict, and the others are not", () => {
  const { user, stranger, network, mailbox } = limitPolicies({
    perUser: 1,
    perStranger: 2,
    signIn: 100,
    signUp: 3,
    mail: 4,
  });
  expect([user, stranger].map(({ strict }) => strict)).toEqual([false, false]);
  expect([network["sign-up"], network.mail, mailbox].map(({ strict, limit }) => [strict, limit])).toEqual([
    [true, 3],
    [true, 40],
    [true, 4],
  ]);
});
