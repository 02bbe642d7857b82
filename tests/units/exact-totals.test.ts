import fc from "fast-check";
import { exactTotals, shortDecimal } from "#src/analytics/exact-totals.js";
import { thinLine } from "#src/analytics/thin-line.js";

const totals = (...values: (string | null)[]) => exactTotals(values.map((value) => ({ value, count: 2 })));

test("A4 totals are exact: nothing is lost of decimals, of great ones or of small ones", () => {
  expect(totals("0.1", "0.2", null)).toEqual({
    ...{ values: 2, points: 6, sum: "0.3", min: "0.1", max: "0.2", mean: "0.15" },
  });
  expect(totals("10000000000000000000", "0.00000000000000000001", "-5").sum).toBe(
    "9999999999999999995.00000000000000000001",
  );
  expect(totals("-1.50", "-2").min).toBe("-2");
  expect(totals("-1", "-1", "0")).toMatchObject({ sum: "-2", mean: "-0.666667", max: "0" });
  expect(totals("1", "1", "0").mean).toBe("0.666667");
  expect(totals(null)).toEqual({ values: 0, points: 2, sum: null, min: null, max: null, mean: null });
  expect(totals()).toMatchObject({ values: 0, points: 0, sum: null });
});

test("A4 totals are those of whole numbers, moved by the point", () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), { minLength: 1 }), (all) => {
      const decimals = all.map((each) => decimal(each));
      const sum = all.reduce((total, each) => total + each, 0n);
      const sorted = all.toSorted((a, b) => (a < b ? -1 : 1));
      const [min, max] = [sorted[0] ?? 0n, sorted.at(-1) ?? 0n];
      const found = totals(...decimals);
      expect([found.sum, found.min, found.max]).toEqual([sum, min, max].map((each) => plain(decimal(each))));
      const error = Math.abs(Number(found.mean) - Number(sum) / 1_000 / all.length);
      expect(error).toBeLessThanOrEqual(1e-6 + Math.abs(Number(found.mean)) * 1e-12);
    }),
  );
});

/** In thousandths. */
const decimal = (value: bigint): string => {
  const digits = String(value < 0n ? -value : value).padStart(4, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`;
};
const plain = (text: string) => text.replace(/\.?0+$/, "") || "0";

test("A4 a decimal is short for people, and never 0 when it is not", () => {
  expect(shortDecimal("21.5")).toBe("21.5");
  expect(shortDecimal("21.33333333333333333333")).toBe("21.333333");
  expect(shortDecimal("0.66666666666")).toBe("0.666667");
  expect(shortDecimal("-0.00000000123456789")).toBe("-1.23456789e-9");
  expect(shortDecimal("123456789.5")).toBe("123456789.5");
  expect(shortDecimal("12345678901234567890")).toBe("1.23456789e+19");
  expect(shortDecimal("0")).toBe("0");
});

test("A4 a thin line has the first, last, smallest and greatest of each column, its gaps, and the order of time", () => {
  const points = fc.array(fc.option(fc.integer({ min: -50, max: 50 }), { freq: 20 }), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 20 }), (values, columns) => {
      const all = values.map((value, at) => ({ at, value }));
      const span = { from: 0, until: all.length, columns };
      const thin = thinLine(all, span);
      expect(thin.map(({ at }) => at)).toEqual([...new Set(thin.map(({ at }) => at))].sort((a, b) => a - b));
      for (let column = 0; column < columns; column++) {
        const inside = ({ at }: { at: number }) => Math.floor((at / all.length) * columns) === column;
        const [whole, kept] = [all, thin].map((line) => line.filter(inside).flatMap(({ value }) => value ?? []));
        expect([Math.min(...(kept ?? [])), Math.max(...(kept ?? []))]).toEqual([
          Math.min(...(whole ?? [])),
          Math.max(...(whole ?? [])),
        ]);
      }
    }),
  );
  const long = Array.from({ length: 10_000 }, (_, at) => ({ at, value: Math.sin(at) }));
  expect(thinLine(long, { from: 0, until: 10_000, columns: 100 }).length).toBeLessThanOrEqual(400);
});
