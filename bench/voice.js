import { runTask } from "./tasks.js";

/** Transcriptions a minute by one worker process and by two, which mostly wait for their transcriber. They have both cores. */
export const measureVoice = async () => {
  const { withOneWorker, withTwoWorkers, growth, successRate } = await runTask(
    "voice",
    { BENCH_RECORDINGS: "24", BENCH_WAIT_MS: "1500", BENCH_CONCURRENCY: "2" },
    { cores: "0,1" },
  );
  const perMinute = { withOneWorker: Math.round(withOneWorker), withTwoWorkers: Math.round(withTwoWorkers) };
  return { ...perMinute, growth: Number(growth.toFixed(2)), successRate };
};
