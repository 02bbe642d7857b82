import { Redis } from "ioredis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { countingOnly, LimitStore } from "./limit-store.js";

/** What is sent to a Redis that does not answer fails after so long, in milliseconds. */
const commandMs = 2_000;

/** Counts in Redis, whose keys end by themselves. */
export const redisLimitStore = async (url: string, prefix: string): Promise<LimitStore> => {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // An addition must not be sent twice.
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandMs,
    connectTimeout: commandMs,
    retryStrategy: (tries) => Math.min(tries * 100, commandMs),
  });
  redis.on("error", () => {});
  await redis.connect();
  const limiter = new RateLimiterRedis({
    ...countingOnly,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    keyPrefix: `${prefix}:limit`,
  });
  return new LimitStore(limiter, { sweep: async () => {}, close: async () => redis.disconnect() });
};
