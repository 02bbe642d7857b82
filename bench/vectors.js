import { median, percentile } from "./statistics.js";
import { runTask } from "./tasks.js";

/** What a search among vectors in memory takes, in milliseconds of one core. */
export const measureVectors = async () => {
  const { count, length, megabytes, times } = await runTask("vectors", {});
  const [p50, p95] = [median(times), percentile(times, 0.95)].map((ms) => Number(ms.toFixed(1)));
  return { count, length, megabytes: Math.round(megabytes), p50, p95 };
};
