import { startOpenAiStub } from "./openai-stub.js";
import { percentile, rounded, spread } from "./statistics.js";
import { runTask } from "./tasks.js";

/**
 * What Atrium's provider adds to an answer that streams for about half a second, fifty at a time: the 95th percentile of
 * its calls less that of direct calls of the same stub.
 */
export const measureProvider = async ({ rounds }) => {
  const stub = await startOpenAiStub({ firstTokenMs: 100, tokenMs: 25 });
  try {
    const measured = await runTask("provider", {
      BENCH_STUB: stub.url,
      BENCH_ROUNDS: String(rounds),
      BENCH_CALLS: "150",
    });
    const own = (share) => measured.map((round) => percentile(round.provider, share) - percentile(round.direct, share));
    return {
      inParallel: 50,
      ownMsP50: spread(own(0.5)),
      ownMsP95: spread(own(0.95)),
      answerMs: rounded(percentile(measured[0].direct, 0.5)),
    };
  } finally {
    await stub.close();
  }
};
