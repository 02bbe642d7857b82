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

export const listEngines = (config: Config, defaultProvider: string): Engine[] => {
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
      part: "mail",
      engine: config.mail.smtpUrl === undefined ? "kept for `atrium mail`" : "SMTP",
      setting: "SMTP_URL",
      configured: config.mail.smtpUrl !== undefined,
    },
    {
      part: "text",
      engine: defaultProvider === "offline" ? "offline grammar (no model)" : defaultProvider,
      setting: "OPENAI_API_KEY",
      configured: defaultProvider !== "offline",
    },
  ];
};
