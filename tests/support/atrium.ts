import { randomBytes } from "node:crypto";
import { type ApiError, type Connection, type ConnectOptions, connect } from "#schema/connect.js";
import type { Provider } from "#src/ai/provider.js";
import { type App, createApp } from "#src/app.js";
import type { Clock } from "#src/platform/clock.js";
import { readConfig } from "#src/platform/config.js";
import type { JobHandler } from "#src/platform/job-handler.js";
import type { JobQueues } from "#src/platform/job-queues.js";
import { createLogger } from "#src/platform/logger.js";
import { startServer } from "#src/server.js";
import type { Transcriber } from "#src/voice/transcriber.js";
import { workers } from "#workers/workers.js";
import { createTestDatabase, type TestDatabase } from "./test-database.js";

export type EngineName = "postgres" | "redis";

/** Both job engines; Redis only where one is at hand, else its tests are reported as skipped by name. */
export const engines: readonly EngineName[] = ["postgres", "redis"];
export const hasRedis = Boolean(process.env.TEST_REDIS_URL);
export const testOn = (engine: EngineName) => (engine === "redis" && !hasRedis ? test.skip : test);

interface Options {
  engine?: EngineName;
  /** Share the database, and with it everything, of another instance. */
  database?: TestDatabase;
  prefix?: string;
  env?: Readonly<Record<string, string>>;
  clock?: Clock;
  providers?: readonly Provider[];
  transcribers?: readonly Transcriber[];
  withWorkers?: boolean;
  /** Work that only the test knows, beside the real one. */
  handlers?: readonly JobHandler[];
  wrapQueues?: (queues: JobQueues) => JobQueues;
}

/** Somebody with an account, seen from outside. */
export interface Person extends Connection {
  readonly email: string;
  readonly password: string;
  readonly url: string;
  accessToken: string;
  refreshToken: string;
}

export interface TestAtrium {
  readonly url: string;
  readonly app: App;
  readonly database: TestDatabase;
  readonly env: Readonly<Record<string, string>>;
  /** A client that has not signed in. */
  readonly stranger: Connection;
  signUp(options?: ConnectOptions): Promise<Person>;
  /** Somebody who runs the installation. */
  signUpOperator(): Promise<Person>;
  close(): Promise<void>;
}

/** The settings of an instance on a test database: for one in this process, or one in its own. */
export const testEnv = (
  database: TestDatabase,
  engine: EngineName = "postgres",
  prefix = randomBytes(4).toString("hex"),
) => ({
  DATABASE_URL: database.url,
  ATRIUM_DATA_DIR: database.dataDir,
  ATRIUM_SECRET: "a secret of the tests that is long enough",
  ATRIUM_SHUTDOWN_SECONDS: "5",
  ATRIUM_DATABASE_POOL: "8",
  // High enough that no test meets them by accident.
  ATRIUM_RATE_LIMIT: "100000000",
  ATRIUM_RATE_LIMIT_ANONYMOUS: "100000000",
  ATRIUM_SIGN_IN_LIMIT: "1000000",
  ATRIUM_SIGN_UP_LIMIT: "1000000",
  ATRIUM_MAIL_LIMIT: "1000000",
  // What Atrium measures of itself would be among what a test has written.
  ATRIUM_PLATFORM_TELEMETRY_SECONDS: "0",
  PORT: "0",
  HOST: "127.0.0.1",
  LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "silent",
  ...(engine === "redis" ? { REDIS_URL: process.env.TEST_REDIS_URL ?? "", ATRIUM_REDIS_PREFIX: `test-${prefix}` } : {}),
});

export const startAtrium = async (options: Options = {}): Promise<TestAtrium> => {
  const database = options.database ?? (await createTestDatabase());
  const env = { ...testEnv(database, options.engine, options.prefix), ...options.env };
  const config = readConfig(env);
  const app = await createApp(config, {
    databaseUrl: database.url,
    logger: createLogger({ level: env.LOG_LEVEL, pretty: false }),
    ...(options.withWorkers === false ? {} : { workers: (app: App) => [...workers(app), ...(options.handlers ?? [])] }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.providers === undefined ? {} : { providers: options.providers }),
    ...(options.transcribers === undefined ? {} : { transcribers: options.transcribers }),
    ...(options.wrapQueues === undefined ? {} : { wrapQueues: options.wrapQueues }),
  });
  const server = await startServer(app);
  const people: Connection[] = [];
  const stranger = connect(server.url);
  people.push(stranger);
  const signUp = async (connectOptions?: ConnectOptions) => {
    const person = await signUpAt(server.url, connectOptions);
    people.push(person);
    return person;
  };
  return {
    url: server.url,
    app,
    database,
    env,
    stranger,
    signUp,
    signUpOperator: async () => {
      const person = await signUp();
      await database.query('update "user" set is_operator = true where email = $1', [person.email]);
      return person;
    },
    close: async () => {
      for (const person of people) await person.close();
      await server.close();
      await app.close();
      if (options.database === undefined) await database.drop();
    },
  };
};

export const signUpAt = async (url: string, options: ConnectOptions = {}): Promise<Person> => {
  const email = `${randomBytes(6).toString("hex")}@example.com`;
  const password = "correct horse battery";
  const { signUp } = await connect(url).sdk.SignUp({ input: { email, password } });
  return personAt(url, { email, password, ...signUp }, options);
};

interface Known {
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
}

/** The same person at this or another process. */
export const personAt = (
  url: string,
  { email, password, accessToken, refreshToken }: Known,
  options: ConnectOptions = {},
): Person => {
  const person: Person = Object.assign(connect(url, { accessToken: () => person.accessToken, ...options }), {
    email,
    password,
    url,
    accessToken,
    refreshToken,
  });
  return person;
};

/** The error that a call fails with; fails itself when the call succeeds. */
export const errorOf = async (call: Promise<unknown>): Promise<ApiError> => {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error as ApiError,
  );
  if (outcome === undefined) throw new Error("The call succeeded, and should have failed.");
  return outcome;
};

/** Asks again until the answer is as wanted. */
export const eventually = async <T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
  withinMs = 15_000,
): Promise<T> => {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Not as wanted within ${withinMs} ms: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
