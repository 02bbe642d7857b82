import type { PersonalData } from "#src/platform/personal-data.js";
import { Quote, QuoteFavourite } from "./quote.js";

/** Quotes stay with their workspace, by an author who is nobody any more; who liked what does not. */
export const quotePersonalData: readonly PersonalData[] = [
  { entity: Quote, by: ["createdById"], erase: "keep" },
  { entity: QuoteFavourite, by: ["userId"], erase: "delete" },
];
