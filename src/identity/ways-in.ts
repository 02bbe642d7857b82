import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import { DomainError } from "#src/platform/errors.js";

/**
 * Refuses with CONFLICT to take away the last way in of a user: `removing` is the id of a passkey or linked identity.
 * Holds the user's row, so that of two that are taken away at once the second one sees that the first is gone. Identities of
 * issuers that the settings do not name any more open nothing, and do not count.
 */
export const requireOtherWayIn = async (
  change: Change,
  userId: string,
  removing: string,
  providers: readonly string[],
): Promise<void> => {
  await change.sql(sql`select id from "user" where id = ${userId} for update`);
  const [others] = await change.sql(sql<{ some: boolean }>`
    select exists (select 1 from "user" where id = ${userId} and password_hash is not null)
      or exists (select 1 from passkey where user_id = ${userId} and id <> ${removing})
      or exists (select 1 from linked_identity where user_id = ${userId} and id <> ${removing}
        and provider = any(${providers})) as some`);
  if (others?.some) return;
  throw new DomainError(
    "CONFLICT",
    "This is your last way to sign in: set a password with `changePassword`, or add another way, first.",
  );
};

/**
 * Takes away whatever opens an account beside its password: for an address that is proved for the first time after somebody
 * else may have made the account and kept a way in.
 */
export const removeOtherWaysIn = async (change: Change, userId: string): Promise<void> => {
  await change.sql(sql`delete from passkey where user_id = ${userId}`);
  await change.sql(sql`delete from linked_identity where user_id = ${userId}`);
  await change.sql(sql`delete from recovery_code where user_id = ${userId}`);
  await change.sql(sql`delete from totp where user_id = ${userId}`);
};
