import { sql } from "kysely";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import { Sweep, sweepBatch } from "#src/platform/sweep.js";
import { sessionIdleMs } from "./tokens.js";

const everyMs = 60 * 60_000;

/** For so long a session that has ended says from which network its user has signed in before, in milliseconds. */
const rememberedMs = 90 * 24 * 60 * 60_000;

/**
 * Deletes what is left of sessions that have ended. While one lives, all of its refresh tokens are kept: an old one that comes
 * back must still be known as stolen.
 */
export const sessionSweep = (database: Database, clock: Clock, logger: Logger): Sweep => {
  const deleteTokens = async () => {
    const now = clock.now();
    const rows = await database.upkeep(sql`
      with ended as (
        select t.id from refresh_token t join session s on s.id = t.session_id
        where s.revoked_at is not null or s.expires_at <= ${now}
          or s.refreshed_at < ${new Date(now.getTime() - sessionIdleMs)}
        limit ${sweepBatch} for update of t skip locked)
      delete from refresh_token t using ended e where t.id = e.id returning true`);
    return rows.length;
  };
  const deleteSessions = async () => {
    const before = new Date(clock.now().getTime() - rememberedMs);
    const rows = await database.upkeep(sql`
      with ended as (
        select id from session where expires_at < ${before} or revoked_at < ${before} or refreshed_at < ${before}
        limit ${sweepBatch} for update skip locked)
      delete from session s using ended e where s.id = e.id returning true`);
    return rows.length;
  };
  return new Sweep(logger, everyMs, [
    { of: "refresh_token", deleteSome: deleteTokens },
    { of: "session", deleteSome: deleteSessions },
  ]);
};
