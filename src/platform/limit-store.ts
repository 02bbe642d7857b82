import type { RateLimiterStoreAbstract } from "rate-limiter-flexible";

interface Upkeep {
  /** Takes away counts that have ended, where the store does not do so by itself. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** What limiters are made with: their store only counts, and who may have how much is decided by `Limits`. */
export const countingOnly = { points: Number.MAX_SAFE_INTEGER, duration: 1 };

/**
 * Counts that all processes share, on Postgres or Redis. A count is made by its first addition, and ends by itself some time
 * after that. Every call throws while the store cannot be reached.
 */
export class LimitStore {
  constructor(
    private readonly limiter: RateLimiterStoreAbstract,
    private readonly upkeep: Upkeep,
  ) {}

  /** Adds to a count, or takes back from it, and gives what it is then. A new one lives for so many seconds. */
  async add(key: string, points: number, lifeSeconds: number): Promise<number> {
    const options = { customDuration: lifeSeconds };
    const change = points < 0 ? this.limiter.reward(key, -points, options) : this.limiter.penalty(key, points, options);
    return (await change).consumedPoints;
  }

  /** What a count is; 0 when there is none. */
  async read(key: string): Promise<number> {
    return (await this.limiter.get(key))?.consumedPoints ?? 0;
  }

  async clear(key: string): Promise<void> {
    await this.limiter.delete(key);
  }

  sweep(): Promise<void> {
    return this.upkeep.sweep();
  }

  close(): Promise<void> {
    return this.upkeep.close();
  }
}
