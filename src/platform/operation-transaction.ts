import { AsyncLocalStorage } from "node:async_hooks";
import type { EntityManager } from "@mikro-orm/postgresql";
import { CompiledQuery, type RawBuilder, sql } from "kysely";
import type { Actor } from "./actor.js";
import { beginTransaction } from "./begin-transaction.js";
import { Change } from "./change.js";
import type { Clock } from "./clock.js";
import type { Committed } from "./committed.js";
import type { RawRow } from "./connections.js";
import { DomainError } from "./errors.js";
import type { Statement } from "./lists/statement.js";
import { refusalOf } from "./refusal-of.js";
import { isRetryable, retrying } from "./retry-transaction.js";
import { currentScope } from "./scope.js";
import { become, type Viewer } from "./tenant-wall.js";

/** A process that vanishes without closing its connection holds its locks no longer than this. */
const idleLimit = "60s";

/** The transaction itself, or a savepoint in it. Its statements come one after another: they share a connection. */
class Level {
  /** Settles when everything that was asked for until now has ended. */
  last: Promise<unknown> = Promise.resolve();
  ended = false;
  /** True when nothing of it may stay, although it went well. */
  isVoid = false;
  readonly committed: Committed[] = [];
}

interface TransactionOptions {
  readonly clock: Clock;
  readonly auditKey: Buffer | undefined;
  /** Under which statements on behalf of an actor run; nothing while the wall in Postgres is off. */
  readonly role: string | undefined;
  /** True when it will be taken back, whatever comes of it. */
  readonly isRehearsal: boolean;
}

/**
 * Everything that one operation reads and writes, in one transaction. Each statement and each write stands in a savepoint
 * of its own, so one that fails takes back itself alone, as it would in a transaction of its own.
 */
export class OperationTransaction {
  readonly #outermost = new Level();
  readonly #levels = new AsyncLocalStorage<Level>();
  #savepoints = 0;
  /** On whose behalf statements run now; nobody's at first: the system's own. */
  #viewer: Viewer | undefined;
  /** Why this transaction can't be committed: it must be tried again, or it is lost. */
  #obstacle: unknown;

  constructor(
    private readonly em: EntityManager,
    private readonly options: TransactionOptions,
  ) {}

  get isRehearsal(): boolean {
    return this.options.isRehearsal;
  }

  rows<T>(query: RawBuilder<T>): Promise<T[]> {
    return this.#inTurn(undefined, async () => (await query.execute(this.em.getKysely())).rows);
  }

  /** The connection of a transaction gives objects: here each row comes as one list of texts. */
  read(actor: Viewer, { text, values, width }: Statement): Promise<RawRow[]> {
    const names = Array.from({ length: width }, (_, index) => `c${index}`);
    const texts = names.map((name) => `r.${name}::text`).join(", ");
    const listed = `select array[${texts}] as texts from (${text}) r (${names.join(", ")})`;
    return this.#inTurn(actor, async () => {
      const query = CompiledQuery.raw(listed, [...values]);
      const { rows } = await this.em.getKysely().executeQuery<{ texts: RawRow }>(query);
      return rows.map((row) => row.texts);
    });
  }

  write<T>(actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
    return this.#inTurn(actor.isSystem ? undefined : actor, async (level) => {
      const em = this.em.fork({ keepTransactionContext: true }) as EntityManager;
      const change = new Change(actor, {
        begin: async () => em,
        metadata: em.getMetadata(),
        clock: this.options.clock,
        auditKey: this.options.auditKey,
        become: actor.isSystem ? undefined : (_em, viewer) => this.#become(viewer),
      });
      const result = await work(change);
      const { committed, statement } = await change.complete();
      if (statement !== undefined) {
        const query = CompiledQuery.raw(statement.text, statement.values);
        const { rows } = await em.getKysely().executeQuery<{ held?: string }>(query);
        change.settle(rows[0]?.held);
      }
      level.isVoid = change.isVoid;
      level.committed.push(committed);
      return result;
    });
  }

  /** Waits for what was asked for and not awaited. Nothing can be asked for afterwards. */
  end(): Promise<void> {
    return this.#end(this.#outermost);
  }

  /** What its commit will bring. Throws when there can be none. */
  outcome(): Committed {
    if (this.#obstacle !== undefined) throw this.#obstacle;
    return {
      jobs: this.#outermost.committed.flatMap(({ jobs }) => jobs),
      topics: [...new Set(this.#outermost.committed.flatMap(({ topics }) => topics))],
      touched: [...new Set(this.#outermost.committed.flatMap(({ touched }) => touched))],
    };
  }

  async #inTurn<T>(viewer: Viewer | undefined, work: (level: Level) => Promise<T>): Promise<T> {
    // A write that reads is in its own turn, and waits for nobody outside it.
    const around = this.#levels.getStore() ?? this.#outermost;
    if (around.ended) throw new Error("A statement came after the end of what it belongs to.");
    const turn = around.last.then(() => this.#inSavepoint(around, viewer, work));
    around.last = turn.catch(() => {});
    return turn;
  }

  async #inSavepoint<T>(around: Level, viewer: Viewer | undefined, work: (level: Level) => Promise<T>): Promise<T> {
    const level = new Level();
    this.#savepoints += 1;
    const name = sql.ref(`s${this.#savepoints}`);
    const send = (statement: RawBuilder<unknown>) => statement.execute(this.em.getKysely());
    const before = this.#viewer;
    try {
      await send(sql`savepoint ${name}`);
      await this.#become(viewer);
      const result = await this.#levels.run(level, () => work(level));
      await this.#end(level);
      // What comes next at the outermost level says itself who it is. What is taken back takes that back, too.
      if (!level.isVoid && around !== this.#outermost) await this.#become(before);
      await send(level.isVoid ? sql`rollback to savepoint ${name}` : sql`release savepoint ${name}`);
      if (level.isVoid) this.#viewer = before;
      else around.committed.push(...level.committed);
      return result;
    } catch (error) {
      await this.#end(level);
      this.#viewer = before;
      await send(sql`rollback to savepoint ${name}`).catch(() => {
        this.#obstacle ??= error;
      });
      if (!isRetryable(error)) throw refusalOf(error) ?? error;
      // Locks from before the savepoint may be what others wait for: the whole is tried again, once it has come to its end.
      this.#obstacle ??= error;
      throw contended(error);
    }
  }

  async #become(viewer: Viewer | undefined): Promise<void> {
    const { role } = this.options;
    if (role === undefined || sameViewer(viewer, this.#viewer)) return;
    await become(role, viewer).execute(this.em.getKysely());
    this.#viewer = viewer;
  }

  async #end(level: Level): Promise<void> {
    let last: unknown;
    // What is waited for may ask for more.
    while (last !== level.last) {
      last = level.last;
      await level.last;
    }
    level.ended = true;
  }
}

const sameViewer = (one: Viewer | undefined, other: Viewer | undefined): boolean =>
  one?.workspaceId === other?.workspaceId && one?.userId === other?.userId;

interface Together<T> {
  begin: () => EntityManager;
  role: string | undefined;
  clock: Clock;
  auditKey: Buffer | undefined;
  /** Told of the rows that the commit may change; what it gives is called when the transaction has ended. */
  beforeCommit: (touched: readonly string[]) => Promise<() => void>;
  work: () => Promise<T>;
  /** Whether the result is committed; nothing here means that it never is. */
  keep?: (result: T) => boolean;
}

/** Runs `work` in one transaction, the whole of it again when Postgres asks for that. */
export const runTogether = async <T>(
  options: Together<T>,
): Promise<{ result: T; committed: Committed | undefined }> => {
  try {
    return await retrying(() => tryTogether(options));
  } catch (error) {
    throw isRetryable(error) ? contended(error) : error;
  }
};

const tryTogether = async <T>({ begin, role, clock, auditKey, beforeCommit, work, keep }: Together<T>) => {
  const scope = currentScope();
  if (scope === undefined) throw new Error("One transaction for an operation needs the operation's scope.");
  if (scope.transaction !== undefined) throw new Error("This operation has its one transaction already.");
  const em = begin();
  await beginTransaction(em);
  let ended = () => {};
  try {
    await sql`set local idle_in_transaction_session_timeout = ${sql.lit(idleLimit)}`.execute(em.getKysely());
    const transaction = new OperationTransaction(em, { clock, auditKey, role, isRehearsal: keep === undefined });
    scope.transaction = transaction;
    const [worked] = await Promise.allSettled([work()]);
    delete scope.transaction;
    await transaction.end();
    const committed = transaction.outcome();
    if (worked.status === "rejected") throw worked.reason;
    const result = worked.value;
    if (keep?.(result)) {
      ended = await beforeCommit(committed.touched);
      await em.commit();
      return { result, committed };
    }
    // A constraint that waits for the commit would have been heard there.
    if (keep === undefined) await sql`set constraints all immediate`.execute(em.getKysely());
    await em.rollback();
    return { result, committed: undefined };
  } catch (error) {
    // With its connection gone it is rolled back as well.
    await em.rollback().catch(() => {});
    throw error;
  } finally {
    ended();
  }
};

const contended = (cause: unknown) =>
  new DomainError(
    "CONFLICT",
    "Others change the same things at this moment: send the request again.",
    { retryAfter: 1 },
    { cause, transient: true },
  );
