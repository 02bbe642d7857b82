import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Actor } from "./actor.js";
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
  /** Postgres is being told to end it. */
  ending: boolean;
}

type Viewer = Pick<Actor, "workspaceId" | "userId">;

/** On whose behalf the statements of a connection run from here on, as Postgres was told. */
interface Identity {
  readonly key: string;
  /** Why Postgres did not take it in: what was sent behind it ran on behalf of somebody else. */
  failure?: unknown;
}

interface Connection {
  readonly client: pg.Client & { processID?: number; connection: { stream: Writable } };
  /** Sends what is no statement of any operation. */
  readonly tell: (query: pg.QueryConfig) => Promise<unknown>;
  readonly ready: Promise<void>;
  readonly sent: Set<Sent>;
  /** Statements are being gathered for its next packet. */
  gathers: boolean;
  identity?: Identity | undefined;
}

interface RunOptions {
  /** On whose behalf; under the tenant role Postgres shows no rows but theirs. Needed where there is a role. */
  actor?: Viewer;
  signal?: AbortSignal | undefined;
  /** A statement that may be sent again after its connection broke, because it changes nothing. */
  repeatable: boolean;
}

/** `query_canceled`: by its time limit, or by a cancel request that was meant for its neighbour. */
const cancelled = "57014";
const maxTries = 3;
/** Pause before a statement that still runs is cancelled again, in milliseconds. */
const cancelAgainMs = 250;
/** Statements beyond so many are sent without a name: clients decide on their shape, and a name stays until the end. */
const maxNames = 500;
/** Told to a connection only when somebody else asks than before, in the same packet as the statement. */
const identify = {
  name: "identify",
  text: "select set_config('app.workspace', $1, false), set_config('app.user', $2, false)",
};
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
  /** The role whose rights statements have; the user's own without one. Set before the first statement. */
  role: string | undefined;

  constructor(private readonly options: Options) {}

  async run(text: string, values: readonly unknown[], options: RunOptions): Promise<RawRow[]> {
    const { signal, repeatable } = options;
    for (let tries = 1; ; tries += 1) {
      signal?.throwIfAborted();
      try {
        return await this.#send(text, values, options);
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

  async #send(text: string, values: readonly unknown[], { actor, signal, repeatable }: RunOptions): Promise<RawRow[]> {
    const key = `${actor?.workspaceId} ${actor?.userId}`;
    const connection = this.#pick(key);
    const sent: Sent = { done: false, unwanted: false, ending: false };
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
      const identity = this.#identify(connection, key, actor);
      const { rows } = await connection.client.query(query as pg.QueryArrayConfig).catch((error: unknown) => {
        throw identity?.failure ?? error;
      });
      // An insert that went through was within the rights of both; what was read may be somebody else's.
      if (repeatable && identity?.failure !== undefined) throw identity.failure;
      return rows as RawRow[];
    } catch (error) {
      // Its end may be heard only after the next statement was given to it.
      if (isConnectionError(error)) this.#forget(connection);
      throw error;
    } finally {
      sent.done = true;
      connection.sent.delete(sent);
      signal?.removeEventListener("abort", cancel);
      this.#cancelUnwanted(connection);
    }
  }

  /** Tells a connection who asks. Its statements run in the order in which they were sent, so nobody waits for that. */
  #identify(connection: Connection, key: string, actor: Viewer | undefined): Identity | undefined {
    if (this.role === undefined || connection.identity?.key === key) return connection.identity;
    // Nobody's: without an actor Postgres shows no row.
    const { workspaceId, userId } = actor ?? { workspaceId: "", userId: "" };
    const identity: Identity = { key };
    connection.identity = identity;
    connection.tell({ ...identify, values: [workspaceId, userId] }).catch((error: unknown) => {
      identity.failure = error;
      if (connection.identity === identity) connection.identity = undefined;
    });
    return identity;
  }

  /**
   * The connection with the least to do, of those one that knows who asks; a new one while all are busy and there may be
   * more.
   */
  #pick(key: string): Connection {
    const rank = ({ sent, identity }: Connection) => 2 * sent.size + (identity?.key === key ? 0 : 1);
    let least = this.#connections[0];
    for (const each of this.#connections) if (least === undefined || rank(each) < rank(least)) least = each;
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
      options: `-c TimeZone=UTC${this.role === undefined ? "" : ` -c role=${this.role.replace(/[\\ ]/g, "\\$&")}`}`,
      pipeline: true,
    } as pg.ClientConfig);
    // As it is before anybody observes it.
    const tell = client.query.bind(client) as Connection["tell"];
    const ready = client.connect().then(() => {});
    const connection = { client, tell, ready, sent: new Set<Sent>(), gathers: false } as Connection;
    const forget = () => this.#forget(connection);
    connection.ready.catch(forget);
    client.on("error", forget);
    client.on("end", forget);
    this.onOpen(client);
    this.#connections.push(connection);
    return connection;
  }

  #forget(connection: Connection): void {
    const index = this.#connections.indexOf(connection);
    if (index !== -1) this.#connections.splice(index, 1);
  }

  /** Only what runs now can be cancelled: the oldest that the connection has not answered. */
  #cancelUnwanted({ sent, client: { processID } }: Connection): void {
    const { value: running } = sent.values().next();
    if (running?.unwanted && !running.ending && processID !== undefined) void this.#cancel(running, processID);
  }

  async #cancel(running: Sent, processID: number): Promise<void> {
    running.ending = true;
    const client = new pg.Client({ connectionString: this.options.url, connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      // Postgres drops a cancellation that arrives between two statements.
      while (!running.done) {
        await client.query("select pg_cancel_backend($1)", [processID]);
        await sleep(cancelAgainMs, undefined, { ref: false });
      }
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
