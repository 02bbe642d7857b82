import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { type Bus, gapTopic, Listeners } from "./bus.js";
import { Pulse } from "./bus-pulse.js";
import type { Logger } from "./logger.js";

/** Between two attempts to reach Redis again, in milliseconds. */
const mostRetryMs = 500;

/** The bus on Redis publish/subscribe. */
export class RedisBus implements Bus {
  readonly #listeners = new Listeners();
  readonly #self = randomUUID().slice(0, 8);
  readonly #pulse = new Pulse(this.#self, () => this.#listeners.wakeAll());
  /** True when a publication was lost: said with the next one. */
  #owesGap = false;

  private constructor(
    private readonly publisher: Redis,
    private readonly subscriber: Redis,
    private readonly channel: string,
    private readonly logger: Logger,
  ) {}

  static async connect(url: string, prefix: string, logger: Logger): Promise<RedisBus> {
    // Who reaches Redis again later than others do lets them believe for so long what it has changed.
    const retryStrategy = (times: number) => Math.min(times * 50, mostRetryMs);
    const options = { lazyConnect: true, maxRetriesPerRequest: null, enableOfflineQueue: true, retryStrategy };
    const bus = new RedisBus(new Redis(url, options), new Redis(url, options), `${prefix}:bus`, logger);
    await bus.#connect();
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
    this.publisher.disconnect();
    this.subscriber.disconnect();
  }

  /** Without topics only the sign that this process lives. */
  #send(topics: readonly string[]): void {
    if (this.publisher.status !== "ready") {
      this.#owesGap ||= topics.length > 0;
      return;
    }
    const told = this.#owesGap ? [...topics, gapTopic] : topics;
    this.#owesGap = false;
    this.publisher.publish(this.channel, [this.#self, ...told].join("\n")).catch((error: unknown) => {
      this.#owesGap ||= told.length > 0;
      this.logger.warn({ err: error }, "a wake-up could not be published; listeners look again by themselves");
    });
  }

  async #connect(): Promise<void> {
    for (const client of [this.publisher, this.subscriber]) {
      client.on("error", (error) => this.logger.warn({ err: error }, "Redis does not answer the bus"));
    }
    this.subscriber.on("message", (_channel: string, message: string) => {
      const [sender, ...topics] = message.split("\n");
      if (sender !== this.#self && topics.length > 0) this.#listeners.wake(topics);
      this.#pulse.hear(sender ?? "");
    });
    this.subscriber.on("close", () => this.#pulse.lose());
    await Promise.all([this.publisher.connect(), this.subscriber.connect()]);
    await this.#listen();
    // Refused when the connection goes again or is closed: then there is nothing to hear.
    this.subscriber.on("ready", () => void this.#listen().catch(() => {}));
    this.publisher.on("ready", () => this.#send([]));
  }

  /** The subscription itself, and not the connection, says that nothing is missed from now on. */
  async #listen(): Promise<void> {
    await this.subscriber.subscribe(this.channel);
    this.#pulse.hear(this.#self);
  }
}
