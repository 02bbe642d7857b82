import { sql } from "kysely";
import type { Clock } from "./clock.js";
import type { Database } from "./database.js";
import type { Logger } from "./logger.js";

const sweepMs = 10 * 60_000;
const batch = 1_000;

/** Deletes rows whose time has come, in tables with a column `expires_at`. Nobody is shown an expired row before, either. */
export class ExpirySweep {
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly tables: readonly string[],
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
    for (const table of this.tables) {
      try {
        for (let swept = batch; swept === batch; ) swept = await this.#sweepBatch(table);
      } catch (error) {
        this.logger.warn({ err: error, table }, "the sweep for expired rows failed and will be repeated");
      }
    }
  }

  async #sweepBatch(table: string): Promise<number> {
    const rows = await this.database.upkeep(sql`
      with expired as (select id from ${sql.table(table)} where expires_at <= ${this.clock.now()}
        limit ${batch} for update skip locked)
      delete from ${sql.table(table)} t using expired e where t.id = e.id returning true`);
    return rows.length;
  }
}
