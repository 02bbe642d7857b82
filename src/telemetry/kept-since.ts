import { dayMs } from "#src/platform/day.js";

/** Settings of how long figures are kept, in days. */
export interface Kept {
  readonly rawDays: number;
  readonly minuteDays: number;
}

/** From when on there are points, and figures of minutes. */
export interface KeptSince {
  readonly points: Date;
  readonly minutes: Date;
}

/** From when on points and figures of minutes are there, in whole days of UTC. Minutes are never gone before their points. */
export const keptSince = (now: Date, { rawDays, minuteDays }: Kept): KeptSince => {
  const before = (days: number) => new Date(Math.floor(now.getTime() / dayMs - days) * dayMs);
  return { points: before(rawDays), minutes: before(Math.max(rawDays, minuteDays)) };
};
