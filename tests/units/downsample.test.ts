import fc from "fast-check";
import { downsample } from "#src/telemetry/downsample.js";

const placeOf = ([x, y]: readonly [number, number]) => ({ x, y });
const line = (values: readonly number[]) => values.map((y, x) => [x, y] as const);

test("A2 the points that are kept are some of them, in order, with both ends, and as many as are wanted", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 3, max: 50 }),
      (values, most) => {
        const points = line(values);
        const kept = downsample(points, most, placeOf);
        expect(kept).toHaveLength(Math.min(most, points.length));
        expect(kept[0]).toBe(points[0]);
        expect(kept.at(-1)).toBe(points.at(-1));
        const places = kept.map((point) => points.indexOf(point));
        expect(places.every((place, at) => at === 0 || place > (places[at - 1] ?? 0))).toBe(true);
      },
    ),
  );
});

test("A2 of each stretch the point is kept that makes the largest triangle", () => {
  // Stretches 1-2, 3-4, 5-6 between the ends; worked out by hand.
  const points = line([0, 5, 1, 1, 9, 2, 3, 0]);
  expect(downsample(points, 5, placeOf).map(([x]) => x)).toEqual([0, 1, 4, 5, 7]);
});

test("A2 a single peak among a thousand points stays", () => {
  const values = Array.from({ length: 1_000 }, (_, x) => Math.sin(x / 50));
  values[617] = 40;
  expect(downsample(line(values), 20, placeOf).map(([, y]) => y)).toContain(40);
});
