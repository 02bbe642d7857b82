import { sql } from "kysely";
import { type AccessLevel, includesLevel } from "./access-level.js";
import type { Change } from "./change.js";
import { storageOf } from "./column.js";
import { DomainError, notFound } from "./errors.js";
import { parseId } from "./ids.js";
import { type OwnedRow, Visibility } from "./owned-row.js";

/**
 * The row with this id, locked, for somebody who wants to do with it what needs this level. What the actor may not see is
 * NOT_FOUND like what does not exist. A role says nothing of the private rows of others: there the grant's level decides.
 */
export const findOwned = async <T extends OwnedRow>(
  change: Change,
  entity: new () => T,
  id: string,
  level: AccessLevel,
): Promise<T> => {
  const { table } = storageOf(entity);
  const row = await change.find(entity, { id: parseId(id, table) } as never);
  if (row === null) throw notFound(table.replaceAll("_", " "), id);
  if (row.visibility === Visibility.PRIVATE) await requireLevel(change, row, level);
  return row;
};

/** Throws FORBIDDEN unless the actor made the row, or holds a grant of this level. */
export const requireLevel = async (change: Change, row: OwnedRow, level: AccessLevel): Promise<void> => {
  if (row.createdById === change.actor.userId) return;
  if (includesLevel(await levelOf(change, row.id), level)) return;
  throw new DomainError("FORBIDDEN", `Only who made it, or holds a grant of the level ${level} on it, may do that.`);
};

const levelOf = async (change: Change, resourceId: string): Promise<AccessLevel | undefined> => {
  const { workspaceId, userId } = change.actor;
  const [grant] = await change.sql(sql<{ level: AccessLevel }>`select level from access_grant
    where workspace_id = ${workspaceId} and resource_id = ${resourceId} and user_id = ${userId}`);
  return grant?.level;
};
