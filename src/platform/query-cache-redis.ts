import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { CacheLevelName, CacheLevelState, entryMs, LevelCounts, type LevelStats } from "./cache-level.js";
import type { Logger } from "./logger.js";
import { findAnswer, keepAnswer, markRows, settleRows } from "./query-cache-scripts.js";

/** Nobody waits longer than this for Redis; after a failure it is left alone for a while, in milliseconds. */
const patienceMs = 50;
const pauseMs = 2_000;
/** What nobody waits for may take so long, in milliseconds. */
const commandMs = 5_000;

/** More marks than this are left to end by themselves. */
const maxUnsettled = 1_000;

/** Longer answers, in characters, are not shared. */
const maxShared = 1024 * 1024;

/**
 * How long a mark of a write outlives a writer that died: everything that was read before its commit has then gone, even
 * a read that took its full time (`query_timeout`) after a commit that did.
 */
const markMs = entryMs + 3 * 60_000;

type Found = { outcome: "HIT"; text: string; ageMs: number } | { outcome: "MISS"; stamp: string };

interface Commands {
  findAnswer(keys: number, ...args: (string | number)[]): Promise<[string, string?, number?]>;
  keepAnswer(keys: number, ...args: (string | number)[]): Promise<unknown>;
  markRows(keys: number, ...args: (string | number)[]): Promise<unknown>;
  settleRows(keys: number, ...args: (string | number)[]): Promise<unknown>;
}

/**
 * Answers shared by all processes. Each table of a workspace has a version, a random word; an answer is kept under the
 * versions from before it was read, and given out while they stand. A write marks its tables before it commits and gives
 * them new versions after it; while a mark stands nothing is given out. Redis away costs its answers and nothing else.
 */
export class RedisLevel {
  readonly counts = new LevelCounts();
  readonly #redis: Redis & Commands;
  readonly #timer: NodeJS.Timeout;
  #pausedUntil = 0;
  /** Times that Redis may have missed a write, and how many of them were made good: everything in it counts as changed. */
  #debts = 0;
  #paid = 0;
  /** Writes whose marks may still stand. */
  #unsettled: { topics: readonly string[]; write: string }[] = [];

  private constructor(
    url: string,
    private readonly prefix: string,
    private readonly logger: Logger,
  ) {
    this.#redis = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: commandMs,
      connectTimeout: commandMs,
      retryStrategy: (tries) => Math.min(tries * 100, pauseMs),
      scripts: {
        findAnswer: { lua: findAnswer },
        keepAnswer: { lua: keepAnswer },
        markRows: { lua: markRows },
        settleRows: { lua: settleRows },
      },
    }) as Redis & Commands;
    this.#redis.on("error", () => {});
    // What others wrote while it was away may not have reached it.
    this.#redis.on("close", () => {
      this.#debts += 1;
    });
    this.#redis.on("ready", () => void this.#payDebts());
    this.#timer = setInterval(() => void this.#payDebts(), pauseMs).unref();
  }

  static async connect(url: string, prefix: string, logger: Logger): Promise<RedisLevel> {
    const level = new RedisLevel(url, prefix, logger);
    await level.#redis.connect();
    return level;
  }

  get #usable(): boolean {
    return this.#redis.status === "ready" && this.#paid === this.#debts && performance.now() >= this.#pausedUntil;
  }

  get stats(): LevelStats {
    const state = this.#usable ? CacheLevelState.READY : CacheLevelState.BYPASSED;
    return { ...this.counts, level: CacheLevelName.REDIS, state, entries: null, bytes: null };
  }

  /** A kept answer, or the stamp to keep the next one under. Nothing when Redis is away or a write is under way. */
  async find(hash: string, topics: readonly string[]): Promise<Found | undefined> {
    const found = await this.#askInTime((redis) =>
      redis.findAnswer(
        2 + 2 * topics.length,
        this.#answerKey(hash),
        this.#epochKey,
        ...topics.map(this.#versionKey),
        ...topics.map(this.#markKey),
        newVersion(),
      ),
    );
    const [state, text = "", age = 0] = found ?? ["bypass"];
    if (state === "hit") {
      this.counts.hits += 1;
      return { outcome: "HIT", text, ageMs: age };
    }
    if (state === "miss") {
      this.counts.misses += 1;
      return { outcome: "MISS", stamp: text };
    }
    this.counts.bypasses += 1;
    return undefined;
  }

  /** Does not make the reader wait. */
  keep(hash: string, stamp: string, text: string): void {
    if (text.length > maxShared) return;
    void this.#ask((redis) => redis.keepAnswer(1, this.#answerKey(hash), stamp, text, entryMs));
  }

  /** Says that a write is about to commit. Returns what says that it has ended; neither ever fails. */
  async mark(topics: readonly string[]): Promise<() => void> {
    const write = newVersion();
    await this.#askInTime((redis) => redis.markRows(topics.length, ...topics.map(this.#markKey), write, markMs));
    return () => {
      void this.#ask((redis) => this.#settle(redis, topics, write)).then((settled) => {
        if (settled !== undefined) return;
        this.#debts += 1;
        if (this.#unsettled.length < maxUnsettled) this.#unsettled.push({ topics, write });
      });
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#redis.disconnect();
  }

  /** Asks unless Redis is known to be away. Nothing when it does not answer. */
  async #ask<T>(command: (redis: Commands) => Promise<T>): Promise<T | undefined> {
    if (!this.#usable) return undefined;
    try {
      return await command(this.#redis);
    } catch (error) {
      this.#pause(error);
      return undefined;
    }
  }

  /** The same for what somebody waits for. */
  async #askInTime<T>(command: (redis: Commands) => Promise<T>): Promise<T | undefined> {
    if (!this.#usable) return undefined;
    let answered = false;
    let patience: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      const giveUp = () => {
        if (!answered) this.#pause(new Error(`no answer within ${patienceMs} ms`));
        resolve(undefined);
      };
      // This process may have been the slow one: what has arrived meanwhile still counts.
      patience = setTimeout(() => setImmediate(giveUp), patienceMs);
    });
    const answer = this.#ask(command).finally(() => {
      answered = true;
      clearTimeout(patience);
    });
    return Promise.race([answer, late]);
  }

  #pause(error: unknown): void {
    const known = performance.now() < this.#pausedUntil;
    this.#pausedUntil = performance.now() + pauseMs;
    if (!known) this.logger.warn({ err: error }, "Redis does not answer the query cache; queries go to Postgres");
  }

  /** Makes everything in Redis count as changed, when a write may be unknown to it. */
  async #payDebts(): Promise<void> {
    const debts = this.#debts;
    if (this.#paid === debts || this.#redis.status !== "ready") return;
    try {
      await this.#redis.set(this.#epochKey, newVersion());
      for (const { topics, write } of this.#unsettled.splice(0)) await this.#settle(this.#redis, topics, write);
      this.#paid = debts;
    } catch {
      // Tried again by the timer. A mark that is forgotten here ends by itself.
    }
  }

  #settle(redis: Commands, topics: readonly string[], write: string): Promise<unknown> {
    const keys = [...topics.map(this.#versionKey), ...topics.map(this.#markKey)];
    return redis.settleRows(keys.length, ...keys, write);
  }

  get #epochKey() {
    return `${this.prefix}:cache:epoch`;
  }

  #answerKey(hash: string) {
    return `${this.prefix}:cache:answer:${hash}`;
  }

  readonly #versionKey = (topic: string) => `${this.prefix}:cache:version:${topic}`;
  readonly #markKey = (topic: string) => `${this.prefix}:cache:mark:${topic}`;
}

const newVersion = () => randomBytes(9).toString("base64url");
