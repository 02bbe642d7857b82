import { type Logger, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";

export type { Logger };

/** Names under which secrets and personal data travel; their values never reach a log line. */
const secretNames = [
  "password",
  "token",
  "accessToken",
  "refreshToken",
  "authorization",
  "cookie",
  "apiKey",
  "secret",
  "email",
  "prompt",
  "text",
  "variables",
];

interface Options {
  level: string;
  /** Lines for a person instead of JSON. */
  pretty: boolean;
}

export const createLogger = ({ level, pretty: forPerson }: Options): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
      serializers: { err: pino.stdSerializers.err },
    },
    forPerson
      ? pretty({ colorize: process.stdout.hasColors?.() ?? false, translateTime: "HH:MM:ss", sync: true })
      : undefined,
  );
