import { erasePrivate, type PersonalData } from "#src/platform/personal-data.js";
import { Generation } from "./generation.js";
import { ProviderCall } from "./provider-call.js";

/** Texts that a provider wrote stay with the workspace that paid for them, but for private ones. */
export const aiPersonalData: readonly PersonalData[] = [
  { entity: Generation, by: ["createdById"], erase: erasePrivate("generation") },
  // Money that was spent stays in the books; of whom they speak is nobody's name any more.
  { entity: ProviderCall, by: ["createdById"], erase: "keep" },
];
