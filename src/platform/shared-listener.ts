import { EventEmitter } from "node:events";
import type { Pool, PoolClient } from "pg";

/**
 * A pool as BullMQ takes one, in which all who keep a connection to themselves have the same. They keep it to listen, and a
 * connection that listens to anything is woken by every notification in its database: one a process is enough.
 */
export class SharedListener {
  #shared: Shared | undefined;

  constructor(private readonly pool: Pool) {}

  get options() {
    return this.pool.options;
  }

  on(event: "error", listener: (error: Error) => void): void {
    this.pool.on(event, listener);
  }

  query(text: string, values?: unknown[]) {
    return this.pool.query(text, values);
  }

  async connect(): Promise<Share> {
    this.#shared ??= this.#open();
    return this.#shared.join();
  }

  end(): Promise<void> {
    return this.pool.end();
  }

  #open(): Shared {
    const shared: Shared = new Shared(this.pool.connect(), () => {
      if (this.#shared === shared) this.#shared = undefined;
    });
    return shared;
  }
}

/** One connection of the pool, until it breaks or the last one leaves it. */
class Shared {
  readonly #shares = new Set<Share>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: Promise<PoolClient>,
    private readonly onEnd: () => void,
  ) {
    const tell = (event: string, said: unknown) => {
      for (const share of this.#shares) share.emit(event, said);
    };
    client.then(
      (opened) => {
        opened.on("notification", (message) => tell("notification", message));
        opened.on("error", (error) => {
          onEnd();
          tell("error", error);
        });
      },
      () => onEnd(),
    );
  }

  async join(): Promise<Share> {
    const share = new Share(this);
    this.#shares.add(share);
    await this.client;
    return share;
  }

  async leave(share: Share): Promise<void> {
    if (!this.#shares.delete(share) || this.#shares.size > 0) return;
    this.onEnd();
    // Not back to the pool: it listens.
    (await this.client).release(true);
  }

  /** One after another: a connection takes one statement at a time. */
  query(text: string, values?: unknown[]): Promise<unknown> {
    const answer = this.#last.then(async () => (await this.client).query(text, values));
    this.#last = answer.catch(() => {});
    return answer;
  }
}

/** What one of those who listen has of the connection: it looks like one of its own. */
class Share extends EventEmitter {
  constructor(private readonly shared: Shared) {
    super();
    // Without a listener an error would end the process; whoever does not listen hears of it with his next statement.
    this.on("error", () => {});
  }

  query(text: string, values?: unknown[]): Promise<unknown> {
    return this.shared.query(text, values);
  }

  release(): void {
    void this.shared.leave(this).catch(() => {});
  }
}
