import { CircuitState } from "./circuit-breaker.js";
import type { RoutingFactors } from "./routing.js";

/** At least one of them is above 0. */
export type Weights = Readonly<Record<keyof RoutingFactors, number>>;

/** What is known of a candidate. */
export interface Measured {
  /** Milliseconds to its first text; null when none was seen of late. */
  readonly latencyMs: number | null;
  /** Requests of late and those of them that went well; older ones count for less than one. */
  readonly calls: number;
  readonly successes: number;
  /** Micro-dollars of a nominal request; null when its price is not known. */
  readonly costMicros: number | null;
  readonly circuit: CircuitState;
  /** Share of the provider's rate limit that is left, 0 to 1; null when it has not said. */
  readonly headroom: number | null;
  /** How much of the load it is meant to get beside one of the same score. */
  readonly weight: number;
}

export interface Scored {
  readonly score: number;
  readonly share: number;
  readonly factors: RoutingFactors;
}

/** Differences below so many milliseconds are nobody's business. */
const unnoticedMs = 50;
/** The same for costs: a ten-thousandth of a dollar. */
const unnoticedMicros = 100;
/** A candidate is believed to have had so many good requests before its first: one failure does not end it. */
const priorCalls = 3;
/** Shares are scores to this power, so that small differences of scores are felt. */
const sharpness = 6;

const circuitFactors: Readonly<Record<CircuitState, number>> = { CLOSED: 1, HALF_OPEN: 0.5, OPEN: 0 };

/** Scores candidates beside each other, in their order. The share of one whose circuit is open is 0. */
export const scoreCandidates = (measured: readonly Measured[], weights: Weights): Scored[] => {
  const fastest = least(measured.map(({ latencyMs }) => latencyMs));
  const cheapest = least(measured.map(({ costMicros }) => costMicros));
  const scored = measured.map((candidate) => {
    const { latencyMs, calls, successes, costMicros, circuit, headroom } = candidate;
    const factors: RoutingFactors = {
      responseTime: latencyMs === null ? 1 : (fastest + unnoticedMs) / (latencyMs + unnoticedMs),
      successRate: (successes + priorCalls) / (calls + priorCalls),
      cost: costMicros === null ? 0.5 : (cheapest + unnoticedMicros) / (costMicros + unnoticedMicros),
      circuit: circuitFactors[circuit],
      headroom: headroom ?? 1,
    };
    const score = weighted(factors, weights);
    return { factors, score, pull: circuit === CircuitState.OPEN ? 0 : candidate.weight * score ** sharpness };
  });
  const total = scored.reduce((sum, { pull }) => sum + pull, 0);
  return scored.map(({ factors, score, pull }) => ({
    factors: rounded(factors),
    score: round(score),
    share: total === 0 ? 0 : round(pull / total),
  }));
};

/**
 * The places of `shares` in a random order: one with twice the share comes first twice as often, and so on among the rest.
 * Those without any share come last, in the order in which they stand.
 */
export const drawOrder = (shares: readonly number[], random: () => number): number[] => {
  const left = shares.flatMap((share, place) => (share > 0 ? [{ share, place }] : []));
  const order: number[] = [];
  while (left.length > 0) {
    let rest = random() * left.reduce((sum, { share }) => sum + share, 0);
    const found = left.findIndex(({ share }) => {
      rest -= share;
      return rest < 0;
    });
    const [drawn] = left.splice(found, 1);
    if (drawn !== undefined) order.push(drawn.place);
  }
  return [...order, ...shares.flatMap((share, place) => (share > 0 ? [] : [place]))];
};

const weighted = (factors: RoutingFactors, weights: Weights): number => {
  const names = Object.keys(factors) as (keyof RoutingFactors)[];
  const total = names.reduce((sum, name) => sum + weights[name], 0);
  return names.reduce((sum, name) => sum + (weights[name] / total) * factors[name], 0);
};

const least = (values: readonly (number | null)[]): number =>
  Math.min(...values.map((value) => value ?? Number.POSITIVE_INFINITY));

const round = (value: number): number => Math.round(value * 10_000) / 10_000;

const rounded = (factors: RoutingFactors): RoutingFactors =>
  Object.fromEntries(Object.entries(factors).map(([name, value]) => [name, round(value)])) as never;
