import type { Clock } from "./clock.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";
import type { Run } from "./run.js";
import { newScope, runInScope } from "./scope.js";
import { inSpan } from "./span.js";
import { parseTraceparent } from "./trace-context.js";
import type { Tracing } from "./tracing.js";

interface Dependencies {
  metrics: Metrics;
  tracing: Tracing;
  logger: Logger;
  clock: Clock;
}

/** Runs one attempt at a job under the request and in the trace that asked for it, counts it and logs its end. */
export const observeRun = <T>(run: Run, deps: Dependencies, work: () => Promise<T>): Promise<T> => {
  const { metrics, tracing, logger, clock } = deps;
  const { id, kind, lane, attempts, requestId, traceparent, runAt, workspaceId, createdById } = run.job;
  const parent = parseTraceparent(traceparent);
  const span = tracing.start(`job ${kind}`, parent, {
    kind: "consumer",
    attributes: { "atrium.job.id": id, "atrium.job.kind": kind, "atrium.job.attempt": attempts },
  });
  const scope = newScope(requestId, undefined, span?.context ?? parent);
  metrics.jobWait.observe({ lane }, Math.max(0, clock.now().getTime() - new Date(runAt).getTime()) / 1000);
  const startedAt = performance.now();
  const attempt = async () => {
    try {
      return await work();
    } finally {
      const ms = performance.now() - startedAt;
      const { outcome } = run;
      const { statements, sqlMs } = scope;
      metrics.jobAttempts.inc({ kind, outcome });
      metrics.jobDuration.observe({ kind }, ms / 1000);
      span?.set({ "atrium.job.outcome": outcome });
      const owner = { workspaceId, userId: createdById };
      const figures = { ms: Math.round(ms), statements, sqlMs: Math.round(sqlMs) };
      logger.info({ jobId: id, kind, attempt: attempts, outcome, ...figures, ...owner }, "job attempt ended");
    }
  };
  return runInScope(scope, () => inSpan(span, attempt));
};
