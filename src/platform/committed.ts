import type { JobTicket } from "./job-queues.js";

/** What the rest of the system hears of a transaction once it is committed. */
export interface Committed {
  readonly jobs: readonly JobTicket[];
  readonly topics: readonly string[];
  /** Rows that it may have changed, as topics of `touched-rows.ts`. */
  readonly touched: readonly string[];
}

/** What comes of a change that was not written. */
export const nothing: Committed = { jobs: [], topics: [], touched: [] };
