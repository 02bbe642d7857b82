import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { SettingError } from "./errors.js";

const url = (protocols: string[], example: string) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL such as ${example}`,
  });
const integer = (min: number, max: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${min} to ${max}` })
    .int({ error: "must be a whole number" })
    .min(min, { error: `must be at least ${min}` })
    .max(max, { error: `must be at most ${max}` });
const list = z.string().transform((value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean),
);

/** Every setting there is. `.env.example` and docs/settings.md are printed from here; nothing else reads the environment. */
export const settings = z.object({
  NODE_ENV: z
    .enum(["development", "production", "test"], { error: "must be development, production or test" })
    .default("development")
    .describe("In production a missing ATRIUM_SECRET stops the start, and introspection and the explorer are closed."),
  PORT: integer(0, 65_535)
    .optional()
    .describe(
      "Port of the one HTTP and WebSocket server. Default 4000, or the next free one; when set, only this one.",
    ),
  HOST: z.string().min(1).optional().describe("Address to listen on. Default localhost, in production 0.0.0.0."),
  PUBLIC_URL: url(["http:", "https:"], "https://atrium.example.com")
    .optional()
    .describe("Address under which clients reach this server. Default http://HOST:PORT."),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], {
      error: "must be trace, debug, info, warn, error, fatal or silent",
    })
    .optional()
    .describe("Default info; on a terminal warn, so that the screen stays calm."),
  DATABASE_URL: url(["postgres:", "postgresql:"], "postgres://user:password@host:5432/atrium")
    .optional()
    .describe("Postgres 15 or newer. Without it an embedded Postgres runs in ATRIUM_DATA_DIR."),
  ATRIUM_DATABASE_POOL: integer(2, 500)
    .default(10)
    .describe("Most connections that one process opens for its queries."),
  REDIS_URL: url(["redis:", "rediss:"], "redis://localhost:6379")
    .optional()
    .describe(
      "Redis 6.2 or newer with appendonly yes. Without it jobs and the bus run on Postgres, and no cache is shared.",
    ),
  ATRIUM_REDIS_PREFIX: z
    .string()
    .regex(/^[\w:-]{1,64}$/, { error: "must be 1 to 64 letters, digits, _ : or -" })
    .default("atrium")
    .describe("Begins every Redis key; differs between installations that share one Redis."),
  ATRIUM_QUERY_CACHE_MB: integer(0, 65_536)
    .default(64)
    .describe("Memory of one process for answers of queries, kept for 5 minutes or until a write; 0 turns it off."),
  ATRIUM_QUERY_CACHE_WARM: integer(0, 1_000)
    .default(0)
    .describe("Most wanted answers that a process reads again by itself after a write has dropped them."),
  ATRIUM_DATA_DIR: z
    .string()
    .min(1)
    .default(".atrium")
    .describe("Folder of the embedded Postgres and generated secrets."),
  ATRIUM_SECRET: z
    .string()
    .min(32, { error: "must have at least 32 characters" })
    .optional()
    .describe("Root of all keys. In development generated into ATRIUM_DATA_DIR; losing it ends all sessions."),
  ATRIUM_ADMIN_EMAIL: z
    .email({ error: "must be an e-mail address" })
    .default("admin@atrium.localhost")
    .describe("First login."),
  ATRIUM_ADMIN_PASSWORD: z
    .string()
    .min(8, { error: "must have at least 8 characters" })
    .optional()
    .describe("Password of the first login. Default: generated once into ATRIUM_DATA_DIR."),
  ATRIUM_CONCURRENCY: integer(1, 1_000)
    .default(20)
    .describe("Jobs that one worker process runs at a time in each lane."),
  ATRIUM_SHUTDOWN_SECONDS: integer(0, 600)
    .default(10)
    .describe("How long running jobs may finish at shutdown before they go back to the queue."),
  ATRIUM_AI_PROVIDER: z
    .enum(["openai", "azure", "anthropic", "compatible", "offline"], {
      error: "must be openai, azure, anthropic, compatible or offline",
    })
    .optional()
    .describe("Provider when a request names none. Default: the first configured one, offline when there is none."),
  OPENAI_API_KEY: z.string().min(1).optional().describe("Turns on the provider openai."),
  OPENAI_BASE_URL: url(["http:", "https:"], "http://localhost:11434/v1")
    .optional()
    .describe(
      "Any OpenAI-compatible server (vLLM, Ollama, llama.cpp): turns on the provider compatible instead of openai.",
    ),
  OPENAI_MODELS: list
    .default(["gpt-4o-mini", "gpt-4o", "gpt-4.1-mini", "gpt-4.1"])
    .describe("Models of openai or compatible, the default first, separated by commas."),
  OPENAI_EMBEDDING_MODELS: list.default(["text-embedding-3-small"]).describe("Embedding models, the default first."),
  ANTHROPIC_API_KEY: z.string().min(1).optional().describe("Turns on the provider anthropic."),
  ANTHROPIC_BASE_URL: url(["http:", "https:"], "https://api.anthropic.com")
    .optional()
    .describe("Another address of its API."),
  ANTHROPIC_MODELS: list
    .default(["claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-1"])
    .describe("Models of anthropic, the default first."),
  AZURE_OPENAI_API_KEY: z.string().min(1).optional().describe("Turns on the provider azure."),
  AZURE_OPENAI_ENDPOINT: url(["http:", "https:"], "https://name.openai.azure.com")
    .optional()
    .describe("Needed by azure."),
  AZURE_OPENAI_API_VERSION: z.string().min(1).default("2024-10-21").describe("API version that azure is asked for."),
  AZURE_OPENAI_DEPLOYMENTS: list.optional().describe("Text deployments of azure, the default first. Needed by azure."),
  AZURE_OPENAI_EMBEDDING_DEPLOYMENTS: list.default([]).describe("Embedding deployments of azure."),
});

type Settings = z.infer<typeof settings>;
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

const shape = (s: Settings) => ({
  production: s.NODE_ENV === "production",
  dataDir: resolve(s.ATRIUM_DATA_DIR),
  secret: s.ATRIUM_SECRET,
  logLevel: s.LOG_LEVEL,
  http: {
    port: s.PORT,
    host: s.HOST ?? (s.NODE_ENV === "production" ? "0.0.0.0" : "localhost"),
    publicUrl: s.PUBLIC_URL?.replace(/\/$/, ""),
  },
  database: { url: s.DATABASE_URL, pool: s.ATRIUM_DATABASE_POOL },
  redis: s.REDIS_URL === undefined ? undefined : { url: s.REDIS_URL, prefix: s.ATRIUM_REDIS_PREFIX },
  queryCache: { maxBytes: s.ATRIUM_QUERY_CACHE_MB * 1024 * 1024, warm: s.ATRIUM_QUERY_CACHE_WARM },
  jobs: { concurrency: s.ATRIUM_CONCURRENCY, shutdownMs: s.ATRIUM_SHUTDOWN_SECONDS * 1000 },
  admin: { email: s.ATRIUM_ADMIN_EMAIL.toLowerCase(), password: s.ATRIUM_ADMIN_PASSWORD },
  ai: {
    default: s.ATRIUM_AI_PROVIDER,
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
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => {
      const setting = String(path[0]);
      return { setting, message: `${message}, and is ${describeValue(setting, given[setting])}.` };
    }),
    ...Object.keys(given)
      .filter((name) => name.startsWith("ATRIUM_") && !(name in settings.shape))
      .map((setting) => ({ setting, message: `is not a setting of Atrium. ${suggestion(setting)}` })),
    ...(parsed.success ? contradictions(parsed.data) : []),
  ];
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return shape(parsed.data);
};

/** The process's environment, with `.env` of the current folder under it. */
export const readEnvironment = (): Environment => {
  if (existsSync(".env")) process.loadEnvFile(".env");
  return process.env;
};

const contradictions = (s: Settings) => [
  ...(s.NODE_ENV === "production" && s.ATRIUM_SECRET === undefined
    ? [
        {
          setting: "ATRIUM_SECRET",
          message: "is missing, and production needs it: set it to the output of `openssl rand -base64 48`.",
        },
      ]
    : []),
  ...(s.AZURE_OPENAI_API_KEY !== undefined && s.AZURE_OPENAI_ENDPOINT === undefined
    ? [{ setting: "AZURE_OPENAI_ENDPOINT", message: "is missing, and AZURE_OPENAI_API_KEY needs it." }]
    : []),
  ...(s.AZURE_OPENAI_API_KEY !== undefined && !s.AZURE_OPENAI_DEPLOYMENTS?.length
    ? [{ setting: "AZURE_OPENAI_DEPLOYMENTS", message: "is missing, and AZURE_OPENAI_API_KEY needs it." }]
    : []),
];

/** Secrets are never repeated, not even wrong ones. */
const describeValue = (setting: string, value: string | undefined) => {
  if (value === undefined) return "not set";
  return /KEY|SECRET|PASSWORD|_URL$/.test(setting) ? `a text of ${value.length} characters` : JSON.stringify(value);
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
