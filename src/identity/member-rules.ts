import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import { DomainError } from "#src/platform/errors.js";
import type { Caller } from "./caller.js";
import { isAbove, type Role } from "./membership.js";
import { permissionsOf } from "./permissions.js";

/**
 * For what is about people in several workspaces, such as who joins or loses their last one: each statement says itself
 * which workspace it is about.
 */
export const acrossWorkspaces = <T extends Caller>(caller: T): T => ({ ...caller, isSystem: true });

/** Holds the memberships of the actor's workspace until the end of the transaction. The first lock, before any row's. */
export const lockMembers = async (change: Change): Promise<void> => {
  await change.sql(sql`select 1 from workspace where id = ${change.actor.workspaceId} for no key update`);
};

/**
 * Holds the memberships of the caller's workspace until the end of the transaction, so that what is decided about them
 * stays true. Gives the caller's role as it is now: it may have changed since the request was let in.
 */
export const holdMembers = async (
  change: Change,
  { userId, workspaceId }: Caller,
  permission = "member:manage",
): Promise<Role> => {
  await lockMembers(change);
  const [own] = await change.sql(
    sql<{ role: Role }>`select role from membership where workspace_id = ${workspaceId} and user_id = ${userId}`,
  );
  if (own === undefined || !permissionsOf(own.role, false).has(permission))
    throw new DomainError("FORBIDDEN", `You lack the permission ${permission} in this workspace by now.`);
  return own.role;
};

/** Nobody gives, takes or ends a role above their own. */
export const refuseAbove = (own: Role, role: Role, field: string): void => {
  if (isAbove(role, own))
    throw new DomainError("FORBIDDEN", `Your role here is ${own}: ${role} is above it.`, { field });
};
