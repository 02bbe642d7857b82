/**
 * Runs `work` once for all who ask while it cannot begin yet: whoever comes during a run gets the one after it, never an
 * answer that is older than the question.
 */
export const shareNext = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      const run = work();
      running = run.catch(() => {});
      return run;
    });
    return next;
  };
};
