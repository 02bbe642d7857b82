import type { ExecutionArgs } from "graphql";
import type { LogEntry } from "#src/platform/stored-log.js";
import { Frame } from "./frame.js";
import type { Operations } from "./operations.js";

/** Executes a subscription for each entry. All together, so that what they load is loaded in batches. */
export const renderEntries = (
  operations: Operations,
  args: ExecutionArgs,
  entries: readonly LogEntry<unknown>[],
): Promise<Frame[]> =>
  Promise.all(entries.map(async ({ place, value }) => new Frame(place, await operations.answer(args, value))));
