import { median, percentile, rounded } from "./statistics.js";
import { runTask } from "./tasks.js";

/** An overview of ten million rows, beside the same question to the rows, and what points take on their way in and out. */
export const measureAnalytics = async ({ say }) => {
  const env = { BENCH_POINTS: "8000000", BENCH_EVENTS: "2000000", BENCH_ASKS: "60" };
  const given = Object.entries(process.env).filter(([name]) => name in env || name === "BENCH_OVERVIEW_ONLY");
  say("an overview of millions of rows");
  const found = await runTask("analytics", { ...env, ...Object.fromEntries(given) }, { cores: "0,1" });
  const { overviewMs, rawMs, seriesMs, ingested } = found;
  const [p50, p95] = [0.5, 0.95].map((share) => rounded(percentile(overviewMs, share)));
  const rawRowsMs = rounded(median(rawMs));
  return {
    ...{ points: found.points, events: found.events, eventsSummedUpMs: rounded(found.summedUpMs) },
    overview: { p50, p95, rawRowsMs, timesFasterThanRawRows: rounded(rawRowsMs / p50) },
    ...(seriesMs.length === 0 ? {} : { seriesOf30DaysByHourMs: rounded(median(seriesMs)) }),
    ...(ingested.points === 0 ? {} : { pointsIngestedPerSecond: Math.round((ingested.points * 1_000) / ingested.ms) }),
  };
};
