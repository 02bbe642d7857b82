import type { Pool } from "pg";

export type Query = <T>(text: string, values?: readonly unknown[]) => Promise<T[]>;

/** Statements of a vector index, which are the system's own. */
export interface SqlSession {
  readonly query: Query;
  /** Statements that belong together: all on one connection. */
  together<T>(work: (query: Query) => Promise<T>): Promise<T>;
}

export const poolSession = (pool: Pool): SqlSession => ({
  query: async <T>(text: string, values: readonly unknown[] = []) => (await pool.query(text, [...values])).rows as T[],
  async together(work) {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      return await work(
        async <T>(text: string, values: readonly unknown[] = []) => (await client.query(text, [...values])).rows as T[],
      );
    } catch (error) {
      // What it has set for itself must not stay with the connection.
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  },
});
