import { sql } from "kysely";
import type { Database } from "./database.js";
import type { LogEntry } from "./stored-log.js";

/** Users who may see an entry; nobody else is given it. */
export type Audience = ReadonlySet<string>;

/**
 * Who may see each of these entries now, which are read as the system and handed on to many. An entry that is missing here
 * is for all who follow its log. Without private ones nothing is asked; with them it is one statement.
 */
export const audiencesOf = async (
  database: Database,
  entries: readonly LogEntry<unknown>[],
): Promise<ReadonlyMap<LogEntry<unknown>, Audience>> => {
  const restricted = entries.flatMap((entry) =>
    entry.restricted === undefined ? [] : [{ entry, ...entry.restricted }],
  );
  if (restricted.length === 0) return new Map();
  const grants = await database.rows(sql<{ resourceId: string; userId: string }>`
    select resource_id as "resourceId", user_id as "userId" from access_grant
    where resource_id = any(${[...new Set(restricted.map(({ subjectId }) => subjectId))]}::text[])`);
  const granted = Map.groupBy(grants, ({ resourceId }) => resourceId);
  return new Map(
    restricted.map(({ entry, subjectId, ownerId }) => [
      entry,
      new Set([ownerId, ...(granted.get(subjectId) ?? []).map(({ userId }) => userId)]),
    ]),
  );
};
