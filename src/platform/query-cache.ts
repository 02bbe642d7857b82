import { LRUCache } from "lru-cache";
import type { Bus } from "./bus.js";
import { CacheLevelName, CacheLevelState, entryMs, LevelCounts, type LevelStats } from "./cache-level.js";
import { CacheWarmer } from "./cache-warmer.js";
import type { Clock } from "./clock.js";
import type { RedisLevel } from "./query-cache-redis.js";
import { hashOf, type QueryKey } from "./query-key.js";
import { currentScope } from "./scope.js";
import { TableVersions } from "./table-versions.js";
import { isRowsTopic, topicsOfReading, workspaceRowsTopic } from "./touched-rows.js";

/** HIT: nothing was read. MISS: it was read, and kept. BYPASS: it was read, and no cache was asked. */
export type CacheOutcome = "HIT" | "MISS" | "BYPASS";

export interface Loaded {
  readonly text: string;
  /** False when it is true only for this request, such as an answer with errors: it is neither kept nor shared. */
  readonly storable: boolean;
}

export interface Answer {
  readonly text: string;
  readonly outcome: CacheOutcome;
}

interface CachedRead {
  readonly key: QueryKey;
  /** Every table that the answer is read from. What a write to another one changes would not be noticed. */
  readonly tables: readonly string[];
  /** Asked for the rows as they are now, whatever is kept. */
  readonly fresh?: boolean;
}

interface Entry {
  readonly text: string;
  /** When its read began. */
  readonly tick: number;
  readonly topics: readonly string[];
}

interface Flight {
  readonly tick: number;
  readonly topics: readonly string[];
  readonly loaded: Promise<Loaded & { outcome: CacheOutcome }>;
}

/** How often reads came out this way since the process started. */
export type CacheTotals = Readonly<Record<CacheOutcome, number>>;

interface Options {
  /** Bound of the kept answers of this process, in bytes; 0 turns every level off. */
  maxBytes: number;
  /** Answers that are read again by themselves after a write. */
  warm: number;
  bus: Bus;
  clock: Clock;
  redis?: RedisLevel | undefined;
}

/** What an entry takes beside its text: its key, its topics and their places, in bytes, rounded up. */
const entryOverhead = 500;

/**
 * Answers of queries, until something they were read from changes: in this process, and behind it in Redis where there is
 * one. A write is seen by the next read in this process, and elsewhere as soon as the bus has told of it.
 */
export class QueryCache {
  readonly #totals = { HIT: 0, MISS: 0, BYPASS: 0 };
  readonly #counts = new LevelCounts();
  readonly #versions = new TableVersions();
  readonly #entries: LRUCache<string, Entry> | undefined;
  readonly #flights = new Map<string, Flight>();
  readonly #warmer: CacheWarmer;
  readonly #bus: Bus;
  readonly #redis: RedisLevel | undefined;

  constructor({ maxBytes, warm, bus, clock, redis }: Options) {
    this.#bus = bus;
    this.#redis = maxBytes === 0 ? undefined : redis;
    if (maxBytes > 0) {
      this.#entries = new LRUCache<string, Entry>({
        maxSize: maxBytes,
        maxEntrySize: Math.ceil(maxBytes / 8),
        sizeCalculation: ({ text, topics }) => 2 * text.length + 50 * topics.length + entryOverhead,
        ttl: entryMs,
        ttlResolution: 0,
        perf: { now: () => clock.now().getTime() },
        dispose: (_entry, _key, reason) => {
          if (reason === "evict") this.#counts.evictions += 1;
        },
      });
    }
    this.#warmer = new CacheWarmer(warm, (hash) => !this.#isKept(hash));
    bus.overhear((topics) => {
      if (topics === undefined) this.#versions.noteGap();
      else this.#versions.note(topics);
      if (topics === undefined || topics.some(isRowsTopic)) this.#warmer.wake();
    });
  }

  /** The kept answer, or what `load` reads; parallel reads of one answer load it once. */
  async read(asked: CachedRead, load: () => Promise<Loaded>): Promise<Answer> {
    const answer = await this.#read(asked, load);
    this.#totals[answer.outcome] += 1;
    return answer;
  }

  async #read({ key, tables, fresh = false }: CachedRead, load: () => Promise<Loaded>): Promise<Answer> {
    // Inside its own transaction an operation sees what nobody else may see.
    if (this.#entries === undefined || fresh || currentScope()?.transaction !== undefined) {
      this.#counts.bypasses += 1;
      return { text: (await load()).text, outcome: "BYPASS" };
    }
    const hash = hashOf(key);
    const topics = topicsOfReading(tables, key.visibility.workspaceId);
    if (!this.#bus.connected) {
      this.#counts.bypasses += 1;
      const { text, outcome } = await this.#load(hash, topics, load, undefined);
      return { text, outcome };
    }
    this.#warmer.note(hash, () => this.#fly(hash, topics, load).loaded);
    const kept = this.#find(hash);
    if (kept !== undefined) return this.#hit(kept.text);
    const flight = this.#flights.get(hash);
    if (flight !== undefined && !this.#versions.changedSince(flight.tick, topics)) {
      const joined = await waitFor(flight.loaded);
      // The other's failure is its own: it may have been cancelled.
      if (joined?.storable) return this.#hit(joined.text);
      this.#counts.misses += 1;
      return { text: (await load()).text, outcome: "MISS" };
    }
    this.#counts.misses += 1;
    const { text, outcome } = await this.#fly(hash, topics, load).loaded;
    return { text, outcome };
  }

  /** Tells of a write that is about to commit. Returns what tells that it has ended, well or not. */
  async announce(touched: readonly string[]): Promise<() => void> {
    if (touched.length === 0) return () => {};
    const settle = await this.#redis?.mark(touched);
    return () => {
      this.#bus.publish(touched);
      settle?.();
    };
  }

  /** Drops all answers of a workspace, in every process. */
  async clear(workspaceId: string): Promise<void> {
    (await this.announce([workspaceRowsTopic(workspaceId)]))();
  }

  get totals(): CacheTotals {
    return this.#totals;
  }

  get levels(): LevelStats[] {
    const entries = this.#entries;
    const ready = this.#bus.connected ? CacheLevelState.READY : CacheLevelState.BYPASSED;
    const own: LevelStats = {
      ...this.#counts,
      level: CacheLevelName.PROCESS,
      state: entries === undefined ? CacheLevelState.OFF : ready,
      entries: entries?.size ?? 0,
      bytes: entries?.calculatedSize ?? 0,
    };
    return this.#redis === undefined ? [own] : [own, this.#redis.stats];
  }

  close(): void {
    this.#warmer.stop();
  }

  #hit(text: string): Answer {
    this.#counts.hits += 1;
    return { text, outcome: "HIT" };
  }

  #find(hash: string): Entry | undefined {
    const entry = this.#entries?.get(hash);
    if (entry === undefined || !this.#versions.changedSince(entry.tick, entry.topics)) return entry;
    this.#entries?.delete(hash);
    return undefined;
  }

  #isKept(hash: string): boolean {
    const entry = this.#entries?.peek(hash);
    return entry !== undefined && !this.#versions.changedSince(entry.tick, entry.topics);
  }

  /** Starts to load an answer; whoever asks for it before the next write may join. */
  #fly(hash: string, topics: readonly string[], load: () => Promise<Loaded>): Flight {
    const { tick } = this.#versions;
    const loaded = this.#load(hash, topics, load, tick).finally(() => {
      if (this.#flights.get(hash) === flight) this.#flights.delete(hash);
    });
    const flight: Flight = { tick, topics, loaded };
    this.#flights.set(hash, flight);
    return flight;
  }

  /** Asks Redis, then the rows. Kept by this process under `tick`, from before either; without one not at all. */
  async #load(hash: string, topics: readonly string[], load: () => Promise<Loaded>, tick: number | undefined) {
    const found = await this.#redis?.find(hash, topics);
    const keep = (text: string, ttl: number) => {
      if (tick !== undefined && ttl > 0) this.#entries?.set(hash, { text, tick, topics }, { ttl });
    };
    if (found?.outcome === "HIT") {
      keep(found.text, entryMs - found.ageMs);
      return { text: found.text, storable: true, outcome: "HIT" as const };
    }
    const loaded = await load();
    if (loaded.storable) {
      keep(loaded.text, entryMs);
      if (found !== undefined) this.#redis?.keep(hash, found.stamp, loaded.text);
    }
    const asked = tick !== undefined || found !== undefined;
    return { ...loaded, outcome: asked ? ("MISS" as const) : ("BYPASS" as const) };
  }
}

/** What another operation reads, as long as this one may wait; nothing when that failed or this one is over. */
const waitFor = async <T>(loaded: Promise<T>): Promise<T | undefined> => {
  const signal = currentScope()?.signal;
  const own = loaded.catch(() => undefined);
  if (signal === undefined) return own;
  let over = () => {};
  const end = new Promise<undefined>((resolve) => {
    over = () => resolve(undefined);
  });
  signal.addEventListener("abort", over, { once: true });
  try {
    return signal.aborted ? undefined : await Promise.race([own, end]);
  } finally {
    signal.removeEventListener("abort", over);
  }
};
