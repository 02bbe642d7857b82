import { blockSize, type LimitPolicy } from "./limit-policy.js";

interface Waiter {
  readonly points: number;
  readonly answer: (isAdmitted: boolean) => void;
  readonly fail: (error: unknown) => void;
}

interface Deps {
  readonly policy: LimitPolicy;
  /** The window, in milliseconds since 1970. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** Adds to the count that all processes share, or takes back from it; nothing while it cannot be reached. */
  readonly add: (points: number) => Promise<number | undefined>;
  /** What is thrown where nothing may be admitted uncounted. */
  readonly uncountable: () => Error;
}

/** For so long it is not asked again whether there is more after all, in milliseconds. */
const dryMs = 1_000;

/**
 * One subject's points of one window, as far as this process has them. All processes add to one count, and what an addition
 * covers below the limit is the process's own: so no point is ever given out twice, and the count is never below the number
 * of points that were given out. Large limits are leased in blocks, so that most requests ask nobody.
 */
export class LimitLease {
  /** Points that are here. */
  #here = 0;
  /** The shared count as it was last heard, what is here included. */
  #count = 0;
  /** Points that were admitted while the count could not be reached: told as soon as it can. */
  #owed = 0;
  /** A refill begins when fewer points are here. */
  #low = 0;
  #waiting: Waiter[] = [];
  #isFilling = false;
  #dry = { until: Number.NEGATIVE_INFINITY, left: 0 };
  /** When it was last used, in milliseconds since 1970. */
  usedAt: number;

  constructor(private readonly deps: Deps) {
    this.usedAt = deps.startsAt;
  }

  get endsAt(): number {
    return this.deps.endsAt;
  }

  /** Points that are left for this process to admit, as far as it knows. */
  get remaining(): number {
    return Math.max(0, this.deps.policy.limit - this.#count) + this.#here;
  }

  covers(now: number): boolean {
    return now >= this.deps.startsAt && now < this.deps.endsAt;
  }

  /** True when so many points were left; they are gone then. A promise only where the shared count has to be asked. */
  take(points: number, now: number): boolean | Promise<boolean> {
    this.usedAt = now;
    if (this.#here >= points && this.#waiting.length === 0) {
      this.#here -= points;
      if (this.#here < this.#low && !this.#isFilling && !this.#isDry(1)) void this.#fill();
      return true;
    }
    if (this.#isDry(points)) return false;
    return new Promise((answer, fail) => {
      this.#waiting.push({ points, answer, fail });
      void this.#fill();
    });
  }

  /** Gives points back that were taken and not used after all. */
  async giveBack(points: number): Promise<void> {
    this.#here += points;
    this.#dry = { until: Number.NEGATIVE_INFINITY, left: 0 };
    if (this.#low === 0) await this.release();
  }

  /** Gives back to the other processes whatever is here. */
  async release(): Promise<void> {
    const points = this.#here;
    this.#here = 0;
    this.#low = 0;
    if (points > 0) await this.#add(-points);
  }

  async #fill(): Promise<void> {
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      do {
        const asked = this.#waiting.reduce((sum, { points }) => sum + points, 0);
        const block = blockSize(this.deps.policy, this.remaining);
        this.#low = Math.floor(block / 2);
        const want = Math.max(asked - this.#here, block);
        const granted = await this.#grant(want);
        this.#here += granted;
        this.#serve(granted < want);
      } while (this.#waiting.length > 0);
      if (this.#low === 0) await this.release();
    } catch (error) {
      for (const { fail } of this.#waiting.splice(0)) fail(error);
    } finally {
      this.#isFilling = false;
    }
    // Whoever came during the release.
    if (this.#waiting.length > 0) void this.#fill();
  }

  /** In the order in which they came; whoever asks for more than there is at the end is refused. */
  #serve(isAll: boolean): void {
    const waiting = this.#waiting.splice(0);
    for (const [index, waiter] of waiting.entries()) {
      if (this.#here >= waiter.points) {
        this.#here -= waiter.points;
        waiter.answer(true);
      } else if (isAll) waiter.answer(false);
      else {
        this.#waiting = [...waiting.slice(index), ...this.#waiting];
        return;
      }
    }
  }

  /** How many of these points this process may have. */
  async #grant(want: number): Promise<number> {
    const { limit, strict } = this.deps.policy;
    const owed = this.#owed;
    const count = await this.#add(want + owed);
    if (count === undefined) {
      if (strict) throw this.deps.uncountable();
      // Alone, it admits what was left when it last heard.
      const granted = bounded(limit - this.#count, want);
      this.#count += granted;
      this.#owed += granted;
      return granted;
    }
    this.#owed -= owed;
    const left = Math.max(0, limit - (count - want));
    const granted = bounded(left, want);
    if (granted < want) {
      this.#dry = { until: performance.now() + dryMs, left };
      void this.#add(granted - want);
    }
    return granted;
  }

  async #add(points: number): Promise<number | undefined> {
    const count = await this.deps.add(points);
    if (count !== undefined) this.#count = count;
    return count;
  }

  #isDry(points: number): boolean {
    return points > this.#here + this.#dry.left && performance.now() < this.#dry.until;
  }
}

const bounded = (left: number, want: number) => Math.min(Math.max(0, left), want);
