/**
 * Keeps what several pieces of work cost together under a cap, whatever each will cost in the end: the most that one may cost
 * is set aside before it begins, and what it has cost takes the place of that when it ends.
 */
export class CostCap {
  #held = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly cap: number,
    private spent: number,
  ) {}

  get left(): number {
    return Math.max(0, this.cap - this.spent - this.#held);
  }

  /** Sets aside so much, at once or never. */
  take(micros: number): boolean {
    if (micros > this.left) return false;
    this.#held += micros;
    return true;
  }

  /** The same, but waits while others run that may leave enough. */
  async takeWhenFree(micros: number): Promise<boolean> {
    while (!this.take(micros)) {
      if (this.#held === 0) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return true;
  }

  /** Gives back what was set aside for one, and counts what it has cost. */
  settle(held: number, cost: number): void {
    this.#held -= held;
    this.spent += cost;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
