import { Migrator } from "@mikro-orm/migrations";
import { type EntityManager, MikroORM, type Options, PostgreSqlDriver } from "@mikro-orm/postgresql";
import type { RawBuilder } from "kysely";
import type { Pool } from "pg";
import type { Actor } from "./actor.js";
import { Change, type Committed } from "./change.js";
import type { Clock } from "./clock.js";
import { SettingError } from "./errors.js";
import { writtenTables } from "./written-tables.js";

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

/** Serialization failure and deadlock: Postgres undid everything, and asks to try again. */
const retryable = new Set(["40001", "40P01"]);
const maxTries = 5;

/** The one way to rows: plain reads by SQL, writes as one transaction with its events and jobs. */
export class Database {
  private constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
  ) {}

  /** Called after each commit with what it brought. Set once by the composition root. */
  onCommit: (committed: Committed) => void = () => {};

  /**
   * Called before each commit with the topics of the rows that it may change (`touched-rows.ts`). What comes of it is
   * called when the transaction has ended, well or not, and before anybody hears how. Set once by the composition root.
   */
  beforeCommit: (touched: readonly string[]) => Promise<() => void> = async () => () => {};

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
    return new Database(orm, clock);
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

  /** Plain rows of one statement that reads. What writes goes through `write`, so that caches hear of it. */
  rows<T>(query: RawBuilder<T>): Promise<T[]> {
    return this.#send(query, (statement) => {
      const [table] = writtenTables(statement);
      if (table !== undefined) throw new Error(`A read must not write to ${table}.`);
    });
  }

  /** One statement that changes nothing that a query shows, such as signs of life: no cache hears of it. */
  upkeep<T>(query: RawBuilder<T>): Promise<T[]> {
    return this.#send(query, () => {});
  }

  /** A transaction of its own: after a deadlock it is simply sent again. */
  #send<T>(query: RawBuilder<T>, check: (statement: string) => void): Promise<T[]> {
    return retrying(async () => {
      const kysely = (this.orm.em.fork() as EntityManager).getKysely();
      const compiled = query.compile(kysely);
      check(compiled.sql);
      return (await kysely.executeQuery(compiled)).rows;
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
    const { result, committed } = await retrying(async () => {
      let ending: Promise<() => void> | undefined;
      try {
        return await this.orm.em.fork().transactional(async (em) => {
          const change = new Change(em as EntityManager, actor, this.clock);
          const result = await work(change);
          ending = this.beforeCommit(change.touched);
          const committed = await change.complete();
          await ending;
          return { result, committed };
        });
      } finally {
        (await ending)?.();
      }
    });
    this.onCommit(committed);
    return result;
  }

  close(): Promise<void> {
    return this.orm.close();
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
