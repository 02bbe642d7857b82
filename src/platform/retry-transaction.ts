/** Serialization failure and deadlock: Postgres undid everything, and asks to try again. */
const retryable = new Set(["40001", "40P01"]);
const maxTries = 5;

export const isRetryable = (error: unknown): boolean => retryable.has((error as { code?: string }).code ?? "");

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
