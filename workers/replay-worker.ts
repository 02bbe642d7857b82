import { ReplayGenerations } from "#src/ai/replay-run.js";
import type { App } from "#src/app.js";
import { handle } from "#src/platform/job-handler.js";

export const replayWorker = ({ replays }: App) => [
  handle(ReplayGenerations, (wish, run) => replays.generate(run, wish)),
];
