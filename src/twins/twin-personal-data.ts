import type { PersonalData } from "#src/platform/personal-data.js";
import { Twin, TwinLink } from "./twin.js";

/** Things stay with their workspace, and do not say any more who has registered or linked them. */
export const twinPersonalData: readonly PersonalData[] = [
  { entity: Twin, by: ["createdById"], erase: "keep" },
  { entity: TwinLink, by: ["createdById"], erase: "keep" },
];
