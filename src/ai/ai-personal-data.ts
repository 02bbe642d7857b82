import { erasePrivate, type PersonalData } from "#src/platform/personal-data.js";
import { Budget } from "./budget.js";
import { Generation } from "./generation.js";
import { GenerationBatch } from "./generation-batch.js";
import { Prompt, PromptVersion } from "./prompt.js";
import { ProviderCall } from "./provider-call.js";
import { Replay, ReplayPair } from "./replay.js";

/** Texts that a provider wrote stay with the workspace that paid for them, but for private ones. */
export const aiPersonalData: readonly PersonalData[] = [
  { entity: Generation, by: ["createdById"], erase: erasePrivate("generation") },
  { entity: Budget, by: ["userId"], erase: "delete" },
  { entity: GenerationBatch, by: ["createdById"], erase: erasePrivate("generation_batch") },
  // What a workspace asks with is its own work.
  { entity: Prompt, by: ["createdById"], erase: "keep" },
  { entity: PromptVersion, by: ["createdById"], erase: "keep" },
  { entity: Replay, by: ["createdById"], erase: erasePrivate("replay") },
  { entity: ReplayPair, by: ["createdById"], erase: erasePrivate("replay_pair") },
  // Money that was spent stays in the books; of whom they speak is nobody's name any more.
  { entity: ProviderCall, by: ["createdById"], erase: "keep" },
];
