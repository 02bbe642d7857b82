import { RateLimiterPostgres } from "rate-limiter-flexible";
import { Connections } from "./connections.js";
import { countingOnly, LimitStore } from "./limit-store.js";

interface Query {
  readonly text: string;
  readonly values?: unknown[];
}

/** One statement of a count may take so long, in milliseconds. */
const statementTimeoutMs = 2_000;

/**
 * Counts in Postgres, on one connection of their own: they must not wait behind what they protect, and must stand when the
 * operation that was counted is taken back.
 */
export const postgresLimitStore = (url: string): LimitStore => {
  const connections = new Connections({ url, max: 1, statementTimeoutMs });
  const query = async ({ text, values = [] }: Query) => {
    // Not sent again when the connection breaks: it may have been counted.
    const rows = await connections.run(text, values, { repeatable: false });
    const counts = rows.map(([points, expire]) => ({ points: Number(points), expire: Number(expire) }));
    return { rows: counts, rowCount: counts.length };
  };
  const limiter = new RateLimiterPostgres({
    ...countingOnly,
    storeClient: { query },
    storeType: "client",
    tableName: "rate_limit_count",
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: "",
  });
  return new LimitStore(limiter, {
    sweep: async () => {
      // By the machine's clock, as the library has set the times.
      await connections.run("delete from rate_limit_count where expire < $1", [Date.now()], { repeatable: true });
    },
    close: () => connections.close(),
  });
};
