import fc from "fast-check";
import { CircuitState } from "#src/ai/circuit-breaker.js";
import { drawOrder, type Measured, scoreCandidates, type Weights } from "#src/ai/score-candidates.js";

const weights: Weights = { responseTime: 0.3, successRate: 0.3, cost: 0.2, circuit: 0.1, headroom: 0.1 };
const usual: Measured = {
  latencyMs: 200,
  calls: 10,
  successes: 10,
  costMicros: 500,
  circuit: CircuitState.CLOSED,
  headroom: 1,
  weight: 1,
};

const measured = fc.record<Measured>({
  latencyMs: fc.option(fc.integer({ min: 0, max: 60_000 })),
  calls: fc.constant(20),
  successes: fc.integer({ min: 0, max: 20 }),
  costMicros: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
  circuit: fc.constantFrom(...Object.values(CircuitState)),
  headroom: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
});

test("O2 scores and factors are from 0 to 1, and the shares of those that may be asked make 1", () => {
  fc.assert(
    fc.property(fc.array(measured, { minLength: 1, maxLength: 8 }), (candidates) => {
      const scored = scoreCandidates(candidates, weights);
      for (const [index, { score, share, factors }] of scored.entries()) {
        for (const value of [score, share, ...Object.values(factors)]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        if (candidates[index]?.circuit === CircuitState.OPEN) expect(share).toBe(0);
      }
      const isAnyAble = candidates.some(({ circuit }) => circuit !== CircuitState.OPEN);
      expect(scored.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(isAnyAble ? 1 : 0, 2);
    }),
  );
});

const worse: Record<string, Partial<Measured>> = {
  responseTime: { latencyMs: 2_000 },
  successRate: { successes: 2 },
  cost: { costMicros: 50_000 },
  circuit: { circuit: CircuitState.HALF_OPEN },
  headroom: { headroom: 0.05 },
};

test.each(Object.entries(worse))("O2 who is worse in %s alone gets less, by that factor alone", (factor, change) => {
  const [good, bad] = scoreCandidates([usual, { ...usual, ...change }], weights);
  const lower = Object.keys(weights).filter(
    (name) => Number(bad?.factors[name as never]) < Number(good?.factors[name as never]),
  );
  expect(lower).toEqual([factor]);
  expect(bad?.share).toBeLessThan(good?.share ?? 0);
  // A factor that counts for nothing changes nothing.
  const [even, same] = scoreCandidates([usual, { ...usual, ...change }], { ...weights, [factor]: 0 });
  expect(same?.share).toBe(even?.share);
});

test("O2 a score is the mean of its factors by their weights, whatever the weights add up to", () => {
  const [one] = scoreCandidates([{ ...usual, successes: 4, headroom: 0.5, costMicros: null }], weights);
  expect(one?.factors).toEqual({ responseTime: 1, successRate: 0.5385, cost: 0.5, circuit: 1, headroom: 0.5 });
  expect(one?.score).toBeCloseTo(0.3 + 0.3 * (7 / 13) + 0.2 * 0.5 + 0.1 + 0.1 * 0.5, 3);
  const tenfold = Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, value * 10])) as never;
  expect(scoreCandidates([{ ...usual, successes: 4, headroom: 0.5, costMicros: null }], tenfold)[0]).toEqual(one);
});

test("O2 what is not known of a candidate gives it a chance: it is taken for as fast as the fastest", () => {
  const [, fresh] = scoreCandidates(
    [usual, { ...usual, latencyMs: null, calls: 0, successes: 0, headroom: null }],
    weights,
  );
  expect(fresh?.factors).toEqual({ responseTime: 1, successRate: 1, cost: 1, circuit: 1, headroom: 1 });
});

test("O2 equal candidates share the load by their own weights", () => {
  const [one, four] = scoreCandidates([usual, { ...usual, weight: 4 }], weights);
  expect([one?.share, four?.share]).toEqual([0.2, 0.8]);
});

test("O4 candidates are drawn first as often as their shares say, each once, those without a share at last", () => {
  const shares = [0.6, 0, 0.3, 0.1];
  const draws = 20_000;
  const firsts = shares.map(() => 0);
  let seed = 7;
  // A small generator of its own: the same draws at every run.
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let draw = 0; draw < draws; draw += 1) {
    const order = drawOrder(shares, random);
    expect([...order].sort()).toEqual([0, 1, 2, 3]);
    expect(order.at(-1)).toBe(1);
    firsts[order[0] ?? 0] = (firsts[order[0] ?? 0] ?? 0) + 1;
  }
  for (const [place, share] of shares.entries()) expect((firsts[place] ?? 0) / draws).toBeCloseTo(share, 1);
  expect(drawOrder([0, 0], random)).toEqual([0, 1]);
});
