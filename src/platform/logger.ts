import { type Logger, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";
import { redact } from "./redact.js";
import { currentScope } from "./scope.js";
import { serializeError } from "./serialize-error.js";

export type { Logger };

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
      formatters: {
        level: (label) => ({ level: label }),
        bindings: (bindings) => redact(bindings),
        log: (line) => redact(line),
      },
      serializers: { err: serializeError },
    },
    forPerson
      ? pretty({ colorize: process.stdout.hasColors?.() ?? false, translateTime: "HH:MM:ss", sync: true })
      : undefined,
  );
