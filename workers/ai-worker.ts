import { GenerateBatch } from "#src/ai/generation-batch-service.js";
import { GenerateText } from "#src/ai/text-service.js";
import type { App } from "#src/app.js";
import { handle } from "#src/platform/job-handler.js";

export const aiWorker = ({ texts, generationBatches }: App) => [
  handle(GenerateText, (wish, run) => texts.generate(run, wish)),
  handle(GenerateBatch, (wish, run) => generationBatches.generate(run, wish)),
];
