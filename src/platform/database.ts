import type { EntityManager, MikroORM } from "@mikro-orm/postgresql";
import { CompiledQuery, type RawBuilder } from "kysely";
import type { ClientBase, Pool } from "pg";
import type { Actor } from "./actor.js";
import { beginTransaction } from "./begin-transaction.js";
import { Change } from "./change.js";
import type { Clock } from "./clock.js";
import { type Committed, nothing } from "./committed.js";
import { connectOrm, type OrmOptions } from "./connect-orm.js";
import { Connections, type RawRow } from "./connections.js";
import type { WritingStatement } from "./insert-sql.js";
import type { Statement } from "./lists/statement.js";
import { runTogether } from "./operation-transaction.js";
import { refusalOf } from "./refusal-of.js";
import { releaseBroken } from "./release-broken.js";
import { retrying } from "./retry-transaction.js";
import { type WalledTable, walledTables } from "./row-policies.js";
import { currentScope } from "./scope.js";
import { become, inspectWall, type Viewer } from "./tenant-wall.js";
import { writtenTables } from "./written-tables.js";

interface DatabaseOptions extends OrmOptions {
  /** Whether the wall in Postgres is to stand: `requireWall` then makes sure of it. */
  rowSecurity: boolean;
  /** Most connections of this process. */
  pool: number;
  /** Milliseconds that one statement may run. */
  statementTimeoutMs: number;
  clock: Clock;
  /** Makes the codes of audit entries; whoever changes what is audited needs it. */
  auditKey?: Buffer | undefined;
}

/** Connections that many statements share. */
interface SharedConnections {
  readonly reads: Connections;
  /** Single statements that write. Apart from reads: they may have to wait for a lock, and no read shall wait behind. */
  readonly inserts: Connections;
  /** For `Database.apart`; the one of these that is never under the tenant role. */
  readonly apart: Connections;
}

/**
 * The one way to rows: plain reads by SQL, writes as one transaction with its events and jobs.
 *
 * There are two kinds of statements. `read` and `write` are on behalf of an actor, and run under the tenant role, to which
 * Postgres shows the rows of that actor alone. `rows`, `row`, `upkeep` and `apart` are the system's own business, such as
 * authentication, sweeps and the heads of logs: they run as the owner of the tables, and each one says itself what it is
 * about. So is the `write` of an actor that `isSystem`.
 */
export class Database {
  #role: string | undefined;

  private constructor(
    private readonly orm: MikroORM,
    private readonly connections: SharedConnections,
    private readonly clock: Clock,
    readonly rowSecurity: boolean,
    private readonly auditKey: Buffer | undefined,
  ) {}

  /** Called after each commit with what it brought. Set once by the composition root. */
  onCommit: (committed: Committed) => void = () => {};

  /**
   * Called before each commit with the topics of the rows that it may change (`touched-rows.ts`). What comes of it is
   * called when the transaction has ended, well or not, and before anybody hears how. Set once by the composition root.
   */
  beforeCommit: (touched: readonly string[]) => Promise<() => void> = async () => () => {};

  static async connect(options: DatabaseOptions): Promise<Database> {
    const { url, pool, statementTimeoutMs, clock, rowSecurity } = options;
    // Statements that stand alone share some of the connections; each transaction has one of the others to itself.
    const third = Math.max(1, Math.floor(pool / 3));
    const shared = { reads: third, inserts: Math.max(1, third - 1), apart: 1 };
    const orm = await connectOrm(options, Math.max(1, pool - shared.reads - shared.inserts - shared.apart));
    const reads = new Connections({ url, max: shared.reads, statementTimeoutMs });
    const inserts = new Connections({ url, max: shared.inserts, statementTimeoutMs });
    const apart = new Connections({ url, max: shared.apart, statementTimeoutMs });
    const connections = { reads, inserts, apart };
    const database = new Database(orm, connections, clock, rowSecurity, options.auditKey);
    releaseBroken(await database.pool());
    return database;
  }

  get migrator() {
    return this.orm.migrator;
  }

  get metadata() {
    return this.orm.getMetadata();
  }

  /** The SQL that would bring the database to what the classes describe; empty when nothing is missing. */
  async missingSchema(): Promise<string> {
    return (await this.orm.schema.getUpdateSchemaSQL()).trim();
  }

  /** The tables that the tenant role may use, with the policies that bound it. */
  get walledTables(): WalledTable[] {
    return walledTables(this.metadata.getAll().values());
  }

  /**
   * From here on statements on behalf of an actor run under the tenant role. Called before the first of them; throws
   * SettingError when the wall does not stand as declared.
   */
  async requireWall(): Promise<void> {
    const client = await (await this.pool()).connect();
    try {
      this.#role = await inspectWall(client, this.walledTables);
    } finally {
      client.release();
    }
    this.connections.reads.role = this.#role;
    this.connections.inserts.role = this.#role;
  }

  /** Shows every connection, at the latest before its first statement. */
  async onConnection(see: (client: ClientBase) => void): Promise<void> {
    // At every use and not when it is made: the first one is older than this line.
    (await this.pool()).on("acquire", see);
    for (const each of Object.values(this.connections)) each.onOpen = see;
  }

  pool(): Promise<Pool> {
    return (this.orm.em.getConnection() as unknown as { getNativeClient(): Promise<Pool> }).getNativeClient();
  }

  /**
   * Plain rows of one statement that reads, for the system's own business. What writes goes through `write`, so that caches
   * hear of it.
   */
  rows<T>(query: RawBuilder<T>): Promise<T[]> {
    const { transaction } = currentScope() ?? {};
    if (transaction !== undefined) return transaction.rows(query);
    return this.#send(query, (statement) => {
      const [table] = writtenTables(statement);
      if (table !== undefined) throw new Error(`A read must not write to ${table}.`);
    });
  }

  /** One statement that changes nothing that a query shows, such as signs of life: no cache hears of it. */
  upkeep<T>(query: RawBuilder<T>): Promise<T[]> {
    return this.#send(query, () => {});
  }

  /**
   * One statement of the system that is kept whatever becomes of the operation that sends it, such as the count of guesses.
   * It waits for no transaction's connection, so it may be sent from within one; it must touch no row that a transaction
   * may hold. A `repeatable` one, which only reads, is sent again when its connection broke.
   */
  apart(query: RawBuilder<unknown>, { repeatable } = { repeatable: false }): Promise<RawRow[]> {
    const { sql: text, parameters } = query.compile(this.#fork().getKysely());
    return this.connections.apart.run(text, parameters, { repeatable });
  }

  /** A transaction of its own: after a deadlock it is simply sent again. */
  #send<T>(query: RawBuilder<T>, check: (statement: string) => void): Promise<T[]> {
    return retrying(async () => {
      const kysely = this.#fork().getKysely();
      const compiled = query.compile(kysely);
      check(compiled.sql);
      return (await kysely.executeQuery(compiled)).rows;
    });
  }

  async row<T>(query: RawBuilder<T>): Promise<T | undefined> {
    return (await this.rows(query))[0];
  }

  /**
   * The rows of one reading statement on behalf of an actor, as Postgres writes them. Cancelled when the operation that asks
   * has ended.
   */
  async read(actor: Viewer, statement: Statement): Promise<RawRow[]> {
    const { transaction, signal } = currentScope() ?? {};
    if (transaction !== undefined) return transaction.read(actor, statement);
    return this.connections.reads.run(statement.text, statement.values, { actor, signal, repeatable: true });
  }

  /**
   * Runs `work` in one transaction: all of its rows, events and jobs, or none. A deadlock or serialization failure is
   * tried again, so `work` touches nothing but the database.
   */
  async write<T>(actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
    const { transaction } = currentScope() ?? {};
    if (transaction !== undefined) return transaction.write(actor, work);
    const { result, committed } = await retrying(() => this.#attempt(actor, work));
    this.onCommit(committed);
    return result;
  }

  async #attempt<T>(actor: Actor, work: (change: Change) => Promise<T>): Promise<{ result: T; committed: Committed }> {
    let em: EntityManager | undefined;
    const begin = async () => {
      const begun = this.#fork();
      await beginTransaction(begun);
      em = begun;
      if (!actor.isSystem) await this.#become(begun, actor);
      return begun;
    };
    const change = new Change(actor, {
      begin,
      metadata: this.metadata,
      clock: this.clock,
      auditKey: this.auditKey,
      become: actor.isSystem ? undefined : (em, viewer) => this.#become(em, viewer),
    });
    let ended = () => {};
    try {
      const result = await work(change);
      const { committed, statement } = await change.complete();
      ended = await this.beforeCommit(committed.touched);
      if (statement !== undefined) change.settle(await this.#sendOne(actor, statement));
      if (change.isVoid) {
        await em?.rollback();
        return { result, committed: nothing };
      }
      await em?.commit();
      return { result, committed };
    } catch (error) {
      await em?.rollback().catch(() => {});
      throw refusalOf(error) ?? error;
    } finally {
      ended();
    }
  }

  async #become(em: EntityManager, viewer: Viewer | undefined): Promise<void> {
    if (this.#role !== undefined) await become(this.#role, viewer).execute(em.getKysely());
  }

  /** Sends a change that is one statement. Gives the row that it has hold of, as JSON. */
  async #sendOne(actor: Actor, { text, values }: WritingStatement): Promise<string | null | undefined> {
    if (!actor.isSystem)
      return (await this.connections.inserts.run(text, values, { actor, repeatable: false }))[0]?.[0];
    const query = CompiledQuery.raw(text, values);
    const { rows } = await this.#fork().getKysely().executeQuery<{ held?: string }>(query);
    return rows[0]?.held;
  }

  /**
   * Runs `work` with everything that its operation reads and writes in one transaction, which is committed when `keep`
   * says so of the result and taken back otherwise. A deadlock or serialization failure anywhere in it is tried again from
   * the beginning. What it asks to dispatch and to wake is done after the commit, or never.
   */
  async together<T>(work: () => Promise<T>, keep: (result: T) => boolean): Promise<T> {
    const { result, committed } = await runTogether({ ...this.#together, work, keep });
    if (committed !== undefined) this.onCommit(committed);
    return result;
  }

  /** Runs `work` like `together`, and takes everything back: its result is what it would have been. */
  async rehearse<T>(work: () => Promise<T>): Promise<T> {
    return (await runTogether({ ...this.#together, work })).result;
  }

  /** True in work that will be taken back. What it hands out must open nothing. */
  get isRehearsing(): boolean {
    return currentScope()?.transaction?.isRehearsal ?? false;
  }

  get #together() {
    return {
      begin: () => this.#fork(),
      role: this.#role,
      clock: this.clock,
      auditKey: this.auditKey,
      beforeCommit: (touched: readonly string[]) => this.beforeCommit(touched),
    };
  }

  #fork(): EntityManager {
    return this.orm.em.fork() as EntityManager;
  }

  async close(): Promise<void> {
    for (const each of Object.values(this.connections)) await each.close();
    await this.orm.close();
  }
}

/** True when a write failed because a row with this unique value exists already. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean => {
  const { code, constraint: violated } = error as { code?: string; constraint?: string };
  return code === "23505" && (constraint === undefined || violated === constraint);
};
