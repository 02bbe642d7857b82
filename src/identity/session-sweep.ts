import { sql } from "kysely";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import { sessionIdleMs } from "./tokens.js";

const sweepMs = 60 * 60_000;
const batch = 1_000;

/** For so long a session that has ended says from which network its user has signed in before, in milliseconds. */
const rememberedMs = 90 * 24 * 60 * 60_000;

/**
 * Deletes what is left of sessions that have ended. While one lives, all of its refresh tokens are kept: an old one that comes
 * back must still be known as stolen.
 */
export class SessionSweep {
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.sweep().finally(() => {
        this.#sweeping = undefined;
      });
    }, sweepMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async sweep(): Promise<void> {
    try {
      while ((await this.#sweepTokens()) === batch);
      while ((await this.#sweepSessions()) === batch);
    } catch (error) {
      this.logger.warn({ err: error }, "the sweep for ended sessions failed and will be repeated");
    }
  }

  async #sweepTokens(): Promise<number> {
    const now = this.clock.now();
    const rows = await this.database.upkeep(sql`
      with ended as (
        select t.id from refresh_token t join session s on s.id = t.session_id
        where s.revoked_at is not null or s.expires_at <= ${now}
          or s.refreshed_at < ${new Date(now.getTime() - sessionIdleMs)}
        limit ${batch} for update of t skip locked)
      delete from refresh_token t using ended e where t.id = e.id returning true`);
    return rows.length;
  }

  async #sweepSessions(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - rememberedMs);
    const rows = await this.database.upkeep(sql`
      with ended as (
        select id from session where expires_at < ${before} or revoked_at < ${before} or refreshed_at < ${before}
        limit ${batch} for update skip locked)
      delete from session s using ended e where s.id = e.id returning true`);
    return rows.length;
  }
}
