import { setTimeout as sleep } from "node:timers/promises";
import type { Bus } from "./bus.js";
import type { Logger } from "./logger.js";
import { runOutsideScope } from "./scope.js";

interface Options {
  readonly bus: Bus;
  readonly logger: Logger;
  /** What wakes it. */
  readonly topic: string;
  /** Pause after each time, in which more gathers, in milliseconds. */
  readonly gatherMs: number;
  /** From one time to the next when nothing wakes it, in milliseconds. */
  readonly lookMs: number;
  /** What the log says when the work throws. It is done again the next time. */
  readonly failure: string;
}

/** Does the same work again and again: when something wakes it, and every so often by itself, for what nobody told. */
export class BackgroundLoop {
  readonly #stopped = new AbortController();
  #working: Promise<void> | undefined;
  #wake: () => void = () => {};

  constructor(
    private readonly options: Options,
    /** Is to end early when the signal says so. */
    private readonly work: (signal: AbortSignal) => Promise<void>,
  ) {}

  /** Aborted from `stop` on. */
  get signal(): AbortSignal {
    return this.#stopped.signal;
  }

  start(): void {
    const { bus, topic } = this.options;
    const unsubscribe = bus.subscribe(topic, () => this.#wake());
    this.#working ??= runOutsideScope(() => this.#run()).finally(unsubscribe);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    await this.#working;
  }

  async #run(): Promise<void> {
    const { logger, gatherMs, lookMs, failure } = this.options;
    const { signal } = this;
    while (!signal.aborted) {
      // From before the work on: what comes meanwhile may be too late for it.
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      try {
        await this.work(signal);
      } catch (error) {
        logger.warn({ err: error }, failure);
      }
      await sleep(gatherMs, undefined, { ref: false, signal }).catch(() => {});
      const looked = new AbortController();
      const look = sleep(lookMs - gatherMs, undefined, { ref: false, signal: looked.signal }).catch(() => {});
      await Promise.race([woken, look]);
      looked.abort();
    }
  }
}
