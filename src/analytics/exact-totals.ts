import type { SeriesPoint } from "#src/telemetry/metric-series-inputs.js";

/** `digits` divided by ten to the power of `scale`. */
interface Exact {
  readonly digits: bigint;
  readonly scale: number;
}

/** What the values of a series come to, as decimal texts; null where there is none. */
export interface SeriesTotals {
  /** Buckets, or points, that have a value. */
  readonly values: number;
  /** Points that they stand for. */
  readonly points: number;
  readonly sum: string | null;
  readonly min: string | null;
  readonly max: string | null;
  /** To six digits behind the last one that the values have. */
  readonly mean: string | null;
}

/** Adds up the values of a series without rounding. */
export const exactTotals = (points: readonly Pick<SeriesPoint, "value" | "count">[]): SeriesTotals => {
  let [values, counted] = [0, 0];
  let sum: Exact = { digits: 0n, scale: 0 };
  let min: Exact | undefined;
  let max: Exact | undefined;
  for (const { value, count } of points) {
    counted += count;
    if (value === null) continue;
    values += 1;
    const exact = parse(value);
    sum = plus(sum, exact);
    if (min === undefined || isLess(exact, min)) min = exact;
    if (max === undefined || isLess(max, exact)) max = exact;
  }
  if (min === undefined || max === undefined)
    return { values, points: counted, sum: null, min: null, max: null, mean: null };
  const mean = rounded({ digits: sum.digits * 10n ** 7n, scale: sum.scale + 7 }, BigInt(values));
  return { values, points: counted, sum: text(sum), min: text(min), max: text(max), mean: text(mean) };
};

/**
 * A decimal for people: rounded to six digits behind the point, or to six digits where all of those are zeros. What is longer
 * than 15 characters then is given with an exponent.
 */
export const shortDecimal = (value: string): string => {
  const exact = parse(value);
  const size = String(exact.digits).replace("-", "").length;
  const scale = Math.max(6, exact.scale - size + 6);
  const short = text(exact.scale <= scale ? exact : cut(exact, scale));
  return short.length <= 15
    ? short
    : Number(value)
        .toExponential(8)
        .replace(/\.?0+e/, "e");
};

const parse = (value: string): Exact => {
  const [whole = "", fraction = ""] = value.split(".");
  return { digits: BigInt(whole + fraction), scale: fraction.length };
};

const text = ({ digits, scale }: Exact): string => {
  const all = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
  const fraction = all.slice(all.length - scale).replace(/0+$/, "");
  const whole = scale === 0 ? all : all.slice(0, -scale);
  const shown = scale === 0 || fraction === "" ? whole : `${whole}.${fraction}`;
  return digits < 0n && digits !== 0n ? `-${shown}` : shown;
};

const scaled = ({ digits, scale }: Exact, to: number): bigint => digits * 10n ** BigInt(to - scale);

const plus = (a: Exact, b: Exact): Exact => {
  const scale = Math.max(a.scale, b.scale);
  return { digits: scaled(a, scale) + scaled(b, scale), scale };
};

const isLess = (a: Exact, b: Exact): boolean => {
  const scale = Math.max(a.scale, b.scale);
  return scaled(a, scale) < scaled(b, scale);
};

/** Divided, with the last digit rounded away: half goes away from zero, as in Postgres. */
const rounded = ({ digits, scale }: Exact, by: bigint): Exact => cut({ digits: digits / by, scale }, scale - 1);

const cut = ({ digits, scale }: Exact, to: number): Exact => {
  const unit = 10n ** BigInt(scale - to);
  const half = digits < 0n ? -unit / 2n : unit / 2n;
  return { digits: (digits + half) / unit, scale: to };
};
