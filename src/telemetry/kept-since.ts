const dayMs = 86_400_000;

/** Settings of how long figures are kept, in days. */
export interface Kept {
  readonly rawDays: number;
  readonly minuteDays: number;
}

/** From when on points and figures of minutes are there, in whole days of UTC. Minutes are never gone before their points. */
export const keptSince = (now: Date, { rawDays, minuteDays }: Kept): { points: Date; minutes: Date } => {
  const before = (days: number) => new Date(Math.floor(now.getTime() / dayMs - days) * dayMs);
  return { points: before(rawDays), minutes: before(Math.max(rawDays, minuteDays)) };
};
