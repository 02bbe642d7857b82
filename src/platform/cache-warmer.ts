import { newScope, runInScope } from "./scope.js";

/** Pause after a write before answers are read again, in milliseconds: one pass serves a burst of writes. */
const gatherMs = 100;
/** Answers asked for less often since they were last warmed are left to their next reader. */
const minReads = 2;
/** Answers whose readers are counted at a time. */
const maxCounted = 1_000;

interface Counted {
  reads: number;
  load: () => Promise<unknown>;
}

/** Reads the most wanted answers again after a write has dropped them, one after the other, before somebody asks. */
export class CacheWarmer {
  readonly #counted = new Map<string, Counted>();
  #timer: NodeJS.Timeout | undefined;
  #passes = Promise.resolve();
  #stopped = false;

  constructor(
    /** Answers at most in one pass; 0 turns it off. */
    private readonly most: number,
    private readonly isCold: (hash: string) => boolean,
  ) {}

  /** Somebody asked for an answer, and this is how to read it. */
  note(hash: string, load: () => Promise<unknown>): void {
    if (this.most === 0) return;
    const reads = (this.#counted.get(hash)?.reads ?? 0) + 1;
    this.#counted.delete(hash);
    this.#counted.set(hash, { reads, load });
    const [oldest] = this.#counted.keys();
    if (this.#counted.size > maxCounted && oldest !== undefined) this.#counted.delete(oldest);
  }

  /** Something was written. */
  wake(): void {
    if (this.most === 0 || this.#stopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#passes = this.#passes.then(() => this.#warm());
    }, gatherMs).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #warm(): Promise<void> {
    const wanted = [...this.#counted]
      .filter(([hash, { reads }]) => reads >= minReads && this.isCold(hash))
      .sort(([, a], [, b]) => b.reads - a.reads)
      .slice(0, this.most);
    for (const [hash, { load }] of wanted) {
      if (this.#stopped) return;
      // Only who goes on being asked for is warmed again.
      this.#counted.delete(hash);
      await runInScope(newScope("cache-warming"), load).catch(() => {});
    }
  }
}
