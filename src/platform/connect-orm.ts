import { Migrator } from "@mikro-orm/migrations";
import { MikroORM, type Options, PostgreSqlDriver } from "@mikro-orm/postgresql";
import { SettingError } from "./errors.js";

export interface OrmOptions {
  url: string;
  entities: NonNullable<Options["entities"]>;
  /** Where compiled migrations are, and where new ones are written as sources. */
  migrations: { path: string; pathTs: string };
}

/** Opens the pool of transactions, of at most `max` connections. Throws SettingError when the database does not answer. */
export const connectOrm = async ({ url, entities, migrations }: OrmOptions, max: number): Promise<MikroORM> => {
  const orm = await MikroORM.init({
    driver: PostgreSqlDriver,
    entities,
    clientUrl: url,
    pool: { min: 0, max },
    driverOptions: {
      connectionTimeoutMillis: 5_000,
      query_timeout: 60_000,
      // Before the driver gives up, so that Postgres does not go on with what nobody waits for, and keep its locks.
      statement_timeout: 55_000,
      options: "-c TimeZone=UTC",
      keepAlive: true,
      application_name: "atrium",
    },
    extensions: [Migrator],
    migrations: {
      ...migrations,
      tableName: "migration",
      snapshotName: ".snapshot",
      // It is what new migrations are made from, and belongs to the sources: a database that is brought up to them says nothing new.
      snapshotOnMigrate: false,
      transactional: true,
      allOrNothing: true,
    },
    // Made behind the migrations: policies of what the classes declare (tenant-wall.ts), triggers and functions of the audit
    // log (protect-audit.ts), and those that classes name themselves (declared-triggers.ts).
    schemaGenerator: {
      ignoreSchema: ["bullmq", "vectors", "telemetry", "analytics"],
      ignorePolicies: true,
      ignoreTriggers: true,
      ignoreRoutines: true,
    },
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
  return orm;
};

export const withoutPassword = (url: string) => {
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "***";
  return shown.toString();
};
