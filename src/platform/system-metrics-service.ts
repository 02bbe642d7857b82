import { sql } from "kysely";
import type { Actor } from "./actor.js";
import type { Database } from "./database.js";
import { DomainError } from "./errors.js";
import type { Metrics } from "./metrics.js";
import { readMetrics } from "./read-metrics.js";
import type { SystemMetrics } from "./system-metrics.js";

/** The figures of the whole installation, for those who run it. */
export class SystemMetricsService {
  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Everybody is the owner of a workspace of their own, so a role alone does not make an operator: the figures of all are
   * for the first workspace, which is that of the first login.
   */
  async read(actor: Actor): Promise<SystemMetrics> {
    const first = await this.database.row(sql<{ id: string }>`select id from workspace order by id limit 1`);
    if (first?.id !== actor.workspaceId) {
      throw new DomainError(
        "FORBIDDEN",
        "The figures of the whole installation are for the admins of its first workspace, that of the first login.",
      );
    }
    return readMetrics(this.metrics);
  }
}
