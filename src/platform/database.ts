import { Migrator } from "@mikro-orm/migrations";
import { type EntityManager, MikroORM, type Options, PostgreSqlDriver } from "@mikro-orm/postgresql";
import { CompiledQuery, type RawBuilder } from "kysely";
import type { Pool } from "pg";
import type { Actor } from "./actor.js";
import { Change, type Committed } from "./change.js";
import type { Clock } from "./clock.js";
import { Connections, type RawRow } from "./connections.js";
import { SettingError } from "./errors.js";
import type { Statement } from "./lists/statement.js";
import { currentScope } from "./scope.js";

type EntityClasses = NonNullable<Options["entities"]>;

interface DatabaseOptions {
  url: string;
  /** Most connections of this process. */
  pool: number;
  /** Milliseconds that one statement may run. */
  statementTimeoutMs: number;
  entities: EntityClasses;
  clock: Clock;
  /** Where compiled migrations are, and where new ones are written as sources. */
  migrations: { path: string; pathTs: string };
}

/** Serialization failure and deadlock: Postgres undid everything, and asks to try again. */
const retryable = new Set(["40001", "40P01"]);
const maxTries = 5;

/** The one way to rows: plain reads by SQL, writes as one transaction with its events and jobs. */
export class Database {
  private constructor(
    private readonly orm: MikroORM,
    private readonly connections: Connections,
    private readonly clock: Clock,
  ) {}

  /** Called after each commit with what it brought. Set once by the composition root. */
  onCommit: (committed: Committed) => void = () => {};

  static async connect(options: DatabaseOptions): Promise<Database> {
    const { url, pool, statementTimeoutMs, entities, clock, migrations } = options;
    // Statements that stand alone share a third of the connections; each transaction has one of the others to itself.
    const shared = Math.max(1, Math.floor(pool / 3));
    const orm = await MikroORM.init({
      driver: PostgreSqlDriver,
      entities,
      clientUrl: url,
      pool: { min: 0, max: pool - shared },
      driverOptions: {
        connectionTimeoutMillis: 5_000,
        query_timeout: 60_000,
        options: "-c TimeZone=UTC",
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
    return new Database(orm, new Connections({ url, max: shared, statementTimeoutMs }), clock);
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
    return retrying(async () => {
      const { rows } = await query.execute((this.orm.em.fork() as EntityManager).getKysely());
      return rows;
    });
  }

  async row<T>(query: RawBuilder<T>): Promise<T | undefined> {
    return (await this.rows(query))[0];
  }

  /** The rows of one reading statement, as Postgres writes them. Cancelled when the operation that asks has ended. */
  async read({ text, values, width }: Statement): Promise<RawRow[]> {
    const scope = currentScope();
    if (scope?.transaction === undefined)
      return this.connections.run(text, values, { signal: scope?.signal, repeatable: true });
    // The transaction's own connection knows nothing but objects: each row comes as one list of texts.
    const { rows } = await scope.transaction
      .getKysely()
      .executeQuery<{ texts: RawRow }>(CompiledQuery.raw(asTexts(text, width), [...values]));
    return rows.map(({ texts }) => texts);
  }

  /**
   * Runs `work` in one transaction: all of its rows, events and jobs, or none. A deadlock or serialization failure is
   * tried again, so `work` touches nothing but the database.
   */
  async write<T>(actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
    const { result, committed } = await retrying(() => this.#attempt(actor, work));
    this.onCommit(committed);
    return result;
  }

  async #attempt<T>(actor: Actor, work: (change: Change) => Promise<T>): Promise<{ result: T; committed: Committed }> {
    let em: EntityManager | undefined;
    const begin = async () => {
      const begun = this.orm.em.fork() as EntityManager;
      await begun.begin();
      em = begun;
      return begun;
    };
    const change = new Change(actor, { begin, metadata: this.metadata, clock: this.clock });
    try {
      const result = await work(change);
      const { committed, statement } = await change.complete();
      if (statement !== undefined) await this.connections.run(statement.text, statement.values, { repeatable: false });
      await em?.commit();
      return { result, committed };
    } catch (error) {
      await em?.rollback().catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.connections.close();
    await this.orm.close();
  }
}

const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === maxTries || !retryable.has((error as { code?: string }).code ?? "")) throw error;
    }
  }
};

/** The same rows, each as one list of texts. */
const asTexts = (text: string, width: number) => {
  const names = Array.from({ length: width }, (_, index) => `c${index}`);
  return `select array[${names.map((name) => `r.${name}::text`).join(", ")}] as texts from (${text}) r (${names.join(", ")})`;
};

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
