import { type RawBuilder, sql } from "kysely";

/** DDSketch (Masson, Rim, Lee, VLDB 2019): how far a percentile may be off, as a part of it. */
const accuracy = 0.01;
const gamma = (1 + accuracy) / (1 - accuracy);
/** Keys of the smallest decimal that there can be are above -2,400: so each positive number has a positive key. */
const shift = 5_000;

/**
 * The key of a value: those of one key are at most 2 % apart, and keys have the order of their values. A sketch is how many
 * values each key has, so two of them are merged by adding, and nothing is lost by it.
 */
export const sketchKey = (value: RawBuilder<unknown>): RawBuilder<number> => sql`
  case when ${value} = 0 then 0 else sign(${value})::int *
    (${sql.lit(shift)} + ceil(ln(abs(${value})::float8) / ${sql.lit(Math.log(gamma))}::float8)::int) end`;

/** A value that is at most 1 % off all that have this key. */
const estimateOf = (key: number): number => Math.sign(key) * ((2 * gamma ** (Math.abs(key) - shift)) / (gamma + 1));

/** The same as a decimal text, and no less or more than the smallest and the greatest value that there was. */
export const textOfKey = (key: number, min: string, max: string): string => {
  const value = key === 0 ? 0 : estimateOf(key);
  if (value <= Number(min)) return min;
  if (value >= Number(max)) return max;
  if (value === 0) return "0";
  const places = Math.min(100, Math.max(0, 9 - Math.floor(Math.log10(Math.abs(value)))));
  const text = value.toFixed(places);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
};
