import { spread } from "./statistics.js";
import { runTask } from "./tasks.js";

/** Jobs that do nothing, added to done, on Postgres: against bare BullMQ on the same Postgres. */
export const measureJobs = async ({ url, sample, rounds }) => {
  const measured = await runTask("jobs", {
    DATABASE_URL: url,
    BENCH_WORKSPACE: sample.workspace,
    BENCH_USER: sample.user,
    BENCH_ROUNDS: String(rounds),
    BENCH_JOBS: "300",
  });
  const ofBare = (name) => spread(measured.map((rates) => rates[name] / rates.bare));
  return {
    dispatchedOfBare: ofBare("dispatched"),
    dispatchedOfUnflushedBare: spread(measured.map(({ dispatched, unflushed }) => dispatched / unflushed)),
    withRowsOfBare: ofBare("withRows"),
    meaninglessElsewhere: Object.fromEntries(
      Object.keys(measured[0]).map((name) => [name, spread(measured.map((rates) => rates[name]))]),
    ),
  };
};
