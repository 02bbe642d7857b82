import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg, { type Pool } from "pg";
import { type Bus, gapTopic, Listeners } from "./bus.js";
import { Pulse } from "./bus-pulse.js";
import type { Logger } from "./logger.js";
import { detached } from "./span.js";

const channel = "atrium_bus";
/** Postgres refuses notifications of 8,000 bytes and more. */
const maxBytes = 7_900;
/** Told at once, and not when the log is on the disk: nothing hangs on a notification that a crash takes along. */
const notify = "select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)";

/** The bus on NOTIFY: one listening connection a process, publications through the pool, gathered a few milliseconds. */
export class PostgresBus implements Bus {
  readonly #listeners = new Listeners();
  readonly #self = randomUUID().slice(0, 8);
  readonly #pulse = new Pulse(this.#self, () => this.#listeners.wakeAll());
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
    bus.#pulse.start(() => bus.#send([]));
    return bus;
  }

  get connected(): boolean {
    return this.#pulse.connected;
  }

  publish(topics: readonly string[]): void {
    if (topics.length === 0) return;
    this.#listeners.wake(topics);
    this.#send(topics);
  }

  subscribe(topic: string, listener: () => void): () => void {
    return this.#listeners.add(topic, listener);
  }

  get topics(): number {
    return this.#listeners.size;
  }

  overhear(listener: (topics: readonly string[] | undefined) => void): void {
    this.#listeners.addForAll(listener);
  }

  async close(): Promise<void> {
    this.#pulse.stop();
    await this.#flushing;
    this.#closing.abort();
    await this.#client?.end().catch(() => {});
  }

  /** Without topics only the sign that this process lives. */
  #send(topics: readonly string[]): void {
    for (const topic of topics) this.#pending.add(topic);
    // Not in the name of the operation that happens to be the first one.
    this.#flushing ??= detached(() => this.#flush());
  }

  /** One at a time: what is published while Postgres takes the last ones goes out together. */
  async #flush(): Promise<void> {
    do {
      await sleep(2);
      const topics = [...this.#pending];
      this.#pending = new Set();
      try {
        for (const payload of this.#payloads(topics)) await this.pool.query(notify, [channel, payload]);
      } catch (error) {
        // Told with the next publication, the pulse at the latest.
        if (topics.length > 0) this.#pending.add(gapTopic);
        this.logger.warn({ err: error }, "a wake-up could not be published; listeners look again by themselves");
        break;
      }
    } while (this.#pending.size > 0);
    this.#flushing = undefined;
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
      if (sender !== this.#self && topics.length > 0) this.#listeners.wake(topics);
      this.#pulse.hear(sender ?? "");
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
    client.once("end", () => {
      this.#pulse.lose();
      void this.#reconnect();
    });
    this.#client = client;
    this.#pulse.hear(this.#self);
    if (this.#closing.signal.aborted) await client.end();
  }

  async #reconnect(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#listen();
        return;
      } catch (error) {
        this.logger.warn({ err: error }, "the bus has lost its connection to Postgres and tries again");
        await sleep(500, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }
}
