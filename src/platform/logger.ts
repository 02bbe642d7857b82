import { destination, type Logger, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";
import { redact } from "./redact.js";
import { currentScope } from "./scope.js";
import { serializeError } from "./serialize-error.js";

export type { Logger };

interface Options {
  level: string;
  /** Lines for a person instead of JSON. */
  pretty: boolean;
  /** Lines may wait for others, so that all are written together. */
  gathered?: boolean;
}

/**
 * Gathered lines are written at least every 100 ms and at the end of the process: one line an operation, each written by
 * itself, would cost more than some of the operations.
 */
const linesTo = (gathered: boolean) => {
  if (!gathered) return destination({ fd: 1, sync: true });
  const lines = destination({ fd: 1, sync: false, minLength: 16_000, periodicFlush: 100 });
  process.on("exit", () => {
    try {
      lines.flushSync();
    } catch {
      // Closed, or not open yet: then there is nothing to lose.
    }
  });
  return lines;
};

export const createLogger = ({ level, pretty: forPerson, gathered = false }: Options): Logger =>
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
      : linesTo(gathered),
  );
