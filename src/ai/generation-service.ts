import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import { badInput, DomainError, type ErrorCode } from "#src/platform/errors.js";
import type { Job } from "#src/platform/job.js";
import { defineList } from "#src/platform/lists/list.js";
import type { AnswerCache } from "./answer-cache.js";
import type { Answered } from "./answered.js";
import { CacheMode } from "./cache-mode.js";
import { CacheHitKind, Generation, GenerationStatus } from "./generation.js";
import type { GenerationRequest } from "./generation-request.js";
import { lineageHashOf } from "./lineage-hash.js";
import {
  type CacheHit,
  type FinishReason,
  type GenerateRequest,
  type Provider,
  ProviderError,
  type Upstream,
  type Usage,
} from "./provider.js";
import { candidatesOf } from "./route.js";
import { type Routing, RoutingReason } from "./routing.js";
import { type Rating, toQuality } from "./score-quality.js";
import { addCall, type Spender, Spending, type SpendingDeps } from "./spending.js";
import type { Writing } from "./writing.js";

export const generationList = defineList(Generation, { plural: "generations" });

/** What a generation is asked for. */
export interface GenerationWish {
  /** Its id: the job's payload names it. */
  readonly id: string;
  /** `<domain>.<verb>`, as jobs are called. */
  readonly purpose: string;
  readonly request: GenerationRequest;
  /** The version of a prompt that `request` was made of, and with which values. */
  readonly prompt?: { readonly versionId: string; readonly variables: Readonly<Record<string, unknown>> } | undefined;
  /** The batch that it is asked for in, and its place there. */
  readonly batch?: { readonly id: string; readonly position: number } | undefined;
  /** The replay that it is a part of, the generation that it replays, and the API key that all of that was asked for with. */
  readonly replay?: { readonly id: string; readonly originalId: string; readonly apiKeyId: string | null };
  /** The API key on whose behalf a job asks, when it is not the actor's own. */
  readonly apiKeyId?: string | null;
  /** Goes past the cache when left out. */
  readonly cache?: CacheMode | null | undefined;
}

/** Turns the raw pieces of an answer into what is streamed and stored, and says at the end what it held back. */
export interface TextFilter {
  push(piece: string): string;
  end(): string;
}

const asIs: TextFilter = { push: (piece) => piece, end: () => "" };

/** Texts that providers write: asked for in one commit with the money for them, written in a job, and stored with what they cost. */
export class GenerationService {
  readonly #byName: ReadonlyMap<string, Provider>;
  readonly #deps: SpendingDeps;
  readonly defaultProvider: Provider;

  constructor(
    deps: Omit<SpendingDeps, "providers">,
    /** Each vendor's, as it is asked. */
    readonly providers: readonly Provider[],
    /** All of them behind one: what it is asked for are classes of models, and models by `provider/model`. */
    readonly routed: Provider,
    private readonly cache: AnswerCache,
    defaultName: string | undefined,
    /** The classes of models that a request can name. */
    private readonly modelClasses: () => readonly string[],
  ) {
    this.#byName = new Map(providers.map((provider) => [provider.name, provider]));
    this.#deps = { ...deps, providers: this.#byName };
    const chosen = defaultName === undefined ? providers[0] : this.#byName.get(defaultName);
    if (chosen === undefined) throw new Error(`The default provider ${defaultName} is not configured.`);
    this.defaultProvider = chosen;
  }

  /**
   * What a wish for a provider, a model, a class of models or none of them is called: an unknown one is `BAD_USER_INPUT`.
   * Naming a provider pins the request to it.
   */
  modelFor(
    name: string | null | undefined,
    model: string | null | undefined,
    modelClass?: string | null | undefined,
  ): string {
    if (!name && !model) return this.#classFor(modelClass || "default");
    if (modelClass)
      throw badInput(
        "Name a class of models, or a provider and a model: a class is for those who leave the choice open.",
        "input.modelClass",
      );
    const provider = name ? this.#byName.get(name) : this.defaultProvider;
    if (provider === undefined) {
      const known = [...this.#byName.keys()].join(", ");
      throw badInput(
        `The provider ${JSON.stringify(name)} is not configured here; these are: ${known}.`,
        "input.provider",
      );
    }
    if (model && !provider.models.includes(model)) {
      const known = provider.models.join(", ");
      throw badInput(
        `The provider ${provider.name} offers no model ${JSON.stringify(model)}; it offers: ${known}.`,
        "input.model",
      );
    }
    return `${provider.name}/${model || (provider.models[0] ?? "")}`;
  }

  #classFor(modelClass: string): string {
    const known = this.modelClasses();
    if (known.includes(modelClass)) return modelClass;
    const fault = `There is no class of models ${JSON.stringify(modelClass)}; these are: ${known.join(", ")}.`;
    throw badInput(fault, "input.modelClass");
  }

  /** The most that a request can cost, in micro-dollars; null when the price of a model that may answer it is not known. */
  highestCost(request: GenerationRequest): number | null {
    return highestOf(this.#ceilings(request, this.#deps.clock.now()));
  }

  #ceilings(request: GenerationRequest, at: Date): Record<string, number | null> {
    return this.#deps.prices.ceilings(candidatesOf(this.routed, request.model), request, at);
  }

  /**
   * Adds a generation to the change that asks for its job, and sets aside what it may cost. The database refuses it with
   * `BUDGET_EXCEEDED` when a budget does not have that much left.
   */
  ask(change: Change, job: Pick<Job, "id" | "visibility">, wish: GenerationWish): Generation {
    const { id, purpose, request, prompt, batch, replay, cache } = wish;
    const { credential, userId } = change.actor;
    const ceilings = this.#ceilings(request, change.now);
    return change.create(Generation, {
      id,
      purpose,
      request,
      cacheMode: cache ?? CacheMode.BYPASS,
      jobId: job.id,
      createdById: userId,
      apiKeyId: wish.apiKeyId ?? replay?.apiKeyId ?? (credential?.kind === "API_KEY" ? credential.id : null),
      replayId: replay?.id ?? null,
      replayOfId: replay?.originalId ?? null,
      visibility: job.visibility,
      status: GenerationStatus.OPEN,
      // Those of a batch set it aside as they begin: so one for which there is nothing left fails alone.
      reservedMicros: batch === undefined ? highestOf(ceilings) : 0,
      ceilings,
      ...{ batchId: batch?.id ?? null, batchPosition: batch?.position ?? null },
      ...{ promptVersionId: prompt?.versionId ?? null, variables: prompt?.variables ?? null },
      text: "",
      isComplete: false,
      isDegraded: false,
    });
  }

  /**
   * Streams an answer into the job's thread. A cancelled run gives what came until then, marked incomplete; an answer that
   * was cut anywhere else throws, so that a short text is never taken for a whole one. What it has cost is in the ledger
   * even then.
   */
  async generate(run: Writing, generationId: string, filter: TextFilter = asIs): Promise<Answered> {
    const { generation, contentHash } = await this.#begin(run.actor, generationId);
    const spending = new Spending(this.#deps, run, generation);
    await spending.recover();
    const admit = async (upstream: Upstream) => {
      await run.admit?.(upstream);
      await spending.admit(upstream);
    };
    const started = performance.now();
    let text = "";
    let hit: CacheHit | undefined;
    let firstTokenMs: number | null = null;
    let routing: Routing | null = null;
    let end: { finishReason: FinishReason; model: string; usage: Usage | null } | undefined;
    const stream = (piece: string) => {
      text += piece;
      if (piece !== "") run.text(piece);
    };
    try {
      for await (const chunk of this.routed.generate({ ...cached(generation), admit }, run.signal)) {
        if (chunk.type === "attempt") spending.note(chunk.attempt);
        else if (chunk.type === "routed") routing = chunk.routing;
        else if (chunk.type === "text") {
          firstTokenMs ??= Math.round(performance.now() - started);
          // What is kept went through the filter when it was new.
          stream(hit === undefined ? filter.push(chunk.text) : chunk.text);
        } else if (chunk.type === "hit") hit = chunk.hit;
        else if (chunk.type === "end") end = chunk;
      }
      const provider = spending.last?.provider ?? this.routed.name;
      if (end === undefined || end.finishReason !== "stop")
        throw new ProviderError(provider, "cut", { cause: end?.finishReason });
      stream(filter.end());
      if (text === "") throw new ProviderError(provider, "invalid_answer");
    } catch (error) {
      if (!run.cancelled) {
        await spending.keep(routing);
        throw error;
      }
      stream(filter.end());
      end = undefined;
    }
    const { last } = spending;
    return {
      ...{ generation, contentHash, admit, spending, routing },
      provider: last === undefined ? undefined : this.#byName.get(last.provider),
      model: (end?.model ?? last?.model ?? generation.request.model).slice(0, 100),
      text,
      isComplete: end !== undefined && !run.cancelled,
      usage: end?.usage ?? null,
      firstTokenMs,
      durationMs: Math.round(performance.now() - started),
      hit,
    };
  }

  /** Stores what came of a generation, in the commit that ends its job, and keeps it for the next that ask the same. */
  end(change: Change, answered: Answered, { rating = null }: { rating?: Rating | null } = {}): Generation {
    const { generation, provider, model, text, isComplete, usage, firstTokenMs, durationMs, hit, routing } = answered;
    const came = {
      status: isComplete ? GenerationStatus.SUCCEEDED : GenerationStatus.CANCELLED,
      provider: provider?.name ?? null,
      model,
      text,
      isComplete,
      routing,
      isDegraded: hit?.isStale ?? routing?.reason === RoutingReason.LAST_RESORT,
      cacheHit: hit === undefined ? null : CacheHitKind[hit.kind],
      cachedFromId: hit?.generationId ?? null,
      inputTokens: usage?.inputTokens ?? null,
      outputTokens: usage?.outputTokens ?? null,
      firstTokenMs,
      durationMs,
      qualityScore: rating === null ? null : toQuality(rating).score,
      quality: rating,
      finishedAt: change.now,
    };
    const lineageHash = lineageHashOf({ ...generation, ...came }, answered.contentHash);
    const ended = { ...came, lineageHash };
    change.amend(Generation, generation.id, ended);
    for (const attempt of answered.spending.unstored) addCall(change, generation, attempt);
    if (isComplete && hit === undefined && !ended.isDegraded && generation.cacheMode !== CacheMode.BYPASS)
      this.cache.keep(change, generation);
    // What it has cost is kept by the ledger itself: here it is only told.
    return Object.assign(new Generation(), generation, ended, { costMicros: answered.spending.costMicros });
  }

  /** Ends a generation that goes on no more, while its job does. */
  fail(change: Change, id: string, errorCode: ErrorCode): void {
    change.amend(Generation, id, { status: GenerationStatus.FAILED, errorCode, finishedAt: change.now });
  }

  async #begin(actor: Actor, id: string): Promise<{ generation: Spender; contentHash: string | null }> {
    const row = await this.#deps.database.row(sql<Spender & { contentHash: string | null }>`
      select g.id, g.job_id as "jobId", g.created_by_id as "createdById", g.api_key_id as "apiKeyId",
        g.workspace_id as "workspaceId", g.visibility, g.purpose, g.request, g.variables, g.status,
        g.cache_mode as "cacheMode", g.ceilings, g.pending, g.reserved_micros::float8 as "reservedMicros", g.cost_micros::float8 as "costMicros",
        (select coalesce(sum(cost_micros), 0) from provider_call where generation_id = g.id)::float8 as spent,
        g.prompt_version_id as "promptVersionId", g.replay_of_id as "replayOfId", g.created_at as "createdAt",
        v.content_hash as "contentHash"
      from generation g left join prompt_version v on v.id = g.prompt_version_id
      where g.id = ${id} and g.workspace_id = ${actor.workspaceId}`);
    if (row === undefined) throw new DomainError("NOT_FOUND", "The generation is gone.");
    const { contentHash, ...values } = row;
    return { generation: Object.assign(new Generation(), values), contentHash };
  }
}

/** Its request, as it takes part in the cache. */
const cached = ({
  request,
  cacheMode: mode,
  purpose,
  workspaceId,
  createdById,
  visibility,
}: Generation): GenerateRequest =>
  mode === CacheMode.BYPASS
    ? request
    : { ...request, cache: { mode, purpose, scope: { workspaceId, userId: createdById, visibility } } };

/** Null when one of them is not known. */
const highestOf = (ceilings: Readonly<Record<string, number | null>>): number | null => {
  const costs = Object.values(ceilings);
  return costs.includes(null) ? null : Math.max(0, ...(costs as number[]));
};
