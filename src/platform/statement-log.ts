import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";
import type { Observe, Statement } from "./observe-client.js";
import { currentScope, runInScope } from "./scope.js";
import { currentSpan } from "./span.js";
import { withoutLiterals } from "./without-literals.js";

/** Characters of a statement that are logged or exported. */
const maxLength = 2_000;

/** Counts every statement, for its operation and for the process, tells of slow ones, and gives each a span. */
export const statementLog = (metrics: Metrics, logger: Logger, slowMs: number): Observe => {
  const counters = {
    ok: metrics.statements.labels({ outcome: "ok" }),
    error: metrics.statements.labels({ outcome: "error" }),
  };
  return () => {
    const scope = currentScope();
    const span = currentSpan()?.child("sql", { kind: "client", attributes: { "db.system.name": "postgresql" } });
    if (scope !== undefined) scope.statements += 1;
    return ({ text, ms, rows, error }: Statement) => {
      if (scope !== undefined) scope.sqlMs += ms;
      counters[error === undefined ? "ok" : "error"].inc();
      metrics.statementDuration.observe(ms / 1000);
      if (span !== undefined) {
        const statement = withoutLiterals(text, maxLength);
        const operation = /^\w+/.exec(statement)?.[0]?.toUpperCase() ?? "sql";
        span.rename(operation);
        span.set({ "db.operation.name": operation, "db.query.text": statement, "db.response.returned_rows": rows });
        span.end(error);
      }
      if (ms > slowMs) {
        metrics.slowStatements.inc();
        const line = { statement: withoutLiterals(text, maxLength), ms: Math.round(ms), rows };
        const warn = () => logger.warn(line, "a statement was slow");
        // An answer arrives in the context of the connection, not of whoever asked.
        if (scope === undefined) warn();
        else runInScope(scope, warn);
      }
    };
  };
};
