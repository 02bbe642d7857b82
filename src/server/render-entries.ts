import type { ExecutionArgs } from "graphql";
import type { LogEntry } from "#src/platform/stored-log.js";
import { Frame } from "./frame.js";
import type { Operations } from "./operations.js";

/**
 * Executes a subscription for each entry. All together, so that what they load is loaded in batches. Who may see an entry is
 * asked here and not when it was read, so that who has lost sight of it since is not given it.
 */
export const renderEntries = async (
  operations: Operations,
  args: ExecutionArgs,
  entries: readonly LogEntry<unknown>[],
): Promise<Frame[]> => {
  const audiences = await operations.audiencesOf(entries);
  return Promise.all(
    entries.map(
      async (entry) => new Frame(entry.place, await operations.answer(args, entry.value), audiences.get(entry)),
    ),
  );
};
