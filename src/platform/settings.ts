import { z } from "zod";
import { aiServerName } from "./ai-server-settings.js";
import { fileSettings } from "./file-settings.js";
import { addressRanges, originOf, proxyOf } from "./network-settings.js";
import { oauthName, redirectUri } from "./oauth-settings.js";
import { integer, list, listOf, pairs, url } from "./setting-kinds.js";
import { telemetrySettings } from "./telemetry-settings.js";
import { voiceSettings } from "./voice-settings.js";

/** Every setting there is. `.env.example` and docs/settings.md are printed from here; nothing else reads the environment. */
export const settings = z.object({
  NODE_ENV: z
    .enum(["development", "production", "test"], { error: "must be development, production or test" })
    .default("development")
    .describe(
      "In production a missing ATRIUM_SECRET stops the start, and the schema is shown to operators, owners and admins alone.",
    ),
  PORT: integer(0, 65_535)
    .optional()
    .describe(
      "Port of the one HTTP and WebSocket server. Default 4000, or the next free one; when set, only this one.",
    ),
  HOST: z.string().min(1).optional().describe("Address to listen on. Default localhost, in production 0.0.0.0."),
  PUBLIC_URL: url(["http:", "https:"], "https://atrium.example.com")
    .optional()
    .describe("Address under which clients reach this server. Default http://HOST:PORT."),
  ATRIUM_TLS_CERT_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Certificate with its chain, in PEM: the server then speaks HTTPS with TLS 1.3, and takes up renewed files.",
    ),
  ATRIUM_TLS_KEY_FILE: z.string().min(1).optional().describe("Private key of that certificate, in PEM."),
  ATRIUM_TRUST_PROXY: listOf(proxyOf, "addresses, ranges such as 10.0.0.0/8, loopback, linklocal or uniquelocal")
    .default([])
    .describe("Proxies whose X-Forwarded-For, -Host and -Proto are believed, separated by commas. Default: none."),
  ATRIUM_CORS_ORIGINS: listOf(originOf, "origins such as https://app.example.com")
    .default([])
    .describe("Origins whose pages may call the API beside its own, separated by commas."),
  ATRIUM_ADMIN_IPS: list
    .default([])
    .transform((items, context) => {
      const ranges = addressRanges(items);
      if (ranges === undefined)
        context.addIssue({ code: "custom", message: "must be a list of addresses or ranges such as 10.0.0.0/8" });
      return ranges ?? z.NEVER;
    })
    .describe("Addresses and ranges from which operators may act, separated by commas. Default: everywhere."),
  ATRIUM_OAUTH_PROVIDERS: listOf(oauthName, "names of lower-case letters and digits, such as google,acme")
    .refine((names) => new Set(names).size === names.length, { error: "must name each issuer once" })
    .default([])
    .describe(
      "Issuers whose users may sign in, separated by commas: google, github, microsoft, or any other OpenID Connect issuer under a name of your choice. docs/sign-in.md says more.",
    ),
  ATRIUM_OAUTH_REDIRECT_URIS: listOf(redirectUri, "addresses such as https://app.example.com/signed-in/{provider}")
    .default([])
    .describe(
      "Addresses to which issuers may send people back, separated by commas; `{provider}` stands for the issuer's name. Each is compared to the letter.",
    ),
  ATRIUM_MAX_COST: integer(100, 10_000_000)
    .default(20_000)
    .describe(
      "Most that one operation may cost, as `extensions.cost` shows it: docs/documents.md says how it is counted.",
    ),
  ATRIUM_RATE_LIMIT: integer(0, 1_000_000_000)
    .default(100_000)
    .describe("Root fields that one user or API key may ask for in an hour; 0 for no limit."),
  ATRIUM_RATE_LIMIT_ANONYMOUS: integer(0, 1_000_000_000)
    .default(20_000)
    .describe(
      "Root fields that one network (an IPv4 address, an IPv6 /64) may ask for in an hour without signing in; 0 for no limit.",
    ),
  ATRIUM_SIGN_IN_LIMIT: integer(1, 10_000_000)
    .default(100)
    .describe(
      "Attempts to sign in to one account from one network in an hour; docs/security.md says what follows for accounts and networks as a whole.",
    ),
  ATRIUM_SIGN_UP_LIMIT: integer(0, 10_000_000)
    .default(1_000)
    .describe("Accounts that one network may try to make in an hour; 0 for no limit."),
  ATRIUM_MAIL_LIMIT: integer(1, 10_000_000)
    .default(10)
    .describe(
      "Mails that may be sent to one address in an hour at strangers' requests; one network may ask for ten times as many.",
    ),
  ATRIUM_SESSION_DAYS: integer(1, 3_650)
    .default(30)
    .describe("Days after which a session ends, however busy it is: then its user signs in again."),
  ATRIUM_TRUSTED_DOCUMENTS: z
    .enum(["off", "require"], { error: "must be off or require" })
    .default("off")
    .describe("With require, only documents of ATRIUM_TRUSTED_DOCUMENTS_FILE are answered."),
  ATRIUM_TRUSTED_DOCUMENTS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe("Manifest that `atrium schema trust` wrote. Default: the one of the operations in schema/operations."),
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
  ATRIUM_ROW_SECURITY: z
    .enum(["on", "off"], { error: "must be on or off" })
    .default("on")
    .describe(
      "With off, Postgres itself holds workspaces apart no more: for a database whose user may not make roles. docs/access.md says how to do without it.",
    ),
  ATRIUM_STATEMENT_TIMEOUT_MS: integer(100, 600_000)
    .default(10_000)
    .describe("Milliseconds that one reading SQL statement may take before Postgres stops it."),
  ATRIUM_REQUEST_TIMEOUT_MS: integer(100, 600_000)
    .default(30_000)
    .describe("Milliseconds that one query or mutation may take; what it still reads then is cancelled in Postgres."),
  ATRIUM_ARRIVAL_SECONDS: integer(1, 3_600)
    .default(60)
    .describe("Seconds in which a request must have arrived; in an upload, the longest silence."),
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
    .describe("Folder of the embedded Postgres, files and generated secrets."),
  ATRIUM_SECRET: z
    .string()
    .min(32, { error: "must have at least 32 characters" })
    .optional()
    .describe(
      "Root of all keys. In development generated into ATRIUM_DATA_DIR; without it nothing that is sealed opens again.",
    ),
  ATRIUM_SECRET_PREVIOUS: z
    .string()
    .min(32, { error: "must have at least 32 characters" })
    .optional()
    .describe("ATRIUM_SECRET as it was before it was changed, until every process runs with the new one."),
  ATRIUM_ADMIN_EMAIL: z
    .email({ error: "must be an e-mail address" })
    .default("admin@atrium.localhost")
    .describe("First login."),
  ATRIUM_ADMIN_PASSWORD: z
    .string()
    .min(8, { error: "must have at least 8 characters" })
    .optional()
    .describe("Password of the first login. Default: generated once into ATRIUM_DATA_DIR."),
  SMTP_URL: url(["smtp:", "smtps:"], "smtps://user:password@mail.example.com")
    .optional()
    .describe("Mail server. Without it mails are kept for 7 days, and `atrium mail` prints them."),
  ATRIUM_MAIL_FROM: z
    .string()
    .regex(/^[^\r\n<>]{0,100}<[^\s<>@]+@[^\s<>@]+>$|^[^\s<>@]+@[^\s<>@]+$/, {
      error: "must be an address, or a name with one such as Atrium <atrium@example.com>",
    })
    .optional()
    .describe("Sender of all mails. Needed with SMTP_URL."),
  ATRIUM_CONCURRENCY: integer(1, 1_000)
    .default(20)
    .describe("Jobs that one worker process runs at a time in each lane."),
  ATRIUM_SHUTDOWN_SECONDS: integer(0, 600)
    .default(10)
    .describe("How long running jobs may finish at shutdown before they go back to the queue."),
  ATRIUM_METRICS_TOKEN: z
    .string()
    .min(16, { error: "must have at least 16 characters" })
    .optional()
    .describe(
      "Who reads /metrics sends it as `Authorization: Bearer …`. Without it only programs on the same machine may read.",
    ),
  ATRIUM_METRICS_PORT: integer(0, 65_535)
    .optional()
    .describe(
      "Port on which a process of the role worker answers /metrics, /live and /ready. Without it it opens none.",
    ),
  ATRIUM_SLOW_QUERY_MS: integer(0, 600_000)
    .default(500)
    .describe("SQL statements that take longer are logged, without their values. In milliseconds."),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(["http:", "https:"], "http://localhost:4318")
    .optional()
    .describe("Collector that gets traces by OTLP over HTTP, at /v1/traces under this address. Turns traces on."),
  OTEL_EXPORTER_OTLP_HEADERS: pairs
    .optional()
    .describe("Headers that the collector wants, as `name=value,name=value`."),
  OTEL_SERVICE_NAME: z.string().min(1).default("atrium").describe("Name of this installation in traces."),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number({ error: "must be a number from 0 to 1" })
    .min(0, { error: "must be at least 0" })
    .max(1, { error: "must be at most 1" })
    .default(1)
    .describe("Share of the traces that is recorded, 0 to 1. A caller's traceparent decides for its own."),
  ATRIUM_AI_PROVIDER: z
    .string()
    .min(1)
    .optional()
    .describe("Provider when a request names none. Default: the first configured one, offline when there is none."),
  ATRIUM_EMBEDDING_MODEL: z
    .string()
    .regex(/^[^/]+\/.+$/, { error: "must read `provider/model`" })
    .optional()
    .describe(
      "Model that compares texts in searches, as `provider/model`. Default: the offline one, which sends no text anywhere.",
    ),
  ATRIUM_VECTORS_MB: integer(16, 65_536)
    .default(256)
    .describe("Memory of one process for vectors in searches, in MiB, where the database has no pgvector."),
  ATRIUM_AI_SERVERS: listOf(
    aiServerName,
    "names of lower-case letters and digits, such as ollama,gpu, that no other provider has",
  )
    .refine((names) => new Set(names).size === names.length, { error: "must name each server once" })
    .default([])
    .describe(
      "OpenAI-compatible servers (vLLM, Ollama, llama.cpp) beside the other providers, under names of your choice, separated by commas. docs/providers.md says more.",
    ),
  ATRIUM_AI_FIRST_TOKEN_MS: integer(100, 300_000)
    .default(30_000)
    .describe(
      "Milliseconds that a provider may take to the first piece of an answer; a server may load its model first.",
    ),
  ATRIUM_AI_IDLE_MS: integer(100, 300_000)
    .default(30_000)
    .describe("Milliseconds that may pass between two pieces of an answer."),
  OPENAI_API_KEY: z.string().min(1).optional().describe("Turns on the provider openai."),
  OPENAI_BASE_URL: url(["http:", "https:"], "http://localhost:11434/v1")
    .optional()
    .describe(
      "An OpenAI-compatible server (vLLM, Ollama, llama.cpp): turns on the provider compatible instead of openai. ATRIUM_AI_SERVERS has room for several, and leaves openai on.",
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
  ...fileSettings,
  ...voiceSettings,
  ...telemetrySettings,
});

export type Settings = z.infer<typeof settings>;
