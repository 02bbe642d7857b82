import { badInput } from "#src/platform/errors.js";
import { checkRange } from "#src/platform/time-range.js";
import { ZoneClock } from "#src/platform/zone-clock.js";
import { type MetricSeriesArgs, maxSeries, maxSeriesPoints } from "../metric-series-inputs.js";

const [earliest, latest] = [Date.UTC(1900, 0, 1), Date.UTC(3000, 0, 1)];

/** Refuses what no data could make an answer of. */
export const checkSeriesRequest = (request: MetricSeriesArgs): void => {
  const { twinIds, range, percentile, first, maxPoints, timeZone } = request;
  if (twinIds.length < 1 || twinIds.length > maxSeries)
    throw badInput(`There are ${twinIds.length} twins; there must be from 1 to ${maxSeries}.`, "twinIds");
  checkRange(range);
  for (const end of ["from", "until"] as const)
    if (range[end].getTime() < earliest || range[end].getTime() > latest)
      throw badInput("A range must lie between the years 1900 and 3000.", `range.${end}`);
  checkNumber("percentile", percentile, 1, 99);
  checkNumber("first", first, 1, maxSeriesPoints);
  checkNumber("maxPoints", maxPoints, 3, maxSeriesPoints);
  new ZoneClock(timeZone);
};

const checkNumber = (field: string, value: number | null | undefined, least: number, most: number): void => {
  if (value !== null && value !== undefined && (value < least || value > most))
    throw badInput(`\`${field}\` is ${value}; it must be from ${least} to ${most.toLocaleString("en-US")}.`, field);
};
