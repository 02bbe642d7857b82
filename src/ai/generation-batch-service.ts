import { sql } from "kysely";
import { z } from "zod";
import type { Actor } from "#src/platform/actor.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { DomainError } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Logger } from "#src/platform/logger.js";
import { Visibility } from "#src/platform/owned-row.js";
import type { Run } from "#src/platform/run.js";
import { GenerationStatus } from "./generation.js";
import { GenerationBatch } from "./generation-batch.js";
import type { GenerationService, GenerationWish } from "./generation-service.js";
import type { QualityService } from "./quality-service.js";
import type { GenerateBatchInput, TextInput } from "./text-inputs.js";
import type { TextService } from "./text-service.js";
import { writeEach } from "./write-each.js";
import { silent } from "./writing.js";

export const batchList = defineList(GenerationBatch, { plural: "generationBatches" });

export const GenerateBatch = defineJob("ai.generate_batch", z.object({ batchId: z.string() }), {
  lane: "batch",
  timeoutMs: 60 * 60_000,
});

interface Deps {
  readonly database: Database;
  readonly generations: GenerationService;
  readonly texts: TextService;
  readonly quality: QualityService;
  readonly logger: Logger;
}

/** Many texts of one job: each is a generation of its own, and ends by itself. */
export class GenerationBatchService {
  constructor(private readonly deps: Deps) {}

  /** Asks for all of them, or for none: what is wrong with one is said of it before anything is written. */
  async request(actor: Actor, { items, visibility }: GenerateBatchInput): Promise<GenerationBatch> {
    const wishes: GenerationWish[] = [];
    for (const [index, item] of items.entries()) wishes.push(await this.#prepare(actor, item, index));
    return this.deps.database.write(actor, async (change) => {
      const seenBy = visibility ?? Visibility.WORKSPACE;
      const id = newId("generation_batch");
      const job = change.enqueue(GenerateBatch, { batchId: id }, seenBy);
      const batch = change.create(GenerationBatch, {
        ...{ id, jobId: job.id, createdById: actor.userId, visibility: seenBy },
        total: items.length,
      });
      for (const [position, wish] of wishes.entries())
        this.deps.generations.ask(change, job, { ...wish, batch: { id, position } });
      return batch;
    });
  }

  /** Writes what is still open: an attempt after a crash goes on where the last one was, and nothing that ended is asked for again. */
  async generate(run: Run, { batchId }: z.infer<typeof GenerateBatch.payload>): Promise<GenerationBatch> {
    const all = await this.deps.database.rows(sql<{ id: string; status: GenerationStatus }>`
      select id, status from generation where batch_id = ${batchId} and workspace_id = ${run.actor.workspaceId} order by batch_position`);
    const open = all.filter(({ status }) => status === GenerationStatus.OPEN);
    await writeEach(run, { open, total: all.length, write: ({ id }) => this.#write(run, id) });
    return run.finish(async (change) => {
      await change.sql(sql`update generation set status = ${GenerationStatus.CANCELLED}, finished_at = ${change.now}
        where batch_id = ${batchId} and status = ${GenerationStatus.OPEN}`);
      return Object.assign(new GenerationBatch(), { id: batchId });
    });
  }

  /** One text, and its end in a commit of its own. Whatever is wrong with it fails it alone. */
  async #write(run: Run, id: string): Promise<void> {
    const { generations, quality, logger } = this.deps;
    const written = await generations.generate(silent(run), id).catch((error: unknown) => {
      if (run.signal.aborted) throw error;
      logger.warn({ err: error, jobId: run.job.id, generationId: id }, "a generation of a batch failed");
      return error instanceof DomainError ? error.code : "INTERNAL";
    });
    if (typeof written === "string") return run.keep(async (change) => generations.fail(change, id, written));
    const rating = await quality.rate(written, { judge: false, signal: run.signal });
    await run.keep(async (change) => generations.end(change, written, { rating }));
  }

  async #prepare(actor: Actor, item: TextInput, index: number): Promise<GenerationWish> {
    try {
      return await this.deps.texts.prepare(actor, item);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const field = (error.details.field ?? "input").replace(/^input/, `input.items.${index}`);
      throw new DomainError(error.code, error.message, { ...error.details, field });
    }
  }
}
