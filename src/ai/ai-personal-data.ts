import type { PersonalData } from "#src/platform/personal-data.js";
import { Generation } from "./generation.js";

/** Texts that a provider wrote stay with the workspace that paid for them. */
export const aiPersonalData: readonly PersonalData[] = [{ entity: Generation, by: ["createdById"], erase: "keep" }];
