import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import pg from "pg";
import { DomainError } from "./errors.js";

/** A row as Postgres writes it: one text a column. */
export type RawRow = readonly (string | null)[];

interface Options {
  url: string;
  max: number;
  /** Milliseconds that one statement may run. */
  statementTimeoutMs: number;
}

/** A statement on its way. Those of one connection run in the order in which they were sent. */
interface Sent {
  done: boolean;
  unwanted: boolean;
}

interface Connection {
  readonly client: pg.Client & { processID?: number; connection: { stream: Writable } };
  readonly ready: Promise<void>;
  readonly sent: Set<Sent>;
  /** Statements are being gathered for its next packet. */
  gathers: boolean;
}

interface RunOptions {
  signal?: AbortSignal | undefined;
  /** A statement that may be sent again after its connection broke, because it changes nothing. */
  repeatable: boolean;
}

/** `query_canceled`: by its time limit, or by a cancel request that was meant for its neighbour. */
const cancelled = "57014";
const maxTries = 3;
/** Statements beyond so many are sent without a name: clients decide on their shape, and a name stays until the end. */
const maxNames = 500;
/** Only values as Postgres writes them. */
const raw = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

/**
 * Connections that carry many statements at a time, each one a transaction of its own, in one packet where they come
 * together. Statements are prepared once under a name. A statement whose operation has ended is cancelled in Postgres.
 */
export class Connections {
  readonly #connections: Connection[] = [];
  readonly #names = new Map<string, string>();
  #closed = false;
  /** Sees each connection that is opened. */
  onOpen: (client: pg.Client) => void = () => {};

  constructor(private readonly options: Options) {}

  async run(text: string, values: readonly unknown[], { signal, repeatable }: RunOptions): Promise<RawRow[]> {
    for (let tries = 1; ; tries += 1) {
      signal?.throwIfAborted();
      try {
        return await this.#send(text, values, signal);
      } catch (error) {
        signal?.throwIfAborted();
        const { code } = error as { code?: string };
        const meantForAnother = code === cancelled && /user request/.test((error as Error).message);
        if (code === cancelled && !meantForAnother) throw this.#tooLong(error);
        const broken = repeatable && isConnectionError(error);
        if (tries === maxTries || this.#closed || !(meantForAnother || broken)) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#connections.map(({ client }) => client.end().catch(() => {})));
  }

  async #send(text: string, values: readonly unknown[], signal: AbortSignal | undefined): Promise<RawRow[]> {
    const connection = this.#pick();
    const sent: Sent = { done: false, unwanted: false };
    connection.sent.add(sent);
    const cancel = () => {
      sent.unwanted = true;
      this.#cancelUnwanted(connection);
    };
    try {
      await connection.ready;
      // Ended while the connection was opened: a listener would not hear of it any more.
      signal?.throwIfAborted();
      signal?.addEventListener("abort", cancel, { once: true });
      const query = {
        name: this.#nameOf(text),
        text,
        values: values as unknown[],
        rowMode: "array" as const,
        types: raw,
      };
      gather(connection);
      const { rows } = await connection.client.query(query as pg.QueryArrayConfig);
      return rows as RawRow[];
    } finally {
      sent.done = true;
      connection.sent.delete(sent);
      signal?.removeEventListener("abort", cancel);
      this.#cancelUnwanted(connection);
    }
  }

  /** The connection with the least to do; a new one while all are busy and there may be more. */
  #pick(): Connection {
    let least = this.#connections[0];
    for (const each of this.#connections) if (each.sent.size < (least?.sent.size ?? 0)) least = each;
    if (least !== undefined && (least.sent.size === 0 || this.#connections.length >= this.options.max)) return least;
    return this.#open();
  }

  #open(): Connection {
    const { url, statementTimeoutMs } = this.options;
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: "atrium",
      statement_timeout: statementTimeoutMs,
      // A server that answers nothing at all, not even that the time is up.
      query_timeout: statementTimeoutMs + 10_000,
      options: "-c TimeZone=UTC",
      pipeline: true,
    } as pg.ClientConfig);
    const ready = client.connect().then(() => {});
    const connection = { client, ready, sent: new Set<Sent>(), gathers: false } as Connection;
    const forget = () => {
      const index = this.#connections.indexOf(connection);
      if (index !== -1) this.#connections.splice(index, 1);
    };
    connection.ready.catch(forget);
    client.on("error", forget);
    client.on("end", forget);
    this.onOpen(client);
    this.#connections.push(connection);
    return connection;
  }

  /** Only what runs now can be cancelled: the oldest that the connection has not answered. */
  #cancelUnwanted({ sent, client: { processID } }: Connection): void {
    const { value: running } = sent.values().next();
    if (running?.unwanted && processID !== undefined) void this.#cancel(running, processID);
  }

  async #cancel(running: Sent, processID: number): Promise<void> {
    const client = new pg.Client({ connectionString: this.options.url, connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      if (!running.done) await client.query("select pg_cancel_backend($1)", [processID]);
    } catch {
      // The statement then ends by its time limit.
    } finally {
      await client.end().catch(() => {});
    }
  }

  #tooLong(cause: unknown): DomainError {
    const { statementTimeoutMs } = this.options;
    const message = `The database took longer than ${statementTimeoutMs} ms: ask for less, or filter by something more selective.`;
    return new DomainError("TIMEOUT", message, { limit: statementTimeoutMs }, { cause, transient: true });
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= maxNames) return known;
    const name = createHash("sha256").update(text).digest("base64url").slice(0, 32);
    this.#names.set(text, name);
    return name;
  }
}

/** One packet for all statements that the requests of this turn of the event loop send. */
const gather = (connection: Connection): void => {
  if (connection.gathers) return;
  connection.gathers = true;
  const { stream } = connection.client.connection;
  stream.cork();
  setImmediate(() => {
    connection.gathers = false;
    stream.uncork();
  });
};

const isConnectionError = (error: unknown): boolean => {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  return /^08|^57P0[123]|^ECONN|^EPIPE/.test(code) || /connection (?:terminated|ended)|not queryable/i.test(message);
};
