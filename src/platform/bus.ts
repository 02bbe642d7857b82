/**
 * Wakes whoever waits for a topic, in every process. It carries no data: what matters is in rows, so a lost message costs
 * a listener the time until its next look and nothing else.
 */
export interface Bus {
  /** False while publications of other processes may not arrive here. */
  readonly connected: boolean;
  publish(topics: readonly string[]): void;
  /** Calls `listener` for each publication, and after every gap in the connection. Returns how to stop it. */
  subscribe(topic: string, listener: () => void): () => void;
  /** How many topics somebody in this process listens to. */
  readonly topics: number;
  /** Hears the topics of every publication, its own process's included, and nothing after a gap. */
  overhear(listener: (topics: readonly string[] | undefined) => void): void;
  close(): Promise<void>;
}

/** In place of a topic: publications got lost, and everybody has to look again. */
export const gapTopic = "*";

/** The listeners of one process, shared by both engines. */
export class Listeners {
  readonly #byTopic = new Map<string, Set<() => void>>();
  readonly #ofAll: ((topics: readonly string[] | undefined) => void)[] = [];

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

  addForAll(listener: (topics: readonly string[] | undefined) => void): void {
    this.#ofAll.push(listener);
  }

  wake(topics: readonly string[]): void {
    if (topics.includes(gapTopic)) this.wakeAll();
    else this.#call(topics, topics);
  }

  wakeAll(): void {
    this.#call([...this.#byTopic.keys()], undefined);
  }

  #call(topics: readonly string[], said: readonly string[] | undefined): void {
    for (const listener of this.#ofAll) listener(said);
    for (const topic of topics) for (const listener of this.#byTopic.get(topic) ?? []) listener();
  }
}
