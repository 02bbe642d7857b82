import type { Database } from "#src/platform/database.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Logger } from "#src/platform/logger.js";
import type { BuiltInPrompt } from "./built-in-prompt.js";
import { GenerationBatchService } from "./generation-batch-service.js";
import type { GenerationService } from "./generation-service.js";
import { PromptService } from "./prompt-service.js";
import type { QualityService } from "./quality-service.js";
import type { ReplayDeps } from "./replay-run.js";
import { ReplayService } from "./replay-service.js";
import { TextService } from "./text-service.js";

export interface TextServices {
  readonly prompts: PromptService;
  readonly texts: TextService;
  readonly generationBatches: GenerationBatchService;
  readonly replays: ReplayService;
}

interface Deps {
  readonly database: Database;
  readonly lists: Lists;
  readonly generations: GenerationService;
  readonly quality: QualityService;
  readonly logger: Logger;
  /** Those of all domains. */
  readonly builtIns: readonly BuiltInPrompt[];
  readonly filters: ReplayDeps["filters"];
}

export const createTextServices = ({ builtIns, filters, ...deps }: Deps): TextServices => {
  const prompts = new PromptService({ ...deps, builtIns });
  const texts = new TextService({ ...deps, prompts });
  const generationBatches = new GenerationBatchService({ ...deps, texts });
  const replays = new ReplayService({ ...deps, prompts, filters });
  return { prompts, texts, generationBatches, replays };
};
