import type { Run } from "#src/platform/run.js";
import type { GenerateRequest } from "./provider.js";

/** The attempt at a job in which a generation is written: a run, or what lets a run hear less of it. */
export interface Writing extends Pick<Run, "actor" | "job" | "signal" | "cancelled" | "text"> {
  /** Asked before each request that goes upstream. What it throws ends the generation. */
  readonly admit?: GenerateRequest["admit"];
}

/** The thread of the job tells how far it is, and not the words of several texts mixed up. */
export const silent = (run: Run, admit?: GenerateRequest["admit"]): Writing => ({
  actor: run.actor,
  job: run.job,
  signal: run.signal,
  get cancelled() {
    return run.cancelled;
  },
  text: () => {},
  ...(admit === undefined ? {} : { admit }),
});
