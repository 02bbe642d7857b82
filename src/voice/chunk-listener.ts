import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Prices } from "#src/ai/prices.js";
import { ProviderError } from "#src/ai/provider.js";
import { ProviderCall, ProviderOperation, ProviderOutcome, toOutcome } from "#src/ai/provider-call.js";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Run } from "#src/platform/run.js";
import { findTranscript, type Listening, type StoredChunk, storeHeard } from "./stored-transcript.js";
import type { Heard, Sound, Transcriber } from "./transcriber.js";
import { ChunkStatus } from "./transcript-status.js";
import type { PendingSound } from "./voice-recording.js";

/** How often a stretch of sound is sent before it is given up. */
export const requestsOfChunk = 3;

/** Milliseconds before the second request; doubled for each further one. */
const baseDelayMs = 1_000;

/** Who asks to wait for longer than this is not waited for, in milliseconds. */
const longestPauseMs = 120_000;

/** A request that ended like this was not worked on. */
const unbilled: ReadonlySet<ProviderOutcome> = new Set([
  ProviderOutcome.RATE_LIMITED,
  ProviderOutcome.UNAVAILABLE,
  ProviderOutcome.CREDENTIALS,
  ProviderOutcome.REJECTED,
]);

interface Deps {
  readonly clock: Clock;
  readonly prices: Prices;
}

/** What is asked of a transcriber on behalf of one job. */
interface Asked {
  readonly transcriber: Transcriber;
  readonly transcript: Listening;
  readonly language: string | undefined;
  readonly apiKeyId: string | null;
}

type Ended = PendingSound & { readonly outcome: ProviderOutcome; readonly latencyMs: number };

/**
 * Has stretches of a recording listened to, each by itself. Before a request its row says that it is upstream, which a
 * budget may refuse; afterwards the ledger has it, in one commit with what was heard.
 */
export class ChunkListener {
  constructor(
    private readonly deps: Deps,
    private readonly run: Run,
    private readonly asked: Asked,
  ) {}

  /** Gives the words. Throws what the last request failed with, and then the row says FAILED. */
  async listen(chunk: StoredChunk, sound: Sound): Promise<string> {
    const { run } = this;
    for (let requests = 1; ; requests += 1) {
      run.signal.throwIfAborted();
      const pending = await this.#begin(chunk);
      const begun = performance.now();
      const end = (outcome: ProviderOutcome): Ended => ({
        ...{ ...pending, outcome, latencyMs: Math.round(performance.now() - begun) },
      });
      const answer = await this.#ask(sound).catch((error: unknown) => ({ error }));
      if (!("error" in answer))
        return await run.keep((change) => this.#keep(change, chunk, { heard: answer, ended: end(ProviderOutcome.OK) }));
      const { error } = answer;
      if (!(error instanceof ProviderError) && !run.signal.aborted) {
        await this.#release(chunk);
        throw error;
      }
      const isLast = requests === requestsOfChunk || !isPassing(error);
      await this.#fail(chunk, end(outcomeOf(error, run.signal)), { error, isLast });
      run.signal.throwIfAborted();
      if (isLast) throw error;
      const pauseMs = pauseAfter(error, requests);
      await sleep(pauseMs, undefined, { signal: run.signal }).catch(() => run.signal.throwIfAborted());
    }
  }

  /** Puts down what an earlier attempt had upstream when its worker vanished. */
  async recover(chunks: readonly StoredChunk[]): Promise<void> {
    for (const { id, pending } of chunks) {
      if (pending === null) continue;
      const latencyMs = Math.max(0, this.deps.clock.now().getTime() - Date.parse(pending.at));
      await this.run.keep(async (change) => {
        const found = await change.sql(
          sql`update transcript_chunk set pending = null where id = ${id} and pending is not null returning 1`,
        );
        if (found.length > 0) this.#putDown(change, { ...pending, outcome: ProviderOutcome.LOST, latencyMs });
      });
    }
  }

  async #ask(sound: Sound): Promise<Heard> {
    const { transcriber, transcript, language } = this.asked;
    return await transcriber.transcribe({ sound, model: transcript.model, language, signal: this.run.signal });
  }

  async #begin(chunk: StoredChunk): Promise<PendingSound> {
    const { asked, deps, run } = this;
    const { transcriber, transcript } = asked;
    const at = deps.clock.now();
    const provider = { name: transcriber.name, offline: transcriber.isLocal ?? false };
    const micros = deps.prices.soundMicros({ provider, model: transcript.model, at }, chunk.endMs - chunk.startMs);
    const pending: PendingSound = {
      ...{ provider: provider.name, model: transcript.model, micros },
      ...{ at: at.toISOString(), apiKeyId: asked.apiKeyId, purpose: run.job.kind },
    };
    await run.keep(async (change) => {
      await findTranscript(change, transcript.id);
      await change.sql(sql`update transcript_chunk set pending = ${JSON.stringify(pending)}::jsonb, attempts = attempts + 1
        where id = ${chunk.id}`);
    });
    return pending;
  }

  async #keep(change: Change, chunk: StoredChunk, { heard, ended }: { heard: Heard; ended: Ended }): Promise<string> {
    const words = await storeHeard(change, this.asked.transcript.id, chunk, heard);
    this.#putDown(change, ended);
    return words;
  }

  async #fail(chunk: StoredChunk, ended: Ended, { error, isLast }: { error: unknown; isLast: boolean }): Promise<void> {
    const isStopped = this.run.signal.aborted;
    const status = isLast && !isStopped ? ChunkStatus.FAILED : ChunkStatus.PENDING;
    const message = isStopped ? null : (error as Error).message;
    await this.run.keep(async (change) => {
      await change.sql(sql`update transcript_chunk set pending = null, status = ${status}, error_message = ${message}
        where id = ${chunk.id}`);
      this.#putDown(change, ended);
    });
  }

  /** Nothing went upstream. */
  async #release(chunk: StoredChunk): Promise<void> {
    await this.run.keep((change) =>
      change.sql(sql`update transcript_chunk set pending = null where id = ${chunk.id} and pending is not null`),
    );
  }

  #putDown(change: Change, { provider, model, outcome, at, latencyMs, micros, apiKeyId, purpose }: Ended): void {
    const { id: transcriptId, createdById, visibility } = this.asked.transcript;
    change.create(ProviderCall, {
      ...{ transcriptId, createdById, visibility, apiKeyId, purpose, provider, model, outcome },
      askedFor: `${provider}/${model}`,
      operation: ProviderOperation.TRANSCRIPTION,
      startedAt: new Date(at),
      latency: latencyMs,
      // Whether an answer that nobody got was worked on is not known; it may have been.
      isEstimated: outcome !== ProviderOutcome.OK && !unbilled.has(outcome),
      costMicros: unbilled.has(outcome) ? 0 : micros,
    });
  }
}

const outcomeOf = (error: unknown, signal: AbortSignal): ProviderOutcome => {
  if (signal.aborted) return ProviderOutcome.STOPPED;
  const { fault } = error as ProviderError;
  return fault === "circuit_open" ? ProviderOutcome.UNAVAILABLE : toOutcome(fault);
};

const isPassing = (error: unknown): boolean =>
  error instanceof ProviderError && error.transient && waitOf(error) <= longestPauseMs;

const waitOf = (error: unknown): number =>
  error instanceof ProviderError ? (error.details.retryAfter ?? 0) * 1000 : 0;

const pauseAfter = (error: unknown, failures: number): number =>
  Math.max(baseDelayMs * 2 ** (failures - 1) * (0.5 + Math.random()), waitOf(error));
