import { workers } from "#workers/workers.js";
import { connectDatabase } from "../app/connect-database.js";
import { type App, createApp } from "../app.js";
import { type Config, readConfig, readEnvironment } from "../platform/config.js";
import { createLogger } from "../platform/logger.js";
import { migrateUp, requireMigrated } from "../platform/migrate.js";
import { type MetricsServer, startMetricsServer } from "../server/metrics-server.js";
import { type RunningServer, startServer } from "../server.js";
import { type Admin, ensureAdmin } from "./ensure-admin.js";
import { openDatabase } from "./open-database.js";
import { announce, type Progress, showProgress } from "./screen.js";

type RoleName = "start" | "api" | "worker";

interface Running {
  app: App;
  server: RunningServer | undefined;
  metrics: MetricsServer | undefined;
  admin: Admin | undefined;
  stop(): Promise<void>;
}

/** Runs a role until a signal ends it. A second signal ends it at once. */
export const serve = async (role: RoleName): Promise<void> => {
  const environment = readEnvironment();
  const config = readConfig(environment);
  const forPerson = process.stdout.isTTY === true && !environment.CI;
  const logger = createLogger({
    level: config.logLevel ?? (forPerson ? "warn" : "info"),
    pretty: forPerson,
    gathered: true,
  });
  const progress = showProgress(forPerson, logger);
  let stopping: Promise<void> | undefined;
  const starting = run(role, config, progress, logger);
  const end = (signal: string) => {
    if (stopping !== undefined) process.exit(130);
    progress.say(`Stopping (${signal}) …`);
    stopping = starting
      .then(({ stop }) => stop())
      .then(
        () => progress.say("Stopped. All data is kept."),
        () => {
          process.exitCode = 1;
        },
      )
      .finally(() => process.exit());
  };
  process.on("SIGINT", () => end("SIGINT"));
  process.on("SIGTERM", () => end("SIGTERM"));
  process.on("unhandledRejection", (error) =>
    logger.error({ err: error }, "a promise was rejected and nobody listened"),
  );
  const { app, server, metrics, admin } = await starting;
  if (stopping !== undefined) return;
  announce({ role, app, server, metrics, admin, readyMs: Math.round(process.uptime() * 1000), forPerson });
};

const run = async (
  role: RoleName,
  config: Config,
  progress: Progress,
  logger: ReturnType<typeof createLogger>,
): Promise<Running> => {
  const database = await openDatabase(config, progress.say);
  let app: App | undefined;
  let server: RunningServer | undefined;
  try {
    await migrateOrRefuse(role, config, database.url, progress);
    progress.say(role === "api" ? "connecting" : "starting workers");
    app = await createApp(config, { databaseUrl: database.url, logger, ...(role === "api" ? {} : { workers }) });
    server = role === "worker" ? undefined : await startServer(app);
    const { port } = config.metrics;
    const metrics = role === "worker" && port !== undefined ? await startMetricsServer(app, port) : undefined;
    const running = app;
    const serving = server;
    const admin = serving === undefined ? undefined : await ensureAdmin(app);
    app.platformTelemetry.start({ role, port: serving?.port ?? port ?? 0 });
    return {
      app,
      server: serving,
      metrics,
      admin,
      stop: async () => {
        await serving?.close();
        await running.close();
        await metrics?.close();
        await database.stop();
      },
    };
  } catch (error) {
    await server?.close();
    await app?.close();
    await database.stop();
    throw error;
  }
};

/** `start`, and every role on the embedded database, migrates by itself; elsewhere a deployment decides when. */
const migrateOrRefuse = async (role: RoleName, config: Config, url: string, progress: Progress) => {
  const database = await connectDatabase(config, url);
  try {
    if (role === "start" || config.database.url === undefined) {
      progress.say("bringing the database up to date");
      await migrateUp(database, url);
    } else {
      await requireMigrated(database);
    }
  } finally {
    await database.close();
  }
};
