import type { Pool, PoolClient } from "pg";

/** Whoever has borrowed a connection is given this long to hand it back himself, in milliseconds. */
const patienceMs = 100;

/**
 * Takes broken connections back into the pool, which replaces them. A transaction whose connection breaks can neither be
 * committed nor rolled back, and the query builder hands connections back only after one of the two: without this each
 * such loss would make the pool smaller by one, until nothing is left.
 */
export const releaseBroken = (pool: Pool): void => {
  const known = new WeakSet<PoolClient>();
  const borrowed = new Set<PoolClient>();
  pool.on("release", (_error, client) => borrowed.delete(client));
  pool.on("acquire", (client) => {
    borrowed.add(client);
    if (known.has(client)) return;
    known.add(client);
    client.once("end", () => {
      setTimeout(() => {
        if (borrowed.has(client)) client.release(true);
      }, patienceMs);
    });
  });
};
