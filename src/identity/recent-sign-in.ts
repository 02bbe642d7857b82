import { sql } from "kysely";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { DomainError } from "#src/platform/errors.js";
import type { Caller } from "./caller.js";

/** How long who signed in counts as being there, in milliseconds. */
export const recentMs = 10 * 60_000;

/**
 * What changes how one signs in needs more than a session that somebody may have found open: one whose owner proved who
 * they are within ten minutes.
 */
export class RecentSignIn {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Throws FORBIDDEN with `reauthenticate` when it was longer ago, or when an API key asks: it is nobody who could sign in. */
  async require({ credential, userId }: Caller): Promise<void> {
    const session = await this.database.row(sql<{ at: string }>`
      select authenticated_at as at from session
      where id = ${credential.id} and user_id = ${userId} and revoked_at is null`);
    const isRecent = session !== undefined && this.clock.now().getTime() - new Date(session.at).getTime() <= recentMs;
    if (isRecent) return;
    throw new DomainError(
      "FORBIDDEN",
      "This needs a sign-in of the last 10 minutes: call `reauthenticate` with your password, or sign in again.",
      { reauthenticate: true },
    );
  }
}
