import { Redis } from "ioredis";
import { SettingError } from "./errors.js";

/** Clients wait for a Redis that goes away and comes back; one that was never there is a wrong setting, told at once. */
export const requireRedis = async (url: string): Promise<void> => {
  const probe = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, retryStrategy: () => null });
  let reason = "no answer";
  probe.on("error", (error) => {
    reason = error.message || reason;
  });
  try {
    await probe.connect();
    await probe.ping();
  } catch (cause) {
    const { host } = new URL(url);
    throw new SettingError("REDIS_URL", `Redis at ${host} does not answer: ${reason}`, { cause });
  } finally {
    probe.disconnect();
  }
};
