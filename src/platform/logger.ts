import { type Logger, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";
import { currentScope } from "./scope.js";
import { serializeError } from "./serialize-error.js";

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
      // Whatever is logged on behalf of an operation or a job says on whose.
      mixin: () => {
        const scope = currentScope();
        return scope === undefined ? {} : { requestId: scope.requestId, traceId: scope.trace.traceId };
      },
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
      serializers: { err: serializeError },
    },
    forPerson
      ? pretty({ colorize: process.stdout.hasColors?.() ?? false, translateTime: "HH:MM:ss", sync: true })
      : undefined,
  );
