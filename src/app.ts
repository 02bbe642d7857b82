import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { configuredProviders } from "./ai/configured-providers.js";
import { Generation } from "./ai/generation.js";
import { GenerationService } from "./ai/generation-service.js";
import { observedProvider } from "./ai/observed-provider.js";
import type { Provider } from "./ai/provider.js";
import { AccessGrant } from "./identity/access-grant.js";
import { AccessWatch } from "./identity/access-watch.js";
import { AccountService } from "./identity/account-service.js";
import { GrantService } from "./identity/grant-service.js";
import { Membership } from "./identity/membership.js";
import { RefreshToken, Session } from "./identity/session.js";
import { SessionService } from "./identity/session-service.js";
import { Tokens } from "./identity/tokens.js";
import { User } from "./identity/user.js";
import { Workspace } from "./identity/workspace.js";
import type { Bus } from "./platform/bus.js";
import { PostgresBus } from "./platform/bus-postgres.js";
import { RedisBus } from "./platform/bus-redis.js";
import { type Clock, systemClock } from "./platform/clock.js";
import type { Config } from "./platform/config.js";
import { Database } from "./platform/database.js";
import { collectDatabaseMetrics } from "./platform/database-metrics.js";
import { type Engine, listEngines } from "./platform/engines.js";
import { Event } from "./platform/event.js";
import { EventLog } from "./platform/event-log.js";
import { IdempotencyKey } from "./platform/idempotency-key.js";
import { IdempotencyService } from "./platform/idempotency-service.js";
import { Job } from "./platform/job.js";
import { JobDispatch } from "./platform/job-dispatch.js";
import { JobEventRow } from "./platform/job-event.js";
import type { JobHandler } from "./platform/job-handler.js";
import type { JobQueues } from "./platform/job-queues.js";
import { BullQueues } from "./platform/job-queues-bullmq.js";
import { JobRunner } from "./platform/job-runner.js";
import { JobService } from "./platform/job-service.js";
import { keysFrom, loadSecret } from "./platform/keys.js";
import { Lists } from "./platform/lists/lists.js";
import { Live } from "./platform/live.js";
import type { Logger } from "./platform/logger.js";
import { Metrics } from "./platform/metrics.js";
import { observeClient } from "./platform/observe-client.js";
import { isOwned, type OwnedRow } from "./platform/owned-row.js";
import { QueryCache } from "./platform/query-cache.js";
import { RedisLevel } from "./platform/query-cache-redis.js";
import { requireRedis } from "./platform/redis.js";
import { ResourceWatch } from "./platform/resource-watch.js";
import { detached } from "./platform/span.js";
import { statementLog } from "./platform/statement-log.js";
import { SystemMetricsService } from "./platform/system-metrics-service.js";
import { Tracing } from "./platform/tracing.js";
import { Quote, QuoteFavourite } from "./quotes/quote.js";
import { GenerateQuote, QuoteService } from "./quotes/quote-service.js";

/** Every table. A class that is missing here does not exist for the database. */
export const entities = [
  User,
  Workspace,
  Membership,
  Session,
  RefreshToken,
  AccessGrant,
  Job,
  JobEventRow,
  Event,
  IdempotencyKey,
  Generation,
  Quote,
  QuoteFavourite,
];

/** Every class whose rows can be shared one by one. */
const ownedEntities = entities.filter(isOwned) as unknown as (new () => OwnedRow)[];

/** What the installation holds, as its metrics tell. */
const countedEntities = [User, Workspace, Quote, Generation];

/** Every kind of job that something in this process may ask for. */
const jobDefinitions = [GenerateQuote];

interface AppOptions {
  /** Where the database is: the configured one, or the embedded one that was started. */
  databaseUrl: string;
  logger: Logger;
  /** Makes the handlers of background work; left out in a process that only serves the API. */
  workers?: (app: App) => JobHandler[];
  clock?: Clock;
  providers?: readonly Provider[];
  /** Wraps the queues, for tests that lose messages. */
  wrapQueues?: (queues: JobQueues) => JobQueues;
}

export interface App {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly systemMetrics: SystemMetricsService;
  readonly database: Database;
  readonly bus: Bus;
  readonly cache: QueryCache;
  readonly engines: readonly Engine[];
  readonly lists: Lists;
  readonly live: Live;
  readonly events: EventLog;
  readonly jobs: JobService;
  readonly idempotency: IdempotencyService;
  readonly sessions: SessionService;
  readonly access: AccessWatch;
  readonly resources: ResourceWatch;
  readonly accounts: AccountService;
  readonly grants: GrantService;
  readonly generations: GenerationService;
  readonly quotes: QuoteService;
  /** Stops work, lets what runs finish, and closes every connection. */
  close(): Promise<void>;
}

const beside = dirname(fileURLToPath(import.meta.url));
/** `migrations` beside `src`; new ones are written to the sources, one level up from the build. */
const migrations = { path: join(beside, "..", "migrations"), pathTs: join(beside, "..", "..", "migrations") };

export const connectDatabase = (config: Config, url: string, clock: Clock = systemClock): Promise<Database> =>
  Database.connect({ ...config.database, url, entities, clock, migrations });

/** The composition root: the one place that makes services and ties them together. */
export const createApp = async (config: Config, options: AppOptions): Promise<App> => {
  const { logger, databaseUrl, clock = systemClock } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
    closers.length = 0;
  };
  try {
    if (config.redis !== undefined) await requireRedis(config.redis.url);
    const keys = keysFrom(await loadSecret(config));
    const metrics = new Metrics();
    metrics.observeProcess();
    const tracing = await Tracing.connect(config.tracing, logger);
    closers.push(() => tracing.close());
    const database = await connectDatabase(config, databaseUrl, clock);
    closers.push(() => database.close());
    if (config.database.rowSecurity) await database.requireWall();
    else logger.warn("ATRIUM_ROW_SECURITY is off: Postgres itself does not hold workspaces apart");
    const pool = await database.pool();
    const observe = statementLog(metrics, logger, config.slowQueryMs);
    await database.onConnection((client) => observeClient(client, observe));
    collectDatabaseMetrics(metrics, database, pool, countedEntities);
    const bus =
      config.redis === undefined
        ? await PostgresBus.connect(databaseUrl, pool, logger)
        : await RedisBus.connect(config.redis.url, config.redis.prefix, logger);
    closers.push(() => bus.close());
    const redisLevel =
      config.redis === undefined ? undefined : await RedisLevel.connect(config.redis.url, config.redis.prefix, logger);
    closers.push(async () => redisLevel?.close());
    const cache = new QueryCache({ ...config.queryCache, bus, clock, redis: redisLevel });
    closers.push(async () => cache.close());
    database.beforeCommit = (touched) => cache.announce(touched);
    const bull =
      config.redis === undefined
        ? await BullQueues.onPostgres(databaseUrl, logger)
        : await BullQueues.onRedis(config.redis.url, config.redis.prefix, logger);
    closers.push(() => bull.close());
    const queues = options.wrapQueues?.(bull) ?? bull;
    const dispatch = new JobDispatch(database, queues, logger);
    database.onCommit = ({ jobs, topics }) =>
      detached(() => {
        dispatch.dispatch(jobs);
        bus.publish(topics);
      });
    dispatch.start();
    closers.push(() => dispatch.stop());

    const idempotency = new IdempotencyService(database, keys, clock, logger);
    idempotency.start();
    closers.push(() => idempotency.stop());

    const lists = new Lists(database);
    const live = new Live(bus, logger);
    const sessions = new SessionService(database, new Tokens(keys, clock), clock, bus);
    const providers = options.providers ?? (await configuredProviders(config.ai));
    const generations = new GenerationService(
      providers.map((provider) => observedProvider(provider, metrics)),
      config.ai.default,
    );
    const app: App = {
      config,
      logger,
      metrics,
      tracing,
      systemMetrics: new SystemMetricsService(database, metrics),
      database,
      bus,
      cache,
      engines: listEngines(config, generations.defaultProvider.name),
      lists,
      live,
      events: new EventLog(database, live),
      jobs: new JobService(database, lists, live),
      idempotency,
      sessions,
      access: new AccessWatch(database, bus, clock, logger),
      resources: new ResourceWatch(database, bus, ownedEntities, logger),
      accounts: new AccountService(database, sessions),
      grants: new GrantService(database, ownedEntities),
      generations,
      quotes: new QuoteService(database, generations),
      close,
    };
    if (options.workers !== undefined) {
      const { concurrency, shutdownMs } = config.jobs;
      const deps = { database, queues, bus, clock, logger, metrics, tracing, concurrency, shutdownMs };
      const runner = new JobRunner(options.workers(app), jobDefinitions as never, deps);
      await runner.start();
      closers.push(() => runner.stop());
    }
    return app;
  } catch (error) {
    await close();
    throw error;
  }
};
