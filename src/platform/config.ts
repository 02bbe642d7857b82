import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type AiServer, readAiServers } from "./ai-server-settings.js";
import { SettingError } from "./errors.js";
import { type OAuthClient, readOAuthClients } from "./oauth-settings.js";
import { type Settings, settings } from "./settings.js";

export type Config = Readonly<ReturnType<typeof shape>>;

/** All that is wrong with the environment, one line a setting. */
export class ConfigError extends SettingError {
  constructor(readonly problems: readonly { setting: string; message: string }[]) {
    super(
      problems[0]?.setting ?? "environment",
      problems.map(({ setting, message }) => `${setting} ${message}`).join("\n"),
    );
    this.name = "ConfigError";
  }
}

const shape = (s: Settings, oauthClients: readonly OAuthClient[], aiServers: readonly AiServer[]) => ({
  production: s.NODE_ENV === "production",
  dataDir: resolve(s.ATRIUM_DATA_DIR),
  secret: s.ATRIUM_SECRET,
  previousSecret: s.ATRIUM_SECRET_PREVIOUS,
  logLevel: s.LOG_LEVEL,
  http: {
    port: s.PORT,
    host: s.HOST ?? (s.NODE_ENV === "production" ? "0.0.0.0" : "localhost"),
    publicUrl: s.PUBLIC_URL?.replace(/\/$/, ""),
    tls:
      s.ATRIUM_TLS_CERT_FILE === undefined || s.ATRIUM_TLS_KEY_FILE === undefined
        ? undefined
        : { certFile: s.ATRIUM_TLS_CERT_FILE, keyFile: s.ATRIUM_TLS_KEY_FILE },
    arrivalMs: s.ATRIUM_ARRIVAL_SECONDS * 1000,
    requestTimeoutMs: s.ATRIUM_REQUEST_TIMEOUT_MS,
    trustedProxies: s.ATRIUM_TRUST_PROXY,
    corsOrigins: s.ATRIUM_CORS_ORIGINS,
    adminAddresses: s.ATRIUM_ADMIN_IPS,
  },
  oauth: { clients: oauthClients, redirectUris: s.ATRIUM_OAUTH_REDIRECT_URIS },
  documents: {
    maxCost: s.ATRIUM_MAX_COST,
    trustedOnly: s.ATRIUM_TRUSTED_DOCUMENTS === "require",
    trustedFile: s.ATRIUM_TRUSTED_DOCUMENTS_FILE,
  },
  limits: {
    perUser: s.ATRIUM_RATE_LIMIT,
    perStranger: s.ATRIUM_RATE_LIMIT_ANONYMOUS,
    signIn: s.ATRIUM_SIGN_IN_LIMIT,
    signUp: s.ATRIUM_SIGN_UP_LIMIT,
    mail: s.ATRIUM_MAIL_LIMIT,
  },
  sessionMs: s.ATRIUM_SESSION_DAYS * 24 * 60 * 60_000,
  database: {
    url: s.DATABASE_URL,
    pool: s.ATRIUM_DATABASE_POOL,
    statementTimeoutMs: s.ATRIUM_STATEMENT_TIMEOUT_MS,
    rowSecurity: s.ATRIUM_ROW_SECURITY === "on",
  },
  redis: s.REDIS_URL === undefined ? undefined : { url: s.REDIS_URL, prefix: s.ATRIUM_REDIS_PREFIX },
  queryCache: { maxBytes: s.ATRIUM_QUERY_CACHE_MB * 1024 * 1024, warm: s.ATRIUM_QUERY_CACHE_WARM },
  mail: { smtpUrl: s.SMTP_URL, from: s.ATRIUM_MAIL_FROM },
  jobs: { concurrency: s.ATRIUM_CONCURRENCY, shutdownMs: s.ATRIUM_SHUTDOWN_SECONDS * 1000 },
  metrics: { token: s.ATRIUM_METRICS_TOKEN, port: s.ATRIUM_METRICS_PORT },
  slowQueryMs: s.ATRIUM_SLOW_QUERY_MS,
  tracing:
    s.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
      ? undefined
      : {
          endpoint: s.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, ""),
          headers: s.OTEL_EXPORTER_OTLP_HEADERS ?? {},
          serviceName: s.OTEL_SERVICE_NAME,
          sampleRatio: s.OTEL_TRACES_SAMPLER_ARG,
        },
  admin: { email: s.ATRIUM_ADMIN_EMAIL.toLowerCase(), password: s.ATRIUM_ADMIN_PASSWORD },
  files: {
    s3:
      s.S3_BUCKET === undefined
        ? undefined
        : {
            bucket: s.S3_BUCKET,
            endpoint: s.S3_ENDPOINT,
            region: s.AWS_REGION,
            accessKeyId: s.AWS_ACCESS_KEY_ID,
            secretAccessKey: s.AWS_SECRET_ACCESS_KEY,
          },
    maxBytes: s.ATRIUM_UPLOAD_MB * 1024 * 1024,
    unfinishedMs: s.ATRIUM_UPLOAD_HOURS * 60 * 60_000,
  },
  voice: {
    default: s.ATRIUM_TRANSCRIBER,
    openaiModels: s.OPENAI_TRANSCRIPTION_MODELS,
    azureDeployments: s.AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENTS,
    server:
      s.ATRIUM_TRANSCRIPTION_URL === undefined
        ? undefined
        : {
            baseUrl: s.ATRIUM_TRANSCRIPTION_URL,
            apiKey: s.ATRIUM_TRANSCRIPTION_KEY,
            models: s.ATRIUM_TRANSCRIPTION_MODELS,
          },
    command: s.ATRIUM_TRANSCRIBE_COMMAND,
    commandModels: s.ATRIUM_TRANSCRIPTION_MODELS,
    parallel: s.ATRIUM_TRANSCRIPTION_PARALLEL,
    maxMs: s.ATRIUM_RECORDING_MINUTES * 60_000,
    ffmpegPath: s.FFMPEG_PATH,
  },
  telemetry: {
    rawDays: s.ATRIUM_TELEMETRY_DAYS,
    minuteDays: s.ATRIUM_TELEMETRY_MINUTE_DAYS,
    platformMs: s.ATRIUM_PLATFORM_TELEMETRY_SECONDS * 1000,
  },
  vectors: { maxBytes: s.ATRIUM_VECTORS_MB * 1024 * 1024 },
  ai: {
    default: s.ATRIUM_AI_PROVIDER,
    embeddingModel: s.ATRIUM_EMBEDDING_MODEL,
    timeouts: { firstTokenMs: s.ATRIUM_AI_FIRST_TOKEN_MS, idleMs: s.ATRIUM_AI_IDLE_MS },
    servers: aiServers,
    openai: {
      apiKey: s.OPENAI_API_KEY,
      baseUrl: s.OPENAI_BASE_URL,
      models: s.OPENAI_MODELS,
      embeddingModels: s.OPENAI_EMBEDDING_MODELS,
    },
    anthropic: { apiKey: s.ANTHROPIC_API_KEY, baseUrl: s.ANTHROPIC_BASE_URL, models: s.ANTHROPIC_MODELS },
    azure: {
      apiKey: s.AZURE_OPENAI_API_KEY,
      endpoint: s.AZURE_OPENAI_ENDPOINT,
      apiVersion: s.AZURE_OPENAI_API_VERSION,
      deployments: s.AZURE_OPENAI_DEPLOYMENTS,
      embeddingDeployments: s.AZURE_OPENAI_EMBEDDING_DEPLOYMENTS,
    },
  },
});

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks all settings. Throws `ConfigError` with every problem at once. */
export const readConfig = (environment: Environment): Config => {
  // An empty variable is how Compose and .env files say "not set".
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = settings.safeParse(given);
  const { ATRIUM_OAUTH_PROVIDERS: names, ATRIUM_OAUTH_REDIRECT_URIS: redirectUris } = settings.shape;
  const oauth = readOAuthClients(
    names.safeParse(given.ATRIUM_OAUTH_PROVIDERS).data ?? [],
    redirectUris.safeParse(given.ATRIUM_OAUTH_REDIRECT_URIS).data ?? [],
    given,
  );
  const aiServers = readAiServers(
    settings.shape.ATRIUM_AI_SERVERS.safeParse(given.ATRIUM_AI_SERVERS).data ?? [],
    given,
  );
  const isKnown = (name: string) => name in settings.shape || oauth.knows(name) || aiServers.knows(name);
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => {
      const setting = String(path[0]);
      return { setting, message: `${message}, and is ${describeValue(setting, given[setting])}.` };
    }),
    ...Object.keys(given)
      .filter((name) => name.startsWith("ATRIUM_") && !isKnown(name))
      .map((setting) => ({ setting, message: `is not a setting of Atrium. ${suggestion(setting)}` })),
    ...(parsed.success ? [...contradictions(parsed.data), ...oauth.problems, ...aiServers.problems] : []),
  ];
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return shape(parsed.data, oauth.clients, aiServers.servers);
};

/** The process's environment, with `.env` of the current folder under it. */
export const readEnvironment = (): Environment => {
  if (existsSync(".env")) process.loadEnvFile(".env");
  return process.env;
};

/** What a program that Atrium starts sees of the environment: nothing of Atrium's own settings, of which some are secrets. */
export const programEnvironment = (): Environment =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("ATRIUM_") && !(name in settings.shape)),
  );

const contradictions = (s: Settings) => [
  ...(s.NODE_ENV === "production" && s.ATRIUM_SECRET === undefined
    ? [
        {
          setting: "ATRIUM_SECRET",
          message: "is missing, and production needs it: set it to the output of `openssl rand -base64 48`.",
        },
      ]
    : []),
  ...(s.SMTP_URL !== undefined && s.ATRIUM_MAIL_FROM === undefined
    ? [{ setting: "ATRIUM_MAIL_FROM", message: "is missing, and SMTP_URL needs it." }]
    : []),
  ...together(s, "ATRIUM_TLS_CERT_FILE", "ATRIUM_TLS_KEY_FILE"),
  ...together(s, "ATRIUM_TLS_KEY_FILE", "ATRIUM_TLS_CERT_FILE"),
  ...together(s, "S3_ENDPOINT", "S3_BUCKET"),
  ...together(s, "ATRIUM_TRANSCRIPTION_KEY", "ATRIUM_TRANSCRIPTION_URL"),
  ...together(s, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
  ...together(s, "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
  ...(s.AZURE_OPENAI_API_KEY !== undefined && s.AZURE_OPENAI_ENDPOINT === undefined
    ? [{ setting: "AZURE_OPENAI_ENDPOINT", message: "is missing, and AZURE_OPENAI_API_KEY needs it." }]
    : []),
  ...(s.AZURE_OPENAI_API_KEY !== undefined && !s.AZURE_OPENAI_DEPLOYMENTS?.length
    ? [{ setting: "AZURE_OPENAI_DEPLOYMENTS", message: "is missing, and AZURE_OPENAI_API_KEY needs it." }]
    : []),
  ...unknownDefault(s),
  ...unknownTranscriber(s),
];

/** A default provider that no other setting turns on. */
const unknownDefault = (s: Settings) => {
  const on: Readonly<Record<string, boolean>> = {
    openai: s.OPENAI_API_KEY !== undefined && s.OPENAI_BASE_URL === undefined,
    compatible: s.OPENAI_BASE_URL !== undefined,
    azure: s.AZURE_OPENAI_API_KEY !== undefined,
    anthropic: s.ANTHROPIC_API_KEY !== undefined,
    offline: true,
  };
  const names = [...Object.keys(on).filter((name) => on[name]), ...s.ATRIUM_AI_SERVERS];
  return s.ATRIUM_AI_PROVIDER === undefined || names.includes(s.ATRIUM_AI_PROVIDER)
    ? []
    : [
        {
          setting: "ATRIUM_AI_PROVIDER",
          message: `must be a provider that other settings turn on (now ${names.join(", ")}), and is ${JSON.stringify(s.ATRIUM_AI_PROVIDER)}.`,
        },
      ];
};

/** A default transcriber that no other setting turns on. */
const unknownTranscriber = (s: Settings) => {
  const on: Readonly<Record<string, boolean>> = {
    openai: s.OPENAI_API_KEY !== undefined && s.OPENAI_BASE_URL === undefined,
    azure: s.AZURE_OPENAI_API_KEY !== undefined && s.AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENTS.length > 0,
    server: s.ATRIUM_TRANSCRIPTION_URL !== undefined,
    command: s.ATRIUM_TRANSCRIBE_COMMAND !== undefined,
  };
  const names = Object.keys(on).filter((name) => on[name]);
  return s.ATRIUM_TRANSCRIBER === undefined || names.includes(s.ATRIUM_TRANSCRIBER)
    ? []
    : [
        {
          setting: "ATRIUM_TRANSCRIBER",
          message: `must be a transcriber that other settings turn on (now ${names.join(", ") || "none"}), and is ${JSON.stringify(s.ATRIUM_TRANSCRIBER)}.`,
        },
      ];
};

/** A setting that makes no sense without another one. */
const together = (s: Settings, given: keyof Settings, needed: keyof Settings) =>
  s[given] !== undefined && s[needed] === undefined
    ? [{ setting: needed, message: `is missing, and ${given} needs it.` }]
    : [];

/** Secrets are never repeated, not even wrong ones. */
const describeValue = (setting: string, value: string | undefined) => {
  if (value === undefined) return "not set";
  return /KEY|SECRET|PASSWORD|TOKEN|HEADERS|ENDPOINT|_URL$/.test(setting)
    ? `a text of ${value.length} characters`
    : JSON.stringify(value);
};

/** The setting that begins most like this one, underscores aside. */
const suggestion = (name: string) => {
  const letters = (text: string) => text.replaceAll("_", "");
  const shared = (other: string) => {
    const [a, b] = [letters(name), letters(other)];
    let length = 0;
    while (length < a.length && a[length] === b[length]) length += 1;
    return length;
  };
  const [nearest] = Object.keys(settings.shape).sort((a, b) => shared(b) - shared(a));
  return `Did you mean ${nearest}? docs/settings.md lists all.`;
};
