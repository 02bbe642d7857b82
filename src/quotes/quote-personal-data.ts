import { erasePrivate, type PersonalData } from "#src/platform/personal-data.js";
import { Quote, QuoteFavourite } from "./quote.js";

/** Quotes stay with their workspace, by an author who is nobody any more; private ones do not, nor who liked what. */
export const quotePersonalData: readonly PersonalData[] = [
  { entity: Quote, by: ["createdById"], erase: erasePrivate("quote") },
  { entity: QuoteFavourite, by: ["userId"], erase: "delete" },
];
