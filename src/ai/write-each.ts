import type { Run } from "#src/platform/run.js";

/** How many texts of one job are written at a time. */
const concurrency = 4;

interface Work<T> {
  /** What is still open, in its order. */
  readonly open: readonly T[];
  /** How many there are with those that ended in earlier attempts. */
  readonly total: number;
  /** Ends one, in a commit of its own, whatever becomes of it; a rejection is a failure of the whole job. */
  readonly write: (each: T) => Promise<unknown>;
}

/**
 * Goes through what a job has left to write, and tells how far it is. After a failure, and when the run is stopped, nothing
 * more is begun; a cancelled run resolves, so that it can keep what it has.
 */
export const writeEach = async <T>(run: Run, { open, total, write }: Work<T>): Promise<void> => {
  let ended = total - open.length;
  let isBroken = false;
  const queue = open.values();
  const writeNext = async () => {
    for (const each of queue) {
      if (isBroken || run.signal.aborted) return;
      try {
        await write(each);
      } catch (error) {
        isBroken = true;
        throw error;
      }
      ended += 1;
      run.progress(ended / total);
    }
  };
  const writers = await Promise.allSettled(Array.from({ length: concurrency }, writeNext));
  for (const writer of writers) if (writer.status === "rejected") throw writer.reason;
  if (run.signal.aborted && !run.cancelled) throw run.signal.reason;
};
