import type { EntityManager } from "@mikro-orm/postgresql";
import { DomainError } from "./errors.js";

/**
 * Begins a transaction. Throws TIMEOUT when other transactions have kept all connections for as long as the pool waits, five
 * seconds: nothing was done, so that it may be sent again.
 */
export const beginTransaction = async (em: EntityManager): Promise<void> => {
  try {
    await em.begin();
  } catch (error) {
    // The pool's own words; it has no code for them. A server that does not answer is told in others.
    if (!String((error as Error).message).includes("timeout exceeded when trying to connect")) throw error;
    throw new DomainError(
      "TIMEOUT",
      "The database had too much to do, and nothing was changed: send the request again.",
      { retryAfter: 1 },
      { cause: error, transient: true },
    );
  }
};
