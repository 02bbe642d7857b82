/**
 * Wakes whoever waits for a topic, in every process. It carries no data: what matters is in rows, so a lost message costs
 * a listener the time until its next look and nothing else.
 */
export interface Bus {
  publish(topics: readonly string[]): void;
  /** Calls `listener` for each publication, and after every gap in the connection. Returns how to stop it. */
  subscribe(topic: string, listener: () => void): () => void;
  /** How many topics somebody in this process listens to. */
  readonly topics: number;
  close(): Promise<void>;
}

/** The listeners of one process, shared by both engines. */
export class Listeners {
  readonly #byTopic = new Map<string, Set<() => void>>();

  get size(): number {
    return this.#byTopic.size;
  }

  add(topic: string, listener: () => void): () => void {
    const listeners = this.#byTopic.get(topic) ?? new Set();
    this.#byTopic.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#byTopic.delete(topic);
    };
  }

  wake(topics: readonly string[]): void {
    for (const topic of topics) for (const listener of this.#byTopic.get(topic) ?? []) listener();
  }

  wakeAll(): void {
    this.wake([...this.#byTopic.keys()]);
  }
}
