import type { Logger } from "./logger.js";

/** Most rows that one statement of a sweep deletes. */
export const sweepBatch = 1_000;

interface Step {
  /** What is swept, as the log calls it. */
  readonly of: string;
  /** Deletes at most `sweepBatch` rows, of those that nobody has locked, and says how many. */
  readonly deleteSome: () => Promise<number>;
}

/** Deletes at its start, and then every so often, what nobody needs any more. A step that fails is repeated the next time. */
export class Sweep {
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly everyMs: number,
    private readonly steps: readonly Step[],
  ) {}

  start(): void {
    const sweep = () => {
      this.#sweeping ??= this.sweep().finally(() => {
        this.#sweeping = undefined;
      });
    };
    this.#timer = setInterval(sweep, this.everyMs).unref();
    sweep();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async sweep(): Promise<void> {
    for (const { of, deleteSome } of this.steps) {
      try {
        while ((await deleteSome()) === sweepBatch);
      } catch (error) {
        this.logger.warn({ err: error, of }, "a sweep failed and will be repeated");
      }
    }
  }
}
