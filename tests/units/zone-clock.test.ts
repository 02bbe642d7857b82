import { timeTicks } from "#src/analytics/time-ticks.js";
import { ZoneClock } from "#src/platform/zone-clock.js";

const at = (text: string) => Date.parse(text);

test("A4 times have the offset that holds in their zone at that moment", () => {
  const berlin = new ZoneClock("Europe/Berlin");
  expect(berlin.isoOf(at("2026-03-29T00:59:59Z"))).toBe("2026-03-29T01:59:59+01:00");
  expect(berlin.isoOf(at("2026-03-29T01:00:00Z"))).toBe("2026-03-29T03:00:00+02:00");
  expect(berlin.isoOf(at("2026-10-25T00:30:00Z"))).toBe("2026-10-25T02:30:00+02:00");
  expect(berlin.isoOf(at("2026-10-25T01:30:00.250Z"))).toBe("2026-10-25T02:30:00.250+01:00");
  expect(new ZoneClock("UTC").isoOf(at("2026-11-22T00:00:00Z"))).toBe("2026-11-22T00:00:00+00:00");
  expect(new ZoneClock("America/St_Johns").isoOf(at("2026-01-01T00:00:00Z"))).toBe("2025-12-31T20:30:00-03:30");
  expect(new ZoneClock("Asia/Kathmandu").isoOf(at("2026-01-01T00:00:00Z"))).toBe("2026-01-01T05:45:00+05:45");
  for (const zone of ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"])
    for (let time = at("2026-01-01T00:00:00Z"); time < at("2027-01-01T00:00:00Z"); time += 7 * 3_600_000 + 1_234)
      expect(Date.parse(new ZoneClock(zone).isoOf(time))).toBe(time);
});

test("A4 what is no zone is refused, an offset too", () => {
  for (const zone of ["", "Mars/Olympus", "+02:00", "-05", "Europe/Berlin; drop table"])
    expect(() => new ZoneClock(zone, "input.timeZone")).toThrow(
      expect.objectContaining({ code: "BAD_USER_INPUT", details: { field: "input.timeZone" } }),
    );
});

test("A4 the clock of a wall is turned back into the moment: what it skips is when it is turned, what it repeats the first time", () => {
  const berlin = new ZoneClock("Europe/Berlin");
  const moment = (local: string) => new Date(berlin.momentOf(at(`${local}Z`))).toISOString();
  expect(moment("2026-07-01T12:00:00")).toBe("2026-07-01T10:00:00.000Z");
  expect(moment("2026-03-29T00:00:00")).toBe("2026-03-28T23:00:00.000Z");
  expect(moment("2026-03-29T12:00:00")).toBe("2026-03-29T10:00:00.000Z");
  expect(moment("2026-03-29T02:30:00")).toBe("2026-03-29T01:00:00.000Z");
  expect(moment("2026-10-25T02:30:00")).toBe("2026-10-25T00:30:00.000Z");
  expect(moment("2026-10-25T12:00:00")).toBe("2026-10-25T11:00:00.000Z");
});

test("A4 marks of an axis are round times by the clock of the zone, also where it is turned", () => {
  const berlin = new ZoneClock("Europe/Berlin");
  const ticks = timeTicks(at("2026-10-23T22:00:00Z"), at("2026-10-26T23:00:00Z"), berlin, 7);
  expect(ticks.map(({ label }) => label)).toEqual(["24 Oct", "12:00", "25 Oct", "12:00", "26 Oct", "12:00", "27 Oct"]);
  expect(ticks.slice(2, 5).map(({ at: time }) => berlin.isoOf(time))).toEqual([
    "2026-10-25T00:00:00+02:00",
    "2026-10-25T12:00:00+01:00",
    "2026-10-26T00:00:00+01:00",
  ]);
  const labels = (from: string, until: string) =>
    timeTicks(at(from), at(until), new ZoneClock("UTC"), 7).map(({ label }) => label);
  expect(labels("2026-11-22T10:00:00Z", "2026-11-22T10:01:00Z")).toContain("10:00:15");
  expect(labels("2026-11-22T00:00:00Z", "2026-11-22T06:00:00Z")).toEqual([
    "22 Nov",
    "01:00",
    "02:00",
    "03:00",
    "04:00",
    "05:00",
    "06:00",
  ]);
  expect(labels("2026-01-10T00:00:00Z", "2026-07-10T00:00:00Z")).toContain("Mar 2026");
  expect(labels("2001-01-10T00:00:00Z", "2026-07-10T00:00:00Z")).toContain("2010");
});

test("A4 an axis has neither too many marks nor none, however long it is", () => {
  const clock = new ZoneClock("America/New_York");
  const from = at("2026-02-03T04:05:06Z");
  for (let length = 2_000; length < 4e12; length *= 1.7) {
    const ticks = timeTicks(from, from + length, clock, 7);
    expect(ticks.length).toBeLessThanOrEqual(9);
    expect(ticks.length).toBeGreaterThanOrEqual(1);
    expect(ticks.every(({ at: time }) => time >= from && time <= from + length)).toBe(true);
  }
});
