import { Migrator } from "@mikro-orm/migrations";
import { type EntityManager, MikroORM, type Options, PostgreSqlDriver } from "@mikro-orm/postgresql";
import type { RawBuilder } from "kysely";
import type { Pool } from "pg";
import type { Actor } from "./actor.js";
import { Change, type Committed } from "./change.js";
import type { Clock } from "./clock.js";
import { SettingError } from "./errors.js";
import { runTogether } from "./operation-transaction.js";
import { releaseBroken } from "./release-broken.js";
import { retrying } from "./retry-transaction.js";
import { currentScope } from "./scope.js";

type EntityClasses = NonNullable<Options["entities"]>;

interface DatabaseOptions {
  url: string;
  /** Most connections of this process. */
  pool: number;
  entities: EntityClasses;
  clock: Clock;
  /** Where compiled migrations are, and where new ones are written as sources. */
  migrations: { path: string; pathTs: string };
}

/** The one way to rows: plain reads by SQL, writes as one transaction with its events and jobs. */
export class Database {
  private constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
  ) {}

  /** Called after each commit with what it brought. Set once by the composition root. */
  onCommit: (committed: Committed) => void = () => {};

  static async connect({ url, pool, entities, clock, migrations }: DatabaseOptions): Promise<Database> {
    const orm = await MikroORM.init({
      driver: PostgreSqlDriver,
      entities,
      clientUrl: url,
      pool: { min: 0, max: pool },
      driverOptions: {
        connectionTimeoutMillis: 5_000,
        query_timeout: 60_000,
        keepAlive: true,
        application_name: "atrium",
      },
      extensions: [Migrator],
      migrations: {
        ...migrations,
        tableName: "migration",
        snapshotName: ".snapshot",
        transactional: true,
        allOrNothing: true,
      },
      schemaGenerator: { ignoreSchema: ["bullmq"] },
      discovery: { warnWhenNoEntities: false },
      allowGlobalContext: false,
      debug: false,
      logger: () => {},
    });
    try {
      await orm.connect();
      await orm.em.fork().execute("select 1");
    } catch (cause) {
      await orm.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SettingError("DATABASE_URL", `The database at ${withoutPassword(url)} does not answer: ${reason}`, {
        cause,
      });
    }
    const database = new Database(orm, clock);
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

  pool(): Promise<Pool> {
    return (this.orm.em.getConnection() as unknown as { getNativeClient(): Promise<Pool> }).getNativeClient();
  }

  /** Plain rows of one statement, a transaction of its own: after a deadlock it is simply sent again. */
  rows<T>(query: RawBuilder<T>): Promise<T[]> {
    const { transaction } = currentScope() ?? {};
    if (transaction !== undefined) return transaction.rows(query);
    return retrying(async () => {
      const { rows } = await query.execute(this.#fork().getKysely());
      return rows;
    });
  }

  async row<T>(query: RawBuilder<T>): Promise<T | undefined> {
    return (await this.rows(query))[0];
  }

  /**
   * Runs `work` in one transaction: all of its rows, events and jobs, or none. A deadlock or serialization failure is
   * tried again, so `work` touches nothing but the database.
   */
  async write<T>(actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
    const { transaction } = currentScope() ?? {};
    if (transaction !== undefined) return transaction.write(actor, work);
    const { result, committed } = await retrying(() =>
      this.orm.em.fork().transactional(async (em) => {
        const change = new Change(em as EntityManager, actor, this.clock);
        const result = await work(change);
        return { result, committed: await change.complete() };
      }),
    );
    this.onCommit(committed);
    return result;
  }

  /**
   * Runs `work` with everything that its operation reads and writes in one transaction, which is committed when `keep`
   * says so of the result and taken back otherwise. A deadlock or serialization failure anywhere in it is tried again from
   * the beginning. What it asks to dispatch and to wake is done after the commit, or never.
   */
  async together<T>(work: () => Promise<T>, keep: (result: T) => boolean): Promise<T> {
    const { result, committed } = await runTogether({ begin: () => this.#fork(), clock: this.clock, work, keep });
    if (committed !== undefined) this.onCommit(committed);
    return result;
  }

  /** Runs `work` like `together`, and takes everything back: its result is what it would have been. */
  async rehearse<T>(work: () => Promise<T>): Promise<T> {
    return (await runTogether({ begin: () => this.#fork(), clock: this.clock, work })).result;
  }

  /** True in work that will be taken back. What it hands out must open nothing. */
  get isRehearsing(): boolean {
    return currentScope()?.transaction?.isRehearsal ?? false;
  }

  #fork(): EntityManager {
    return this.orm.em.fork() as EntityManager;
  }

  close(): Promise<void> {
    return this.orm.close();
  }
}

export const withoutPassword = (url: string) => {
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "***";
  return shown.toString();
};

/** True when a write failed because a row with this unique value exists already. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean => {
  const { code, constraint: violated } = error as { code?: string; constraint?: string };
  return code === "23505" && (constraint === undefined || violated === constraint);
};
