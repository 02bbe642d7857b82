/** How long an answer is kept, in milliseconds. */
export const entryMs = 5 * 60_000;

export enum CacheLevelName {
  PROCESS = "PROCESS",
  REDIS = "REDIS",
}

export enum CacheLevelState {
  READY = "READY",
  BYPASSED = "BYPASSED",
  OFF = "OFF",
}

/** What became of the reads that came to a level since the process started. */
export class LevelCounts {
  hits = 0;
  misses = 0;
  /** Reads that it was not asked for, or could not answer either way. */
  bypasses = 0;
  /** Answers that had to make room for others. */
  evictions = 0;
}

/** A level at one moment. Nothing where a level is not this process's own, and is not counted. */
export interface LevelStats extends Readonly<LevelCounts> {
  readonly level: CacheLevelName;
  readonly state: CacheLevelState;
  readonly entries: number | null;
  readonly bytes: number | null;
}

export const ratioOf = ({ hits, misses }: { hits: number; misses: number }): number | null =>
  hits + misses === 0 ? null : hits / (hits + misses);
