import { startOpenAiStub } from "./openai-stub.js";
import { median, percentile, spread } from "./statistics.js";
import { runTask } from "./tasks.js";

/**
 * What the whole pipeline before a provider adds to an answer that streams for about a second, fifty at a time: what its calls
 * take beyond the stub, less what a direct call of the same stub takes beyond it in the middle.
 */
export const measureProvider = async ({ url, rounds }) => {
  const stub = await startOpenAiStub({ firstTokenMs: 100, tokenMs: 55 });
  try {
    const measured = await runTask("provider", {
      BENCH_STUB: stub.url,
      DATABASE_URL: url,
      BENCH_ROUNDS: String(rounds),
      BENCH_CALLS: "100",
    });
    const own = (share) =>
      measured.map(({ provider, direct }) => percentile(provider.beyond, share) - median(direct.beyond));
    return {
      inParallel: 50,
      ownMsP50: spread(own(0.5)),
      ownMsP95: spread(own(0.95)),
      ownCpuMs: spread(measured.map(({ provider, direct }) => provider.cpuMs - direct.cpuMs)),
    };
  } finally {
    await stub.close();
  }
};
