import type { Provider } from "./ai/provider.js";
import { connectDatabase } from "./app/connect-database.js";
import { createDomains, type Domains } from "./app/create-domains.js";
import { countedEntities, entities, expiringTables, ownedEntities, tenantTables } from "./app/entities.js";
import { jobDefinitions } from "./app/job-definitions.js";
import { allPersonalData } from "./app/personal-data.js";
import { type Audit, createAudit } from "./audit/create-audit.js";
import { createFiles, type Files } from "./files/create-files.js";
import { createUploads, type Uploads } from "./files/create-uploads.js";
import { AccessWatch } from "./identity/access-watch.js";
import { ApiKeyCallers } from "./identity/api-key-callers.js";
import { ApiKeyService } from "./identity/api-key-service.js";
import { Authentication } from "./identity/authentication.js";
import { BelievedCallers } from "./identity/believed-callers.js";
import { ErasureService } from "./identity/erasure-service.js";
import { ExportService } from "./identity/export-service.js";
import { GrantService } from "./identity/grant-service.js";
import { InvitationService } from "./identity/invitation-service.js";
import { MailService } from "./identity/mail-service.js";
import { MemberService } from "./identity/member-service.js";
import { SessionService } from "./identity/session-service.js";
import { sessionSweep } from "./identity/session-sweep.js";
import { createSignInServices, type SignInServices } from "./identity/sign-in-services.js";
import { SigningKeys } from "./identity/signing-keys.js";
import { smtpTransport } from "./identity/smtp-transport.js";
import { accessTokenMs, Tokens } from "./identity/tokens.js";
import { WorkspaceRemoval } from "./identity/workspace-removal.js";
import { WorkspaceService } from "./identity/workspace-service.js";
import type { Bus } from "./platform/bus.js";
import { PostgresBus } from "./platform/bus-postgres.js";
import { RedisBus } from "./platform/bus-redis.js";
import { type Clock, systemClock } from "./platform/clock.js";
import type { Config } from "./platform/config.js";
import { connectLimits } from "./platform/connect-limits.js";
import type { Database } from "./platform/database.js";
import { collectDatabaseMetrics } from "./platform/database-metrics.js";
import { collectDiskMetrics } from "./platform/disk-metrics.js";
import { EventLog } from "./platform/event-log.js";
import { expirySweep } from "./platform/expiry-sweep.js";
import { IdempotencyService } from "./platform/idempotency-service.js";
import { JobDispatch } from "./platform/job-dispatch.js";
import type { JobHandler } from "./platform/job-handler.js";
import type { JobQueues } from "./platform/job-queues.js";
import { BullQueues } from "./platform/job-queues-bullmq.js";
import { JobRunner } from "./platform/job-runner.js";
import { JobService } from "./platform/job-service.js";
import { KeyRing } from "./platform/key-ring.js";
import { KeyRotationService } from "./platform/key-rotation-service.js";
import { keysFrom, loadSecret } from "./platform/keys.js";
import { type LimitPolicies, limitPolicies } from "./platform/limit-policy.js";
import type { Limits } from "./platform/limits.js";
import { Lists } from "./platform/lists/lists.js";
import { Live } from "./platform/live.js";
import type { Logger } from "./platform/logger.js";
import { Metrics } from "./platform/metrics.js";
import { observeClient } from "./platform/observe-client.js";
import { PublicAddress } from "./platform/public-address.js";
import { QueryCache } from "./platform/query-cache.js";
import { RedisLevel } from "./platform/query-cache-redis.js";
import { requireRedis } from "./platform/redis.js";
import { ResourceWatch } from "./platform/resource-watch.js";
import { SealedColumns } from "./platform/sealed-columns.js";
import { detached } from "./platform/span.js";
import { statementLog } from "./platform/statement-log.js";
import type { Sweep } from "./platform/sweep.js";
import { SystemMetricsService } from "./platform/system-metrics-service.js";
import { Tracing } from "./platform/tracing.js";
import { Vault } from "./platform/vault.js";
import type { Transcriber } from "./voice/transcriber.js";

interface AppOptions {
  /** Where the database is: the configured one, or the embedded one that was started. */
  databaseUrl: string;
  logger: Logger;
  /** Makes the handlers of background work; left out in a process that only serves the API. */
  workers?: (app: App) => JobHandler[];
  clock?: Clock;
  providers?: readonly Provider[];
  transcribers?: readonly Transcriber[];
  /** Wraps the queues, for tests that lose messages. */
  wrapQueues?: (queues: JobQueues) => JobQueues;
}

export interface App extends SignInServices, Files, Uploads, Domains {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly systemMetrics: SystemMetricsService;
  readonly database: Database;
  readonly bus: Bus;
  readonly cache: QueryCache;
  readonly lists: Lists;
  readonly live: Live;
  readonly events: EventLog;
  readonly jobs: JobService;
  readonly vault: Vault;
  readonly keyRotation: KeyRotationService;
  readonly idempotency: IdempotencyService;
  readonly signingKeys: SigningKeys;
  readonly limits: Limits;
  readonly limitPolicies: LimitPolicies;
  readonly audit: Audit;
  readonly sessions: SessionService;
  readonly apiKeys: ApiKeyService;
  readonly authentication: Authentication;
  readonly access: AccessWatch;
  readonly resources: ResourceWatch;
  readonly grants: GrantService;
  readonly workspaces: WorkspaceService;
  readonly workspaceRemoval: WorkspaceRemoval;
  readonly members: MemberService;
  readonly invitations: InvitationService;
  readonly exports: ExportService;
  readonly erasure: ErasureService;
  readonly mails: MailService;
  /** Where links in mails lead; the server says so when it listens. */
  readonly address: PublicAddress;
  readonly expiry: Sweep;
  /** Stops work, lets what runs finish, and closes every connection. */
  close(): Promise<void>;
}

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
    const keys = keysFrom(await loadSecret(config), config.previousSecret);
    const metrics = new Metrics();
    metrics.observeProcess();
    const tracing = await Tracing.connect(config.tracing, logger);
    closers.push(() => tracing.close());
    const database = await connectDatabase(config, databaseUrl, clock, keys);
    closers.push(() => database.close());
    if (config.database.rowSecurity) await database.requireWall();
    else logger.warn("ATRIUM_ROW_SECURITY is off: Postgres itself does not hold workspaces apart");
    const pool = await database.pool();
    const observe = statementLog(metrics, logger, config.slowQueryMs);
    await database.onConnection((client) => observeClient(client, observe));
    collectDatabaseMetrics(metrics, database, pool, countedEntities);
    collectDiskMetrics(metrics, config.dataDir);
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
    const ring = new KeyRing(database, keys, bus);
    closers.push(async () => ring.close());
    const vault = new Vault(ring);
    const signingKeys = new SigningKeys({ database, vault, clock, bus, tokenMs: accessTokenMs });
    closers.push(async () => signingKeys.close());
    const keysAreOpen = ring.start().then(() => signingKeys.start());
    // Beside what else has to be connected; it is heard of below.
    keysAreOpen.catch(() => {});
    const bull =
      config.redis === undefined
        ? await BullQueues.onPostgres(databaseUrl, logger)
        : await BullQueues.onRedis(config.redis.url, config.redis.prefix, logger);
    closers.push(() => bull.close());
    await keysAreOpen;
    const queues = options.wrapQueues?.(bull) ?? bull;
    const dispatch = new JobDispatch(database, queues, logger);
    database.onCommit = ({ jobs, topics }) =>
      detached(() => {
        dispatch.dispatch(jobs);
        bus.publish(topics);
      });
    dispatch.start();
    closers.push(() => dispatch.stop());

    const limits = await connectLimits({ config, databaseUrl, clock, keys, logger, metrics });
    closers.push(() => limits.stop());
    const audit = createAudit(keys, { database, bus, clock, logger });
    audit.start();
    closers.push(() => audit.stop());

    const expiry = expirySweep(database, clock, logger, expiringTables(database));
    for (const sweep of [expiry, sessionSweep(database, clock, logger)]) {
      sweep.start();
      closers.push(() => sweep.stop());
    }
    const { smtpUrl, from = "" } = config.mail;
    const smtp = smtpUrl === undefined ? undefined : smtpTransport(smtpUrl, from);
    closers.push(async () => smtp?.close());
    const mails = new MailService(database, vault, smtp, logger);

    const address = new PublicAddress(config.http);
    const { files, stop: stopFiles } = await createFiles({ config, database, vault, keys, address, clock, logger });
    closers.push(stopFiles);
    const uploads = createUploads({ ...files, config, database, vault, keys, address, bus, clock });
    const lists = new Lists(database);
    const live = new Live(bus, logger);
    const issuer = config.http.publicUrl ?? "atrium";
    const tokens = new Tokens({ keys, signingKeys, clock, issuer });
    const sessions = new SessionService(database, tokens, clock, limits, logger, config.sessionMs);
    const signInDeps = { config, database, keys, clock, logger, vault, sessions, mails, address, limits };
    const signIn = await createSignInServices(signInDeps);
    const apiKeyCallers = new ApiKeyCallers(database, clock, logger);
    closers.push(() => apiKeyCallers.close());
    const authentication = new Authentication(tokens, sessions, apiKeyCallers, new BelievedCallers(bus, clock));
    const { providers, transcribers } = options;
    const domainDeps = { config, database, bus, live, lists, keys, clock, logger, metrics, providers, transcribers };
    const { domains, follow } = await createDomains({ ...domainDeps, ...files, ...uploads }, closers);
    const app: App = {
      ...signIn,
      ...files,
      ...uploads,
      ...domains,
      config,
      clock,
      logger,
      metrics,
      tracing,
      systemMetrics: new SystemMetricsService(metrics),
      database,
      bus,
      cache,
      lists,
      live,
      events: new EventLog(database, live),
      jobs: new JobService(database, lists, live),
      vault,
      keyRotation: new KeyRotationService({ database, ring, vault, columns: new SealedColumns(database, entities) }),
      idempotency: new IdempotencyService(database, keys),
      signingKeys,
      limits,
      limitPolicies: limitPolicies(config.limits),
      audit,
      sessions,
      apiKeys: new ApiKeyService(database),
      authentication,
      access: new AccessWatch(database, bus, clock, logger),
      resources: new ResourceWatch(database, bus, ownedEntities, logger),
      grants: new GrantService(database, ownedEntities),
      workspaces: new WorkspaceService(database),
      workspaceRemoval: new WorkspaceRemoval(database, tenantTables(database)),
      members: new MemberService(database),
      invitations: new InvitationService(database, mails, address),
      exports: new ExportService(database, vault, clock, allPersonalData),
      erasure: new ErasureService(database, signIn.users, mails, allPersonalData),
      address,
      mails,
      expiry,
      close,
    };
    if (options.workers !== undefined) {
      const { concurrency, shutdownMs } = config.jobs;
      const deps = { database, queues, bus, clock, logger, metrics, tracing, concurrency, shutdownMs };
      const runner = new JobRunner(options.workers(app), jobDefinitions as never, deps);
      await runner.start();
      follow();
      closers.push(() => runner.stop());
    }
    return app;
  } catch (error) {
    await close();
    throw error;
  }
};
