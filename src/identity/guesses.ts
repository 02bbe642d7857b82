import { sql } from "kysely";
import type { Clock } from "#src/platform/clock.js";
import { PrivateColumn, Stored } from "#src/platform/column.js";
import type { Database } from "#src/platform/database.js";
import { DomainError } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import { Node } from "#src/platform/node.js";

/** So many wrong codes or passwords of one signed-in or half signed-in user in so many milliseconds, and no more. */
const most = 10;
const windowMs = 15 * 60_000;

/** Names no user by a foreign key: its rows are written past all transactions, and must wait for none. */
@Stored({ table: "guess_count", description: "How often somebody has tried to prove who they are." })
export class GuessCount extends Node {
  @PrivateColumn({ sql: "text", unique: true })
  userId!: string;

  @PrivateColumn({ sql: "integer" })
  count!: number;

  @PrivateColumn({ sql: "timestamptz" })
  expiresAt!: Date;
}

/**
 * Bounds guesses at what is short enough to be guessed (RFC 4226, section 7.3). A guess counts before it is checked, and
 * stays counted when the operation around it is taken back: else a dry run would be a guess that costs nothing.
 */
export class Guesses {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Counts one guess. Throws RATE_LIMITED when there were too many. */
  async take(userId: string): Promise<void> {
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + windowMs);
    const counted = await this.database.apart(sql`
      insert into guess_count as g (id, user_id, count, expires_at)
      values (${newId("guess_count")}, ${userId}, 1, ${expiresAt.toISOString()})
      on conflict (user_id) do update set
        count = case when g.expires_at <= ${now.toISOString()} then 1 else g.count + 1 end,
        expires_at = case when g.expires_at <= ${now.toISOString()} then excluded.expires_at else g.expires_at end
        where g.expires_at <= ${now.toISOString()} or g.count < ${most}
      returning count`);
    if (counted.length > 0) return;
    const [[resetAt] = []] = await this.database.apart(
      sql`select expires_at from guess_count where user_id = ${userId}`,
    );
    const reset = resetAt ? new Date(resetAt) : expiresAt;
    throw new DomainError(
      "RATE_LIMITED",
      `${most} wrong codes in 15 minutes are enough: wait, or sign in by a passkey.`,
      {
        limit: most,
        remaining: 0,
        resetAt: reset.toISOString(),
        retryAfter: Math.max(1, Math.ceil((reset.getTime() - now.getTime()) / 1000)),
      },
    );
  }

  /** After one that was right. */
  async forget(userId: string): Promise<void> {
    await this.database.apart(sql`delete from guess_count where user_id = ${userId}`);
  }
}
