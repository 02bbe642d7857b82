import { isRowsTopic } from "./touched-rows.js";

/** Changes that are remembered one by one; beyond, the oldest ones count for all tables. */
const maxRemembered = 50_000;

/**
 * When rows were last changed, as far as this process has heard. Time is a counter: what was read at a tick is still true
 * when nothing that it was read from has changed since.
 */
export class TableVersions {
  #tick = 0;
  /** Whatever was read before this tick counts as changed. */
  #floor = 0;
  /** In the order of the changes. */
  readonly #changedAt = new Map<string, number>();

  /** To be taken before a read begins. */
  get tick(): number {
    return this.#tick;
  }

  note(topics: readonly string[]): void {
    for (const topic of topics) {
      if (!isRowsTopic(topic)) continue;
      this.#tick += 1;
      this.#changedAt.delete(topic);
      this.#changedAt.set(topic, this.#tick);
    }
    while (this.#changedAt.size > maxRemembered) {
      const [topic, changedAt] = this.#changedAt.entries().next().value as [string, number];
      this.#changedAt.delete(topic);
      this.#floor = changedAt;
    }
  }

  /** Something may have been missed: everything counts as changed. */
  noteGap(): void {
    this.#tick += 1;
    this.#floor = this.#tick;
    this.#changedAt.clear();
  }

  changedSince(tick: number, topics: readonly string[]): boolean {
    return tick < this.#floor || topics.some((topic) => (this.#changedAt.get(topic) ?? 0) > tick);
  }
}
