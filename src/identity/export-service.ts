import { createHash } from "node:crypto";
import { sql } from "kysely";
import { z } from "zod";
import { asSystem } from "#src/platform/actor.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { dayMs } from "#src/platform/day.js";
import { defineJob } from "#src/platform/define-job.js";
import { newId } from "#src/platform/ids.js";
import type { Job } from "#src/platform/job.js";
import { exportRows, type OtherPersonalData, type PersonalData } from "#src/platform/personal-data.js";
import type { Run } from "#src/platform/run.js";
import type { Vault } from "#src/platform/vault.js";
import type { Caller } from "./caller.js";
import { DataExport, exportDays } from "./data-export.js";

export const ExportMyData = defineJob("privacy.export", z.object({}), { lane: "batch" });

/** Everything that is stored about a person, for that person (GDPR, articles 15 and 20). */
export class ExportService {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly personalData: readonly (PersonalData | OtherPersonalData)[],
  ) {}

  request(caller: Caller): Promise<Job> {
    return this.database.write(asSystem(caller), async (change) => {
      change.record("user.export_requested", { id: caller.userId });
      return change.enqueue(ExportMyData, {});
    });
  }

  /** Takes the place of the user's export before it. */
  async make(run: Run): Promise<void> {
    const { userId } = run.actor;
    const data: Record<string, unknown> = {};
    for (const [index, held] of this.personalData.entries()) {
      Object.assign(data, await exportRows(this.database, this.vault, held, userId));
      await run.progress((index + 1) / (this.personalData.length + 1));
    }
    const exportedAt = this.clock.now();
    const content = `${JSON.stringify({ format: "atrium-export-v1", userId, exportedAt, data }, undefined, 2)}\n`;
    const id = newId("data_export");
    const sealed = await this.vault.seal(content, place(id));
    await run.finish(async (change) => {
      await change.sql(sql`delete from data_export where user_id = ${userId}`);
      return change.create(DataExport, {
        id,
        userId,
        createdAt: exportedAt,
        expiresAt: new Date(exportedAt.getTime() + exportDays * dayMs),
        size: Buffer.byteLength(content),
        sha256: createHash("sha256").update(content).digest("hex"),
        content: sealed,
      });
    });
  }

  /** The caller's last export; null when there is none, or its time is over. */
  async last({ userId }: Caller): Promise<DataExport | null> {
    const row = await this.database.row(sql<{ id: string; createdAt: string; expiresAt: string }>`
      select id, user_id as "userId", created_at as "createdAt", expires_at as "expiresAt", size, sha256 from data_export
      where user_id = ${userId} and expires_at > ${this.clock.now()} order by id desc limit 1`);
    if (row === undefined) return null;
    const { createdAt, expiresAt } = row;
    const times = { createdAt: new Date(createdAt), expiresAt: new Date(expiresAt) };
    return Object.assign(new DataExport(), row, times);
  }

  /** The text of an export of the caller's own; nothing for any other id. */
  async download({ userId }: Caller, id: string): Promise<string | undefined> {
    const row = await this.database.row(sql<{ content: string }>`
      select content from data_export
      where id = ${id} and user_id = ${userId} and expires_at > ${this.clock.now()}`);
    return row && this.vault.open(row.content, place(id));
  }
}

const place = (row: string) => ({ table: "data_export", row, column: "content", workspaceId: null });
