/** Serialization failure and deadlock: Postgres undid everything, and asks to try again. */
const retryable = new Set(["40001", "40P01"]);
/** A place in a job's thread that somebody else took while this statement waited for the job's row. */
const takenPlace = { code: "23505", constraint: "job_event_pkey" };
const maxTries = 5;

export const isRetryable = (error: unknown): boolean => {
  const { code = "", constraint } = error as { code?: string; constraint?: string };
  return retryable.has(code) || (code === takenPlace.code && constraint === takenPlace.constraint);
};

/** Runs a whole transaction, and again when Postgres asks for that. */
export const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === maxTries || !isRetryable(error)) throw error;
    }
  }
};
