import { setTimeout as sleep } from "node:timers/promises";
import type { LimitStore } from "./limit-store.js";
import type { Logger } from "./logger.js";

/** Nobody waits longer than this for a count, in milliseconds. */
const patienceMs = 2_000;
/** Pause between two looks whether a store is back, in milliseconds. */
const lookMs = 1_000;

const late = Symbol("late");

/** A store that may be away: whoever counts learns so at once, and a look of its own finds out when it is back. */
export class LimitCounts {
  #isAway = false;
  #isClosed = false;

  constructor(
    private readonly store: LimitStore,
    private readonly logger: Logger,
    /** What follows from its being away, for the log. */
    private readonly consequence: string,
  ) {}

  get isAway(): boolean {
    return this.#isAway;
  }

  /** Adds to a count, or takes back from it. The count then; nothing while the store is away. */
  add(key: string, points: number, lifeSeconds: number): Promise<number | undefined> {
    return this.#within(
      () => this.store.add(key, points, lifeSeconds),
      // Nobody has had the points whose answer came too late.
      () => this.store.add(key, -points, lifeSeconds),
    );
  }

  /** What a count is; nothing while the store is away. */
  read(key: string): Promise<number | undefined> {
    return this.#within(() => this.store.read(key));
  }

  async clear(key: string): Promise<void> {
    await this.#within(() => this.store.clear(key));
  }

  async sweep(): Promise<void> {
    if (!this.#isAway) await this.store.sweep();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.store.close();
  }

  async #within<T>(ask: () => Promise<T>, undo?: () => Promise<unknown>): Promise<T | undefined> {
    if (this.#isAway || this.#isClosed) return undefined;
    const asking = ask();
    try {
      const answer = await Promise.race([asking, afterPatience(asking)]);
      if (answer !== late) return answer as T;
      asking.then(() => undo?.()).catch(() => {});
      this.#lose(new Error(`No answer within ${patienceMs} ms.`));
    } catch (error) {
      this.#lose(error);
    }
    return undefined;
  }

  #lose(error: unknown): void {
    if (this.#isAway || this.#isClosed) return;
    this.#isAway = true;
    this.logger.warn({ err: error }, `the counts of rate limits cannot be reached: ${this.consequence}`);
    void this.#waitForReturn();
  }

  async #waitForReturn(): Promise<void> {
    while (this.#isAway && !this.#isClosed) {
      await sleep(lookMs, undefined, { ref: false });
      const isBack = await this.store.read("is anybody there").then(
        () => true,
        () => false,
      );
      if (!isBack) continue;
      this.#isAway = false;
      this.logger.info("the counts of rate limits are back");
    }
  }
}

/** After a busy moment timers run before answers that have come meanwhile, so those get one more turn. */
const afterPatience = (asking: Promise<unknown>): Promise<typeof late> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => setImmediate(() => resolve(late)), patienceMs);
    const stop = () => clearTimeout(timer);
    asking.then(stop, stop);
  });
