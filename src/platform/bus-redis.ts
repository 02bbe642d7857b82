import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { type Bus, Listeners } from "./bus.js";
import type { Logger } from "./logger.js";

/** The bus on Redis publish/subscribe. */
export class RedisBus implements Bus {
  readonly #listeners = new Listeners();
  readonly #self = randomUUID().slice(0, 8);

  private constructor(
    private readonly publisher: Redis,
    private readonly subscriber: Redis,
    private readonly channel: string,
    private readonly logger: Logger,
  ) {}

  static async connect(url: string, prefix: string, logger: Logger): Promise<RedisBus> {
    const options = { lazyConnect: true, maxRetriesPerRequest: null, enableOfflineQueue: true };
    const bus = new RedisBus(new Redis(url, options), new Redis(url, options), `${prefix}:bus`, logger);
    await bus.#connect();
    return bus;
  }

  publish(topics: readonly string[]): void {
    if (topics.length === 0) return;
    this.#listeners.wake(topics);
    if (this.publisher.status !== "ready") return;
    this.publisher.publish(this.channel, [this.#self, ...topics].join("\n")).catch((error: unknown) => {
      this.logger.warn({ err: error }, "a wake-up could not be published; listeners look again by themselves");
    });
  }

  subscribe(topic: string, listener: () => void): () => void {
    return this.#listeners.add(topic, listener);
  }

  get topics(): number {
    return this.#listeners.size;
  }

  async close(): Promise<void> {
    this.publisher.disconnect();
    this.subscriber.disconnect();
  }

  async #connect(): Promise<void> {
    for (const client of [this.publisher, this.subscriber]) {
      client.on("error", (error) => this.logger.warn({ err: error }, "Redis does not answer the bus"));
    }
    this.subscriber.on("message", (_channel: string, message: string) => {
      const [sender, ...topics] = message.split("\n");
      if (sender !== this.#self) this.#listeners.wake(topics);
    });
    this.subscriber.on("ready", () => this.#listeners.wakeAll());
    await Promise.all([this.publisher.connect(), this.subscriber.connect()]);
    await this.subscriber.subscribe(this.channel);
  }
}
