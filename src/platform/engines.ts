import type { Config } from "./config.js";

/** A part of the platform, what does its work now, and how to put something else in its place. */
export interface Engine {
  readonly part: string;
  readonly engine: string;
  /** The setting that changes it. */
  readonly setting: string;
  /** False while an embedded default stands in. */
  readonly configured: boolean;
}

interface Chosen {
  readonly provider: string;
  /** Nothing while none is configured. */
  readonly transcriber: string | undefined;
  readonly vectorIndex: string;
}

export const listEngines = (config: Config, { provider, transcriber, vectorIndex }: Chosen): Engine[] => {
  const redis = config.redis !== undefined;
  const external = config.database.url !== undefined;
  return [
    {
      part: "database",
      engine: external ? "Postgres" : "embedded Postgres",
      setting: "DATABASE_URL",
      configured: external,
    },
    { part: "jobs", engine: redis ? "BullMQ on Redis" : "BullMQ on Postgres", setting: "REDIS_URL", configured: redis },
    { part: "bus", engine: redis ? "Redis" : "Postgres NOTIFY", setting: "REDIS_URL", configured: redis },
    {
      part: "files",
      engine: config.files.s3 === undefined ? "folder" : "S3",
      setting: "S3_BUCKET",
      configured: config.files.s3 !== undefined,
    },
    {
      part: "mail",
      engine: config.mail.smtpUrl === undefined ? "kept for `atrium mail`" : "SMTP",
      setting: "SMTP_URL",
      configured: config.mail.smtpUrl !== undefined,
    },
    {
      part: "text",
      engine: provider === "offline" ? "offline grammar (no model)" : provider,
      setting: "OPENAI_API_KEY",
      configured: provider !== "offline",
    },
    {
      part: "vectors",
      engine: vectorIndex === "pgvector" ? "pgvector" : "exact, in memory",
      setting: "DATABASE_URL",
      configured: vectorIndex === "pgvector",
    },
    {
      part: "speech",
      engine: transcriber ?? "none: recordings are not transcribed",
      setting: "OPENAI_API_KEY or ATRIUM_TRANSCRIBE_COMMAND",
      configured: transcriber !== undefined,
    },
  ];
};
