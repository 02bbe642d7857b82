import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg, { type Pool } from "pg";
import { type Bus, Listeners } from "./bus.js";
import type { Logger } from "./logger.js";

const channel = "atrium_bus";
/** Postgres refuses notifications of 8,000 bytes and more. */
const maxBytes = 7_900;

/** The bus on NOTIFY: one listening connection a process, publications through the pool, gathered a few milliseconds. */
export class PostgresBus implements Bus {
  readonly #listeners = new Listeners();
  readonly #self = randomUUID().slice(0, 8);
  readonly #closing = new AbortController();
  #client: pg.Client | undefined;
  #pending = new Set<string>();
  #flushing: Promise<void> | undefined;

  private constructor(
    private readonly url: string,
    private readonly pool: Pool,
    private readonly logger: Logger,
  ) {}

  static async connect(url: string, pool: Pool, logger: Logger): Promise<PostgresBus> {
    const bus = new PostgresBus(url, pool, logger);
    await bus.#listen();
    return bus;
  }

  publish(topics: readonly string[]): void {
    if (topics.length === 0) return;
    this.#listeners.wake(topics);
    for (const topic of topics) this.#pending.add(topic);
    this.#flushing ??= this.#flush();
  }

  subscribe(topic: string, listener: () => void): () => void {
    return this.#listeners.add(topic, listener);
  }

  get topics(): number {
    return this.#listeners.size;
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#closing.abort();
    await this.#client?.end().catch(() => {});
  }

  async #flush(): Promise<void> {
    await sleep(2);
    const topics = [...this.#pending];
    this.#pending = new Set();
    this.#flushing = undefined;
    try {
      for (const payload of this.#payloads(topics))
        await this.pool.query("select pg_notify($1, $2)", [channel, payload]);
    } catch (error) {
      this.logger.warn({ err: error }, "a wake-up could not be published; listeners look again by themselves");
    }
  }

  #payloads(topics: readonly string[]): string[] {
    const payloads: string[] = [];
    let payload = this.#self;
    for (const topic of topics) {
      if (Buffer.byteLength(payload) + Buffer.byteLength(topic) + 1 > maxBytes) {
        payloads.push(payload);
        payload = this.#self;
      }
      payload += `\n${topic}`;
    }
    return [...payloads, payload];
  }

  async #listen(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url, keepAlive: true, connectionTimeoutMillis: 5_000 });
    client.on("notification", ({ payload }) => {
      const [sender, ...topics] = (payload ?? "").split("\n");
      if (sender !== this.#self) this.#listeners.wake(topics);
    });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    // Not before: a connection that could not be opened ends as well, and is tried again by whoever asked for it.
    client.once("end", () => void this.#reconnect());
    this.#client = client;
    if (this.#closing.signal.aborted) await client.end();
  }

  async #reconnect(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#listen();
        this.#listeners.wakeAll();
        return;
      } catch (error) {
        this.logger.warn({ err: error }, "the bus has lost its connection to Postgres and tries again");
        await sleep(500, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }
}
