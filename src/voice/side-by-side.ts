import { ProviderError } from "#src/ai/provider.js";
import { DomainError } from "#src/platform/errors.js";
import type { Run } from "#src/platform/run.js";
import type { StoredChunk } from "./stored-transcript.js";

/** After so many stretches that could not be heard no further one is sent. */
const maxFailedChunks = 3;

/**
 * Goes through the chunks, some at a time. One that fails does not keep the others from being heard, unless several fail;
 * the first failure is thrown at the end.
 */
export const sideBySide = async (
  run: Run,
  { open, parallel }: { readonly open: readonly StoredChunk[]; readonly parallel: number },
  work: (chunk: StoredChunk) => Promise<void>,
): Promise<void> => {
  const failures: unknown[] = [];
  const queue = open.values();
  const goOn = async () => {
    for (const chunk of queue) {
      try {
        await work(chunk);
      } catch (error) {
        failures.push(error);
        // Anything but a stretch that was given up is about all of them.
        if (!isOfOneChunk(error)) failures.push(...Array.from({ length: maxFailedChunks }, () => error));
      }
      if (run.signal.aborted || failures.length >= maxFailedChunks) return;
    }
  };
  await Promise.all(Array.from({ length: parallel }, goOn));
  if (run.signal.aborted) return stopUnlessCancelled(run);
  if (failures.length > 0) throw failures.find((error) => !isOfOneChunk(error)) ?? failures[0];
};

const isOfOneChunk = (error: unknown): boolean =>
  error instanceof DomainError && error.cause instanceof ProviderError && error.cause.fault !== "credentials";

/** Throws why a run was stopped; one that was cancelled keeps what it has. */
export const stopUnlessCancelled = (run: Run): void => {
  if (!run.cancelled) throw run.signal.reason;
};
