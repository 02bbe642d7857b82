import type { Bus } from "./bus.js";
import { LogHead } from "./log-head.js";
import type { Logger } from "./logger.js";
import { type LogEntry, readPatiently, type StoredLog } from "./stored-log.js";

/** Follows stored logs: each is read once in this process at its end, however many follow it there. */
export class Live {
  readonly #heads = new Map<string, LogHead<unknown>>();

  constructor(
    private readonly bus: Bus,
    readonly logger: Logger,
  ) {}

  /** How many follow the end of some log now. */
  get followers(): number {
    return [...this.#heads.values()].reduce((sum, head) => sum + head.followers, 0);
  }

  follow<T>(log: StoredLog<T>, place: bigint): Following<T> {
    return new Following(this, log, place);
  }

  /** The head of a log that somebody follows already. */
  headOf<T>(log: StoredLog<T>): LogHead<T> | undefined {
    return this.#heads.get(log.topic) as LogHead<T> | undefined;
  }

  /** Begins to read a log's end at a place behind which nothing was stored. */
  openHead<T>(log: StoredLog<T>, place: bigint): LogHead<T> {
    const head = new LogHead<T>(this.bus, this.logger, log, place, () => {
      if (this.#heads.get(log.topic) === head) this.#heads.delete(log.topic);
    });
    this.#heads.set(log.topic, head);
    return head;
  }
}

/**
 * One reader's way through a log: from its place on it reads for itself, until it meets the head and goes on with that.
 * Since both go by places, nothing is lost or doubled where they meet, nor when a slow reader falls behind again.
 */
export class Following<T> implements AsyncIterable<T> {
  #place: bigint;
  #head: LogHead<T> | undefined;
  #closed = false;
  #wake = () => {};

  constructor(
    private readonly live: Live,
    readonly log: StoredLog<T>,
    place: bigint,
  ) {
    this.#place = place;
  }

  /** The last entry that was read, or where the reading begins. */
  get place(): bigint {
    return this.#place;
  }

  /** Another reader of the same log, from the same place on. */
  again(): Following<T> {
    return this.live.follow(this.log, this.#place);
  }

  /** What is stored behind the place. Empty when nothing is yet; nothing once the log has ended or this was closed. */
  async read(): Promise<readonly LogEntry<T>[] | undefined> {
    while (!this.#closed) {
      if (this.#head === undefined) this.#attach(this.live.headOf(this.log));
      const entries = this.#head?.behind(this.#place);
      if (entries !== undefined) {
        if (entries.length > 0) return this.#advance(entries);
        const end = this.#head?.end;
        if (end === undefined) return [];
        if ("failure" in end) throw end.failure;
        return undefined;
      }
      const floor = this.#head?.floor ?? this.#place;
      const page = await readPatiently(this.log, this.#place, this.live.logger, () => this.#closed);
      if (this.#closed) return undefined;
      if (page.entries.length > 0) return this.#advance(page.entries);
      if (page.rest === "end") return undefined;
      // Nothing is stored up to where the head began when this was read, not any more.
      if (floor > this.#place) this.#place = floor;
      if (this.#head === undefined) {
        this.#attach(this.live.headOf(this.log) ?? this.live.openHead(this.log, this.#place));
      }
    }
    return undefined;
  }

  /** Resolves when there may be more than the last `read` gave. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      const waits = this.#head?.end === undefined && this.#head?.behind(this.#place)?.length === 0;
      if (this.#closed || !waits) return resolve();
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#head?.detach(this);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      for (let entries = await this.read(); entries !== undefined; entries = await this.read()) {
        for (const { value } of entries) yield value;
        if (entries.length === 0) await this.changed();
      }
    } finally {
      this.close();
    }
  }

  #attach(head: LogHead<T> | undefined): void {
    this.#head = head;
    head?.attach(this);
  }

  #advance(entries: readonly LogEntry<T>[]): readonly LogEntry<T>[] {
    this.#place = entries.at(-1)?.place ?? this.#place;
    return entries;
  }
}
