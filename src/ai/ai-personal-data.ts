import { erasePrivate, type PersonalData } from "#src/platform/personal-data.js";
import { Generation } from "./generation.js";

/** Texts that a provider wrote stay with the workspace that paid for them, but for private ones. */
export const aiPersonalData: readonly PersonalData[] = [
  { entity: Generation, by: ["createdById"], erase: erasePrivate("generation") },
];
