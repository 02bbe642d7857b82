import type { JobDefinition } from "./define-job.js";
import type { Run } from "./run.js";

export interface JobHandler {
  readonly definition: JobDefinition<unknown>;
  readonly run: (payload: unknown, run: Run) => Promise<unknown>;
}

/**
 * Ties a kind of job to the service method that does it. The payload has been parsed before `work` sees it.
 * What `work` did not end itself through `run.finish` is ended, without a result, when it returns.
 */
export const handle = <Payload>(
  definition: JobDefinition<Payload>,
  work: (payload: Payload, run: Run) => Promise<unknown>,
): JobHandler => ({
  definition: definition as JobDefinition<unknown>,
  run: (payload, run) => work(payload as Payload, run),
});
