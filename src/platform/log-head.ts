import type { Bus } from "./bus.js";
import type { Logger } from "./logger.js";
import { newScope, runInScope } from "./scope.js";
import { type LogEntry, readPatiently, type StoredLog } from "./stored-log.js";

/** The head looks by itself this often, should a wake-up get lost, and keeps what it has read this long, in milliseconds. */
const lookAgainMs = 2_000;
/** Pauses before looking again at an entry that an older transaction still holds back, in milliseconds. */
const unsettledMs = { first: 15, longest: 200 };
/** Entries that are kept for followers on their way here; whoever is further behind reads for himself. */
const maxKept = 1_000;

interface Follower {
  /** There is more, or an end. */
  wake(): void;
}

/**
 * The end of one log, read once for all followers in this process: it wakes up with the log's topic, reads what is new and
 * keeps it for a moment. Subscribes before its first read, so that nothing falls between them.
 */
export class LogHead<T> {
  readonly #followers = new Set<Follower>();
  readonly #unsubscribe: () => void;
  #kept: (LogEntry<T> & { readonly readAt: number })[] = [];
  #floor: bigint;
  #place: bigint;
  #awake = false;
  #wake = () => {};
  #stopped = false;
  #end: { readonly failure?: unknown } | undefined;

  constructor(
    bus: Bus,
    private readonly logger: Logger,
    private readonly log: StoredLog<T>,
    place: bigint,
    private readonly onStop: () => void,
  ) {
    this.#floor = place;
    this.#place = place;
    const wake = () => {
      this.#awake = true;
      this.#wake();
    };
    const stops = [log.wokenBy ?? log.topic].flat().map((topic) => bus.subscribe(topic, wake));
    this.#unsubscribe = () => {
      for (const stop of stops) stop();
    };
    // Not in the scope of whoever came first: the head outlives that operation.
    void runInScope(newScope(`head of ${log.topic}`), () => this.#run());
  }

  /** Set once nothing will follow. */
  get end(): { readonly failure?: unknown } | undefined {
    return this.#end;
  }

  /** Everything behind this place, up to the newest entry that was read, is at hand. */
  get floor(): bigint {
    return this.#floor;
  }

  get followers(): number {
    return this.#followers.size;
  }

  attach(follower: Follower): void {
    this.#followers.add(follower);
  }

  /** The last one to leave stops the reading. */
  detach(follower: Follower): void {
    this.#followers.delete(follower);
    if (this.#followers.size === 0) this.#stop();
  }

  /** What was read behind `place`; nothing when that is further back than what is kept. */
  behind(place: bigint): readonly LogEntry<T>[] | undefined {
    if (place < this.#floor) return undefined;
    if (place >= this.#place) return [];
    return this.#kept.slice(this.#kept.findLastIndex((entry) => entry.place <= place) + 1);
  }

  async #run(): Promise<void> {
    try {
      let pauseMs = unsettledMs.first;
      while (!this.#stopped) {
        this.#awake = false;
        const { entries, rest } = await readPatiently(this.log, this.#place, this.logger, () => this.#stopped);
        this.#keep(entries);
        if (rest === "end") this.#end = {};
        if (entries.length > 0 || this.#end !== undefined) for (const follower of this.#followers) follower.wake();
        if (rest === "end") return;
        if (entries.length > 0) pauseMs = unsettledMs.first;
        if (rest === "wait") await this.#pause(lookAgainMs);
        if (rest !== "unsettled") continue;
        await this.#pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, unsettledMs.longest);
      }
    } catch (failure) {
      this.#end = { failure };
      for (const follower of this.#followers) follower.wake();
    } finally {
      this.#stop();
    }
  }

  #keep(entries: readonly LogEntry<T>[]): void {
    const readAt = performance.now();
    for (const entry of entries) this.#kept.push({ ...entry, readAt });
    this.#place = entries.at(-1)?.place ?? this.#place;
    const young = this.#kept.findIndex((entry) => readAt - entry.readAt < lookAgainMs);
    const dropped = this.#kept.splice(
      0,
      Math.max(young === -1 ? this.#kept.length : young, this.#kept.length - maxKept),
    );
    this.#floor = dropped.at(-1)?.place ?? this.#floor;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#awake || this.#stopped) return resolve();
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#unsubscribe();
    this.#wake();
    this.onStop();
  }
}
