import { sql } from "kysely";
import { z } from "zod";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { DomainError, type ErrorCode } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Logger } from "#src/platform/logger.js";
import type { Run } from "#src/platform/run.js";
import type { Answered } from "./answered.js";
import { CostCap } from "./cost-cap.js";
import { Generation, GenerationStatus } from "./generation.js";
import type { GenerationService, TextFilter } from "./generation-service.js";
import { PromptVersion } from "./prompt.js";
import type { QualityService } from "./quality-service.js";
import { Replay, ReplayPair, ReplayPairStatus } from "./replay.js";
import { replayedRequest } from "./replayed-request.js";
import { type Rating, toQuality } from "./score-quality.js";
import { writeEach } from "./write-each.js";
import { silent } from "./writing.js";

const cancelled = "The replay was cancelled.";

/** It goes through hundreds of texts; an attempt that is given up for its time loses nothing of what is done. */
export const ReplayGenerations = defineJob("generations.replay", z.object({ replayId: z.string() }), {
  lane: "batch",
  attempts: 5,
  timeoutMs: 4 * 60 * 60_000,
});

export interface ReplayDeps {
  readonly database: Database;
  readonly lists: Lists;
  readonly generations: GenerationService;
  readonly quality: QualityService;
  readonly logger: Logger;
  /** How the answers for a purpose are cleaned. */
  readonly filters: Readonly<Record<string, () => TextFilter>>;
}

/** One attempt at a replay. What ended before it stays ended; what was begun goes on. */
export class ReplayRun {
  #cap = new CostCap(0, 0);
  #version: PromptVersion | undefined;
  #replay = new Replay();

  constructor(
    private readonly deps: ReplayDeps,
    private readonly run: Run,
  ) {}

  async go(replayId: string): Promise<Replay> {
    const { run } = this;
    await this.#reopen(replayId);
    const open = await this.#open(replayId);
    const { total } = this.#replay;
    await writeEach(run, { open, total, write: (pair) => this.#replayOne(pair) });
    return run.finish(async (change) => {
      await change.sql(sql`update replay_pair set status = ${ReplayPairStatus.SKIPPED}, reason = ${cancelled}
        where replay_id = ${replayId} and status = ${ReplayPairStatus.OPEN}`);
      return this.#replay;
    });
  }

  /** A job that is started again takes up what its cancelling left, and what was opened again with it. */
  #reopen(replayId: string): Promise<unknown> {
    return this.run.keep((change) =>
      change.sql(sql`update replay_pair p set status = ${ReplayPairStatus.OPEN}, reason = null
        where replay_id = ${replayId} and ((status = ${ReplayPairStatus.SKIPPED} and reason = ${cancelled})
          or (status in (${ReplayPairStatus.SKIPPED}, ${ReplayPairStatus.FAILED}) and exists (
            select 1 from generation g where g.id = p.generation_id and g.status = ${GenerationStatus.OPEN})))`),
    );
  }

  /** The pairs that are still open, in their order, with the cap as the ledger leaves it. */
  async #open(replayId: string): Promise<ReplayPair[]> {
    const { database, lists } = this.deps;
    const { actor } = this.run;
    const replay = await lists.find(Replay, actor, replayId);
    if (replay === undefined) throw new DomainError("NOT_FOUND", "The replay is gone.");
    this.#replay = replay;
    const { promptVersionId } = replay;
    this.#version = promptVersionId ? await lists.find(PromptVersion, actor, promptVersionId) : undefined;
    if (promptVersionId && this.#version === undefined)
      throw new DomainError("NOT_FOUND", "The version of the prompt is gone.");
    // What a worker had begun that died may have cost all that was set aside for it, without anybody having seen its end.
    const spent = await database.row(sql<{ micros: string }>`
      select (select coalesce(sum(coalesce(c.cost_micros, g.reserved_micros)), 0) from generation g
          join provider_call c on c.generation_id = g.id where g.replay_id = ${replayId})
        + (select coalesce(sum(g.reserved_micros), 0) from generation g
          where g.replay_id = ${replayId} and g.status = ${GenerationStatus.OPEN}) as micros`);
    this.#cap = new CostCap(Number(replay.maxCostMicros), Number(spent?.micros ?? 0));
    const rows = await database.rows(sql<ReplayPair>`
      select id, visibility, original_id as "originalId", generation_id as "generationId" from replay_pair
      where replay_id = ${replayId} and status = ${ReplayPairStatus.OPEN} order by place`);
    return rows.map((row) => Object.assign(new ReplayPair(), row));
  }

  async #replayOne(pair: ReplayPair): Promise<void> {
    const original = await this.deps.lists.find(Generation, this.run.actor, pair.originalId);
    if (original === undefined) return this.#skip(pair, "The original may not be seen any more.");
    const asked = this.#asked(original);
    if (typeof asked === "string") return this.#skip(pair, asked);
    const { request } = asked;
    const most = this.deps.generations.highestCost(request);
    if (most === null)
      return this.#skip(
        pair,
        `The price of ${request.model} is not known, so nobody can say whether it fits under the cap.`,
      );
    if (!(await this.#cap.takeWhenFree(most)))
      return this.#skip(pair, `It may cost ${most} micro-dollars, and the cap leaves ${this.#cap.left}.`);
    if (this.run.signal.aborted) return this.#cap.settle(most, 0);
    let cost = 0;
    const held = { micros: most };
    try {
      const id = pair.generationId ?? (await this.#ask(pair, original, asked));
      if (id === undefined) return;
      await this.#write(pair, original, id, held);
      cost = await this.#costOf(id, held.micros);
    } finally {
      this.#cap.settle(held.micros, cost);
    }
  }

  /** The request, or why there is none. */
  #asked(original: Generation) {
    if (this.#version !== undefined && original.variables === null)
      return "The original was asked without a prompt, so there are no variables for this one.";
    try {
      return replayedRequest(original, { version: this.#version, model: this.#replay.model });
    } catch (error) {
      if (error instanceof DomainError) return error.message;
      throw error;
    }
  }

  async #ask(pair: ReplayPair, original: Generation, asked: ReturnType<typeof replayedRequest>) {
    const { id: replayId, apiKeyId, promptVersionId } = this.#replay;
    const { request, variables } = asked;
    const id = newId("generation");
    const versionId = promptVersionId ?? original.promptVersionId;
    try {
      await this.run.keep(async (change) => {
        this.deps.generations.ask(
          change,
          { id: this.run.job.id, visibility: pair.visibility },
          {
            ...{ id, purpose: ReplayGenerations.kind, request },
            prompt: versionId === null ? undefined : { versionId, variables: variables ?? {} },
            replay: { id: replayId, originalId: original.id, apiKeyId },
          },
        );
        change.amend(ReplayPair, pair.id, { generationId: id });
      });
      return id;
    } catch (error) {
      // A budget that has no more is no fault of the replay: the rest may fall under another one.
      if (!(error instanceof DomainError)) throw error;
      await this.#end(pair, ReplayPairStatus.FAILED, error.message);
      return undefined;
    }
  }

  async #write(pair: ReplayPair, original: Generation, id: string, held: { micros: number }): Promise<void> {
    const { generations, filters, logger } = this.deps;
    const { run } = this;
    let answered: Answered;
    try {
      answered = await generations.generate(silent(run, this.#admit(held)), id, filters[original.purpose]?.());
    } catch (error) {
      if (run.signal.aborted) throw error;
      logger.warn({ err: error, jobId: run.job.id, generationId: id }, "a generation of a replay failed");
      const code: ErrorCode = error instanceof DomainError ? error.code : "INTERNAL";
      const reason = error instanceof DomainError ? error.message : "Something failed inside Atrium.";
      return this.#end(pair, ReplayPairStatus.FAILED, reason, { id, code });
    }
    const compared = answered.isComplete ? await this.#compare(answered, original) : undefined;
    await run.keep(async (change) => {
      const generation = generations.end(change, answered, { rating: compared?.rating ?? null });
      const { costMicros, durationMs } = generation;
      change.amend(ReplayPair, pair.id, {
        generationId: id,
        ...(compared === undefined
          ? { status: ReplayPairStatus.SKIPPED, reason: cancelled }
          : { ...compared.scores, status: ReplayPairStatus.REPLAYED }),
        costDifferenceMicros: difference(costMicros, original.costMicros),
        latencyDifferenceMs: difference(durationMs, original.durationMs),
      });
    });
  }

  /** Both texts by the same rules, against the same collection without what came of the original. */
  async #compare(answered: Answered, original: Generation) {
    const { quality } = this.deps;
    const except = [original.id];
    const [now, then] = await Promise.all([
      quality.rules(answered.generation, answered.text, except),
      quality.rules(original, original.text, except),
    ]);
    const rating: Rating = { parts: now, judge: null };
    const replayedQuality = toQuality(rating).score;
    const originalQuality = toQuality({ parts: then, judge: null }).score;
    const qualityDifference = Math.round((replayedQuality - originalQuality) * 1000) / 1000;
    return { rating, scores: { replayedQuality, originalQuality, qualityDifference } };
  }

  /** A request beyond the first one has to fit under the cap as well. */
  #admit(held: { micros: number }): () => Promise<void> {
    let asked = 0;
    return async () => {
      asked += 1;
      if (asked === 1) return;
      const more = held.micros / (asked - 1);
      if (!this.#cap.take(more)) {
        const fault = "Another attempt at it may cost more than the cap of the replay leaves.";
        throw new DomainError("BUDGET_EXCEEDED", fault);
      }
      held.micros += more;
    };
  }

  /** What a generation has cost by the ledger; what is not known counts as all that was set aside. */
  async #costOf(id: string, held: number): Promise<number> {
    const row = await this.deps.database.row(sql<{ micros: string; isKnown: boolean }>`
      select coalesce(sum(cost_micros), 0) as micros, coalesce(bool_and(cost_micros is not null), true) as "isKnown"
      from provider_call where generation_id = ${id}`);
    return row?.isKnown ? Number(row.micros) : held;
  }

  #skip(pair: ReplayPair, reason: string): Promise<void> {
    const { generationId } = pair;
    const begun = generationId === null ? undefined : { id: generationId, code: "BUDGET_EXCEEDED" as const };
    return this.#end(pair, ReplayPairStatus.SKIPPED, reason, begun);
  }

  async #end(pair: ReplayPair, status: ReplayPairStatus, reason: string, failed?: { id: string; code: ErrorCode }) {
    await this.run.keep(async (change) => {
      if (failed !== undefined) this.deps.generations.fail(change, failed.id, failed.code);
      change.amend(ReplayPair, pair.id, { status, reason: reason.slice(0, 1_000) });
    });
  }
}

const difference = (now: number | null, then: number | null): number | null =>
  now === null || then === null ? null : now - then;
