import { UnsatisfiableSchema } from "#src/ai/offline/resolve-schema.js";
import type { Random } from "#src/ai/offline/seeded-random.js";
import type { JsonSchema } from "#src/ai/provider.js";

interface NumberRange {
  readonly accepts: (value: number) => boolean;
  readonly make: (random: Random) => number;
}

const finite = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

const usualSpan = 100;

/** Chosen so that a number without bounds looks like a percentage or a rating, and not like noise. */
export function numberRange(schema: JsonSchema, whole: boolean): NumberRange {
  const above = finite(schema.exclusiveMinimum);
  const below = finite(schema.exclusiveMaximum);
  const low = Math.max(finite(schema.minimum) ?? -Infinity, above ?? -Infinity);
  const high = Math.min(finite(schema.maximum) ?? Infinity, below ?? Infinity);
  const multiple = finite(schema.multipleOf);

  const isMultiple = (value: number) => {
    if (multiple === undefined) return true;
    const ratio = value / multiple;
    return Math.abs(ratio - Math.round(ratio)) < 1e-9;
  };
  const accepts = (value: number) =>
    value >= low &&
    value <= high &&
    value !== above &&
    value !== below &&
    isMultiple(value) &&
    (!whole || Number.isInteger(value));

  const make = (random: Random): number => {
    const from = Number.isFinite(low) ? low : Number.isFinite(high) ? Math.min(0, high - usualSpan) : 0;
    const to = Number.isFinite(high) ? high : from + Math.max(usualSpan, 2 * (multiple ?? 0));
    const span = to - from;
    const steps = [multiple ?? 1, 0.1, 0.01, span / 128].filter((step) => !whole || Number.isInteger(step));
    for (const step of multiple === undefined ? steps : [multiple]) {
      const first = Math.ceil(from / step);
      const count = Math.floor(to / step) - first + 1;
      if (!(count > 0)) continue;
      const start = random.below(count);
      const candidates = Array.from(
        { length: Math.min(count, 200) },
        (_, offset) => (first + ((start + offset) % count)) * step,
      );
      const found = candidates.map((value) => Number(value.toFixed(10))).find(accepts);
      if (found !== undefined) return found;
    }
    const middle = from + span / 2;
    if (accepts(middle)) return middle;
    throw new UnsatisfiableSchema("No number lies within the bounds.");
  };
  return { accepts, make };
}
