import { dayMs } from "#src/platform/day.js";
import { parseDecimal } from "#src/platform/decimal.js";
import { badInput } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import { keptSince } from "./kept-since.js";
import { maxPoints } from "./telemetry-inputs.js";
import type { NewPoint } from "./telemetry-service.js";

const longestName = 500;
const longestUnit = 50;
/** Clocks that are ahead are believed so far. */
const aheadMs = dayMs;

/** What is to be stored of one metric of a twin: values by their times in milliseconds. */
export interface NewSeries {
  readonly twinId: string;
  readonly name: string;
  unit: string | null;
  readonly values: Map<number, string>;
}

export interface CheckedPoints {
  readonly series: readonly NewSeries[];
  /** Where a twin is first named. */
  readonly twins: ReadonlyMap<string, number>;
  /** Of points that were sent with others of the same metric and time. */
  readonly duplicates: number;
  readonly conflicts: number;
}

/** Points by their metrics, each time of a metric once: the first value that was given. Throws BAD_USER_INPUT with the place. */
export const checkPoints = (points: readonly NewPoint[], now: Date, rawDays: number): CheckedPoints => {
  if (points.length === 0 || points.length > maxPoints)
    throw badInput(`Send 1 to ${maxPoints} points in one call, not ${points.length}.`, "points");
  const bySeries = new Map<string, NewSeries>();
  const twins = new Map<string, number>();
  const bounds = {
    from: keptSince(now, { rawDays, minuteDays: rawDays }).points,
    until: new Date(now.getTime() + aheadMs),
    now,
    rawDays,
  };
  let duplicates = 0;
  let conflicts = 0;
  points.forEach((point, index) => {
    const { twinId, metric } = point;
    if (!twins.has(twinId)) twins.set(parseId(twinId, "twin", `points.${index}.twinId`), index);
    const key = `${twinId} ${metric}`;
    const series = bySeries.get(key) ?? newSeries(point, index);
    bySeries.set(key, series);
    const value = parseDecimal(point.value, `points.${index}.value`);
    if (point.unit) series.unit = checkUnit(point.unit, index);
    const at = checkTime(point.at ?? now, bounds, index);
    const known = series.values.get(at);
    if (known === undefined) series.values.set(at, value);
    else if (known === value) duplicates += 1;
    else conflicts += 1;
  });
  return { series: [...bySeries.values()], twins, duplicates, conflicts };
};

const newSeries = ({ twinId, metric }: NewPoint, index: number): NewSeries => {
  if (metric.trim() === "" || metric.length > longestName || !isPlain(metric))
    throw badInput(
      `The name of a metric has 1 to ${longestName} characters and no control characters, unlike ${shown(metric)}.`,
      `points.${index}.metric`,
    );
  return { twinId, name: metric, unit: null, values: new Map() };
};

const checkUnit = (unit: string, index: number): string => {
  if (unit.length <= longestUnit && isPlain(unit)) return unit;
  throw badInput(
    `A unit has at most ${longestUnit} characters and no control characters, unlike ${shown(unit)}.`,
    `points.${index}.unit`,
  );
};

interface Bounds {
  readonly from: Date;
  readonly until: Date;
  readonly now: Date;
  readonly rawDays: number;
}

const checkTime = (at: Date, { from, until, rawDays, now }: Bounds, index: number): number => {
  const ms = at.getTime();
  if (ms >= from.getTime() && ms <= until.getTime()) return ms;
  const field = `points.${index}.at`;
  if (Number.isNaN(ms)) throw badInput("The time is none: one looks like 2026-11-22T04:20:00.000Z.", field);
  if (ms < from.getTime())
    throw badInput(
      `${at.toISOString()} is too long ago: points are kept for ${rawDays} days, at this moment from ${from.toISOString()} on.`,
      field,
    );
  throw badInput(`${at.toISOString()} is more than a day ahead: it is ${now.toISOString()} here.`, field);
};

const isPlain = (text: string): boolean => !/[\p{Cc}\p{Cs}]/u.test(text);

const shown = (text: string): string => JSON.stringify(text.slice(0, 80));
