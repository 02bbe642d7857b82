import type { Clock } from "./clock.js";
import type { Config } from "./config.js";
import type { Keys } from "./keys.js";
import { LimitCounts } from "./limit-counts.js";
import { postgresLimitStore } from "./limit-store-postgres.js";
import { redisLimitStore } from "./limit-store-redis.js";
import { Limits } from "./limits.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";

interface Options {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Limits that count on Redis where there is one, and on Postgres otherwise; what guards accounts always on Postgres. */
export const connectLimits = async ({ config, databaseUrl, ...deps }: Options): Promise<Limits> => {
  const strictCounts = new LimitCounts(postgresLimitStore(databaseUrl), deps.logger, inPostgres);
  const counts =
    config.redis === undefined
      ? strictCounts
      : new LimitCounts(await redisLimitStore(config.redis.url, config.redis.prefix), deps.logger, inRedis);
  const limits = new Limits({ ...deps, counts, strictCounts });
  limits.start();
  return limits;
};

const inPostgres = "sign-ins and mails are refused, and without Redis each process counts everything else alone";
const inRedis = "each process counts alone until Redis is back";
