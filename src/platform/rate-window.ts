/** Counts what happened in the last seconds, in one cell a second. */
export class RateWindow {
  readonly #counts: number[];
  /** The second that each cell counts. */
  readonly #seconds: number[];
  readonly #begun = Math.floor(performance.now() / 1000);

  constructor(private readonly length: number) {
    this.#counts = new Array<number>(length + 1).fill(0);
    this.#seconds = new Array<number>(length + 1).fill(-1);
  }

  add(now = performance.now()): void {
    const second = Math.floor(now / 1000);
    const cell = second % this.#counts.length;
    if (this.#seconds[cell] !== second) {
      this.#seconds[cell] = second;
      this.#counts[cell] = 0;
    }
    this.#counts[cell] = (this.#counts[cell] ?? 0) + 1;
  }

  /** Events a second over the window, or since the beginning while that is shorter; the running second counts too. */
  perSecond(now = performance.now()): number {
    const second = Math.floor(now / 1000);
    const total = this.#counts.reduce(
      (sum, count, cell) => ((this.#seconds[cell] ?? -1) > second - this.length ? sum + count : sum),
      0,
    );
    return total / Math.max(1, Math.min(this.length, second - this.#begun + 1));
  }
}
