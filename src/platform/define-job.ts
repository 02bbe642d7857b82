import type { z } from "zod";
import type { Lane } from "./job.js";

export interface JobDefinition<Payload> {
  /** `<domain>.<verb>`, stable: it is stored in rows. */
  readonly kind: string;
  /** Parses the payload when the job is asked for, and again when a worker takes it up. */
  readonly payload: z.ZodType<Payload>;
  readonly lane: Lane;
  /** How many failing attempts end it. */
  readonly attempts: number;
  /** Pause before the second attempt in milliseconds; doubled for each further one, at most five minutes. */
  readonly backoffMs: number;
  /** An attempt that takes longer is aborted and counts as failed, in milliseconds. */
  readonly timeoutMs: number;
  /** Work of the installation itself, such as posting a mail: no workspace sees, cancels or repeats it. */
  readonly isInternal: boolean;
}

type Options = { lane: Lane } & Partial<
  Pick<JobDefinition<unknown>, "attempts" | "backoffMs" | "timeoutMs" | "isInternal">
>;

/** The contract of one kind of job. It stands with the domain that asks for the work. */
export const defineJob = <Payload>(
  kind: string,
  payload: z.ZodType<Payload>,
  options: Options,
): JobDefinition<Payload> => ({
  kind,
  payload,
  attempts: 3,
  backoffMs: 1_000,
  timeoutMs: 10 * 60_000,
  isInternal: false,
  ...options,
});

/** Milliseconds to wait after the n-th failure: exponential, with jitter so that a crowd does not return at once. */
export const backoff = (definition: JobDefinition<unknown>, failures: number, random = Math.random): number => {
  const pause = Math.min(definition.backoffMs * 2 ** (failures - 1), 5 * 60_000);
  return Math.round(pause * (0.75 + random() / 2));
};
