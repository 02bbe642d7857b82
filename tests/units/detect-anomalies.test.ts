import type { Actor } from "#src/platform/actor.js";
import { DomainError } from "#src/platform/errors.js";
import { MetricAnomaliesArgs } from "#src/telemetry/anomalies/anomaly.js";
import { AnomalyService } from "#src/telemetry/anomalies/anomaly-service.js";
import { detectAnomalies } from "#src/telemetry/anomalies/detect-anomalies.js";
import { type MetricSeriesArgs, SeriesAggregate, SeriesGaps } from "#src/telemetry/metric-series-inputs.js";

const hour = 3_600_000;
const week = 168;

/** Normally distributed numbers that are the same each time (Box-Muller over a Lehmer generator). */
const noise = (seed: number): (() => number) => {
  let state = seed;
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
};

/** Hours with a quiet day-and-night rhythm, and a peak on Monday at 9 that is no less than twenty times the noise. */
const hours = (weeks: number, seed: number, sigma = 1) => {
  const random = noise(seed);
  return Array.from({ length: weeks * week }, (_, n) => {
    const ofWeek = n % week;
    const usual = 100 + 5 * Math.sin((2 * Math.PI * ofWeek) / 24) + (ofWeek === 9 ? 20 : 0);
    return { n, value: usual + sigma * random(), usual, place: String(ofWeek) };
  });
};
const split = <T>(all: readonly T[]) => [all.slice(0, -week), all.slice(-week)] as const;

describe("L4 anomalies", () => {
  test("L4 a spike of six sigma is flagged, and a peak of every week is not", () => {
    let told = 0;
    for (let seed = 1; seed <= 50; seed += 1) {
      const all = hours(9, seed);
      const [earlier, judged] = split(all);
      const spiked = judged.map((each, n) => (n === 100 ? { ...each, value: each.usual + 6 } : each));
      const found = detectAnomalies(earlier, spiked, 4);
      expect(found.map(({ of }) => of.n)).toContain(8 * week + 100);
      expect(found.map(({ of }) => of.n)).not.toContain(8 * week + 9);
      expect(found.every(({ method }) => method === "SEASONAL")).toBe(true);
      told += found.length;
    }
    // Beside the spikes hardly anything, of eight thousand hours.
    expect(told).toBeLessThan(60);
  });

  test("L4 the same spike is told below as well as above", () => {
    const [earlier, judged] = split(hours(9, 3));
    const dip = judged.map((each, n) => (n === 50 ? { ...each, value: each.usual - 12 } : each));
    const [found] = detectAnomalies(earlier, dip, 4);
    expect([found?.of.n, (found?.score ?? 0) < -6]).toEqual([8 * week + 50, true]);
    expect(Math.abs((found?.expected ?? 0) - (dip[50]?.usual ?? 0))).toBeLessThan(2);
  });

  test("L4 a peak of every week that stays away is flagged", () => {
    const [earlier, judged] = split(hours(9, 7));
    const without = judged.map((each, n) => (n === 9 ? { ...each, value: each.value - 20 } : each));
    expect(detectAnomalies(earlier, without, 4).map(({ of }) => of.n)).toContain(8 * week + 9);
  });

  test("L4 earlier spikes do not hide a new one", () => {
    const [earlier, judged] = split(hours(9, 11));
    const rough = earlier.map((each, n) => (n % 10 === 0 ? { ...each, value: each.value + 500 } : each));
    const spiked = judged.map((each, n) => (n === 100 ? { ...each, value: each.usual + 15 } : each));
    expect(detectAnomalies(rough, spiked, 4).map(({ of }) => of.n)).toContain(8 * week + 100);
  });

  test("L4 with fewer than three seasons it says that it knows none", () => {
    const [earlier, judged] = split(hours(3, 5));
    const spiked = judged.map((each, n) => (n === 100 ? { ...each, value: 200 } : each));
    const found = detectAnomalies(earlier, spiked, 4);
    expect(found.map(({ of, method }) => [of.n, method])).toContainEqual([2 * week + 100, "PLAIN"]);
    expect(found.every(({ method }) => method === "PLAIN")).toBe(true);
    expect(detectAnomalies(hours(3, 5), [spiked[100]] as never, 4)[0]?.method).toBe("SEASONAL");
  });

  test("L4 what never varies is no anomaly, and the first that does is one", () => {
    const flat = hours(9, 1, 0).map((each) => ({ ...each, value: 0.1 }));
    const [earlier, judged] = split(flat);
    expect(detectAnomalies(earlier, judged, 4)).toEqual([]);
    const other = judged.map((each, n) => (n === 9 ? { ...each, value: 0.2 } : each));
    expect(detectAnomalies(earlier, other, 4)).toMatchObject([{ expected: 0.1, score: null, method: "SEASONAL" }]);
    expect(detectAnomalies([], other, 4)).toMatchObject([{ of: { value: 0.2 }, method: "PLAIN" }]);
  });

  test("L4 nothing is said of few values", () => {
    const few = [1, 1, 1, 1, 1, 1, 900].map((value, n) => ({ value, place: String(n) }));
    expect(detectAnomalies([], few, 4)).toEqual([]);
    expect(detectAnomalies([], [], 4)).toEqual([]);
    expect(detectAnomalies([], [...few, { value: 1, place: "x" }], 4)).toHaveLength(1);
  });
});

describe("L4 what is read for it", () => {
  const actor = {} as Actor;
  const monday = Date.parse("2026-03-02T00:00:00Z");
  /** A series of whole hours, as it is read. */
  const seriesOf = (values: ReadonlyMap<number, number>, from: number, until: number) => {
    const asked: MetricSeriesArgs[] = [];
    const read = async (_actor: Actor, request: MetricSeriesArgs) => {
      asked.push(request);
      const points = [];
      const end = Math.min(request.range.until.getTime(), until);
      for (let at = Math.max(request.range.from.getTime(), from); at < end; at += hour) {
        const value = values.get(at);
        if (value === undefined && request.gaps === SeriesGaps.SKIP) continue;
        points.push({ at: new Date(at), value: String(value ?? 0), count: value === undefined ? 0 : 1 });
      }
      return [{ twinId: request.twinIds[0] ?? "", metric: request.metric, unit: null, points }];
    };
    return { asked, read };
  };
  const argsOf = (from: number, until: number, more: object = {}): MetricAnomaliesArgs =>
    Object.assign(new MetricAnomaliesArgs(), {
      ...{ twinId: "t", metric: "m", range: { from: new Date(from), until: new Date(until) }, bucket: "PT1H" },
      ...{ aggregate: SeriesAggregate.AVG, threshold: 4, timeZone: "UTC", season: "P1W", first: 100, ...more },
    });
  const clockAt = (now: number) => ({ now: () => new Date(now) });
  const history = (weeks: number, at: (n: number) => number | undefined) =>
    new Map(
      Array.from(
        { length: weeks * week },
        (_, n) => [monday + (n - (weeks - 1) * week) * hour, at(n)] as const,
      ).flatMap(([time, value]) => (value === undefined ? [] : [[time, value]])),
    );

  test("L4 eight seasons before the range, and of the range what has ended", async () => {
    const values = history(9, (n) => 10 + ((n * 7) % 5) + (n % week === 9 ? 100 : 0));
    values.set(monday + 50 * hour, 500);
    values.set(monday + 60 * hour, 500);
    const series = seriesOf(values, 0, monday + week * hour);
    const service = new AnomalyService(series, clockAt(monday + 60.5 * hour));
    const found = await service.find(actor, argsOf(monday, monday + week * hour));
    expect(found.map(({ at }) => at.getTime())).toEqual([monday + 50 * hour]);
    expect(found[0]).toMatchObject({ value: "500", method: "SEASONAL" });
    expect(series.asked[0]?.range.from.getTime()).toBe(monday - 8 * week * hour);
  });

  test("L4 by the clock of the time zone, also behind the change to summer time", async () => {
    // A peak each Monday at 9 in Berlin: an hour earlier in UTC from 29 March 2026 on.
    const local = new Intl.DateTimeFormat("en-GB", {
      ...{ weekday: "short", hour: "2-digit", hourCycle: "h23", timeZone: "Europe/Berlin" },
    });
    const begin = Date.parse("2026-04-06T00:00:00Z");
    const values = new Map<number, number>();
    for (let at = begin - 8 * week * hour; at < begin + week * hour; at += hour)
      values.set(at, 10 + (((at / hour) * 7) % 11) + (/Mon.* 09/.test(local.format(new Date(at))) ? 100 : 0));
    const service = new AnomalyService(seriesOf(values, 0, Number.POSITIVE_INFINITY), clockAt(begin + 400 * hour));
    const args = [begin, begin + week * hour] as const;
    expect(await service.find(actor, argsOf(...args, { timeZone: "Europe/Berlin" }))).toEqual([]);
    expect(await service.find(actor, argsOf(...args))).not.toEqual([]);
  });

  test("L4 where points are counted none is a figure, but not before there was any", async () => {
    const values = history(6, (n) => (n === 5 * week + 30 ? undefined : 60 + (n % 3)));
    const series = seriesOf(values, monday - 8 * week * hour, monday + week * hour);
    const service = new AnomalyService(series, clockAt(monday + 400 * hour));
    const args = argsOf(monday, monday + week * hour, { aggregate: SeriesAggregate.COUNT });
    expect(await service.find(actor, args)).toMatchObject([{ value: "0", at: new Date(monday + 30 * hour) }]);
  });

  test("L4 what cannot be is refused", async () => {
    const service = new AnomalyService(seriesOf(new Map(), 0, 0), clockAt(monday));
    const refusal = async (more: object, days = 7) =>
      service.find(actor, argsOf(monday, monday + days * 24 * hour, more)).catch((error: DomainError) => error);
    const wrong: [object, string, number?][] = [
      ...([
        [{ bucket: "PT7M" }, "bucket"],
        [{ bucket: "P1M" }, "bucket"],
        [{ season: "P1M" }, "season"],
        [{ threshold: 0.5 }, "threshold"],
        [{ first: 1_001 }, "first"],
        [{ timeZone: "Mars/Olympus" }, "timeZone"],
        [{}, "range.until", -1],
        [{ bucket: "PT1M" }, "bucket", 60],
      ] as [object, string, number?][]),
    ];
    for (const [more, field, days] of wrong) {
      const error = await refusal(more, days);
      expect(error).toBeInstanceOf(DomainError);
      expect(error).toMatchObject({ code: "BAD_USER_INPUT", details: { field } });
    }
  });

  test("L4 many short buckets are read in several parts that meet at whole hours", async () => {
    const series = seriesOf(new Map(), 0, 0);
    await new AnomalyService(series, clockAt(monday)).find(
      actor,
      argsOf(monday + 90_000, monday + 24 * hour, { bucket: "PT1M" }),
    );
    expect(series.asked.length).toBeGreaterThan(8);
    for (const [n, { range }] of series.asked.entries()) {
      expect(range.from.getTime() % hour).toBe(0);
      expect(range.until.getTime() - range.from.getTime()).toBeLessThanOrEqual(10_000 * 60_000);
      if (n > 0) expect(range.from).toEqual(series.asked[n - 1]?.range.until);
    }
  });
});
