/** Milliseconds of a day in UTC, which has no summer. */
export const dayMs = 86_400_000;

/** The beginning of a time's day in UTC. */
export const dayOf = (at: Date): Date => new Date(Math.floor(at.getTime() / dayMs) * dayMs);
