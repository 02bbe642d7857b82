import fc from "fast-check";
import { textOfKey } from "#src/telemetry/rollups/sketch.js";
import { bucketsOf } from "#src/telemetry/series/buckets.js";
import { coverOf } from "#src/telemetry/series/cover.js";
import { meanOf } from "#src/telemetry/series/mean.js";

const rangeOf = (from: string, until: string) => ({ from: new Date(from), until: new Date(until) });
const startsOf = (length: string, range: ReturnType<typeof rangeOf>, timeZone: string) =>
  bucketsOf(length, range, timeZone, 10_000).map(({ start }) => new Date(start).toISOString().slice(0, 16));

test.each([
  ["10", 4, "2.5"],
  ["1", 3, "0.33333333333333333333"],
  ["2", 3, "0.66666666666666666667"],
  ["-200", 3, "-66.66666666666666666667"],
  ["0.00000000000000000001", 3, "0.0000000000000000000033333333333333333333"],
  ["0.00", 7, "0"],
  ["12345678901234567890.00000000000000000001", 1, "12345678901234567890.00000000000000000001"],
])("A2 the mean of %s over %i is %s", (sum, count, mean) => {
  expect(meanOf(sum, count)).toBe(mean);
});

test("A2 what a key stands for is within the smallest and the greatest value, and a plain decimal", () => {
  expect(textOfKey(0, "-1", "1")).toBe("0");
  expect(textOfKey(5_000, "3", "4")).toBe("3");
  expect(textOfKey(9_000, "3", "4")).toBe("4");
  expect(textOfKey(-5_400, "-10000", "4")).toMatch(/^-29\d\d\.\d+$/);
  expect(textOfKey(3_000, "0", "1")).toMatch(/^0\.0{17}\d+$/);
});

test("A2 buckets begin by the clock of their zone, wherever it jumps", () => {
  const berlin = rangeOf("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
  expect(startsOf("P1D", berlin, "Europe/Berlin")).toEqual([
    "2026-03-27T23:00",
    "2026-03-28T23:00",
    "2026-03-29T22:00",
  ]);
  // Cairo has no midnight on the last Friday of April, and two 23 o'clocks on the last Thursday of October.
  const spring = rangeOf("2026-04-23T12:00:00Z", "2026-04-25T12:00:00Z");
  expect(startsOf("P1D", spring, "Africa/Cairo")).toEqual(["2026-04-22T22:00", "2026-04-23T22:00", "2026-04-24T21:00"]);
  const autumn = rangeOf("2026-10-29T12:00:00Z", "2026-10-31T12:00:00Z");
  expect(startsOf("P1D", autumn, "Africa/Cairo")).toEqual(["2026-10-28T21:00", "2026-10-29T22:00", "2026-10-30T22:00"]);
  // The clock of Lord Howe goes on by half an hour, from 2:00 to 2:30.
  const island = rangeOf("2026-10-03T13:00:00Z", "2026-10-03T19:00:00Z");
  expect(startsOf("PT2H", island, "Australia/Lord_Howe")).toEqual([
    "2026-10-03T11:30",
    "2026-10-03T13:30",
    "2026-10-03T15:30",
    "2026-10-03T17:00",
  ]);
  // Samoa had no 30 December in 2011.
  const samoa = rangeOf("2011-12-29T12:00:00Z", "2012-01-01T00:00:00Z");
  expect(startsOf("P1D", samoa, "Pacific/Apia")).toEqual(["2011-12-29T10:00", "2011-12-30T10:00", "2011-12-31T10:00"]);
});

test("A2 weeks begin on Mondays, quarters and years with their first day", () => {
  const range = rangeOf("2026-01-15T00:00:00Z", "2026-06-01T00:00:00Z");
  expect(startsOf("P1W", range, "UTC").slice(0, 2)).toEqual(["2026-01-12T00:00", "2026-01-19T00:00"]);
  expect(startsOf("P3M", range, "UTC")).toEqual(["2026-01-01T00:00", "2026-04-01T00:00"]);
  expect(startsOf("P1Y", range, "America/New_York")).toEqual(["2026-01-01T05:00"]);
});

test("A2 a range is covered once, by nothing finer than needed", () => {
  const coverIn = (timeZone: string, length = "P1D") =>
    coverOf(bucketsOf(length, rangeOf("2026-01-10T00:00:00Z", "2026-01-20T00:00:00Z"), timeZone, 100));
  expect(coverIn("UTC").rollups.map((spans) => spans.length)).toEqual([0, 0, 1]);
  expect(coverIn("Europe/Berlin").rollups.map((spans) => spans.length)).toEqual([0, 1, 0]);
  expect(coverIn("Asia/Kolkata").points).toEqual([]);
  const moment = fc.integer({ min: 0, max: 500 * 86_400_000 }).map((ms) => Date.UTC(2026, 0, 1) + ms);
  fc.assert(
    fc.property(
      fc.uniqueArray(moment, { minLength: 2, maxLength: 2 }),
      fc.constantFrom("P1D", "P1W", "P1M", "P1Y", "PT12H"),
      fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Sao_Paulo"),
      (ends, length, timeZone) => {
        const [from = 0, until = 0] = ends.sort((a, b) => a - b);
        const buckets = bucketsOf(length, { from: new Date(from), until: new Date(until) }, timeZone, 2_000);
        const { points, rollups } = coverOf(buckets);
        const spans = [...points, ...rollups.flat()].sort(([a], [b]) => a - b);
        expect(spans[0]?.[0]).toBe(from);
        expect(spans.at(-1)?.[1]).toBe(until);
        for (const [at, span] of spans.entries()) if (at > 0) expect(span[0]).toBe(spans[at - 1]?.[1]);
        for (const [level, ms] of [60_000, 3_600_000, 86_400_000].entries())
          for (const span of rollups[level] ?? []) expect([span[0] % ms, span[1] % ms]).toEqual([0, 0]);
      },
    ),
    { numRuns: 60 },
  );
});
