import { sql } from "kysely";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import type { Job } from "#src/platform/job.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Run } from "#src/platform/run.js";
import { Generation, GenerationStatus } from "./generation.js";
import type { GenerationRequest } from "./generation-request.js";
import { highestCostMicros } from "./prices.js";
import { type Attempt, type FinishReason, type Provider, ProviderError, type Usage } from "./provider.js";
import { ProviderCall, ProviderOperation, toOutcome } from "./provider-call.js";
import { candidatesOf } from "./route.js";

export const generationList = defineList(Generation, { plural: "generations" });

/** What a generation is asked for. */
export interface GenerationWish {
  /** Its id: the job's payload names it. */
  readonly id: string;
  /** `<domain>.<verb>`, as jobs are called. */
  readonly purpose: string;
  readonly request: GenerationRequest;
}

/** What came of a generation, ready to be stored. */
export interface Answered {
  readonly generation: Generation;
  /** The provider that answered. */
  readonly provider: Provider | undefined;
  readonly model: string;
  readonly text: string;
  readonly isComplete: boolean;
  readonly usage: Usage | null;
  readonly firstTokenMs: number | null;
  readonly durationMs: number;
  /** Requests upstream that are not in the ledger yet. */
  readonly attempts: readonly Attempt[];
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
  readonly defaultProvider: Provider;

  constructor(
    private readonly database: Database,
    /** Each vendor's, as it is asked. */
    readonly providers: readonly Provider[],
    /** All of them behind one: what it is asked for are classes of models, and models by `provider/model`. */
    private readonly routed: Provider,
    defaultName: string | undefined,
  ) {
    this.#byName = new Map(providers.map((provider) => [provider.name, provider]));
    const chosen = defaultName === undefined ? providers[0] : this.#byName.get(defaultName);
    if (chosen === undefined) throw new Error(`The default provider ${defaultName} is not configured.`);
    this.defaultProvider = chosen;
  }

  /**
   * What a wish for a provider, a model or neither is called: an unknown one is `BAD_USER_INPUT`. Naming a provider pins the
   * request to it.
   */
  modelFor(name: string | null | undefined, model: string | null | undefined): string {
    if (!name && !model) return "default";
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

  /**
   * Adds a generation to the change that asks for its job, and sets aside what it may cost. The database refuses it with
   * `BUDGET_EXCEEDED` when a budget does not have that much left.
   */
  ask(change: Change, job: Job, { id, purpose, request }: GenerationWish): Generation {
    const { credential, userId } = change.actor;
    return change.create(Generation, {
      id,
      purpose,
      request,
      jobId: job.id,
      createdById: userId,
      apiKeyId: credential?.kind === "API_KEY" ? credential.id : null,
      visibility: job.visibility,
      status: GenerationStatus.OPEN,
      reservedMicros: highestCostMicros(candidatesOf(this.routed, request.model), request),
      text: "",
      isComplete: false,
    });
  }

  /**
   * Streams an answer into the job's thread. A cancelled run gives what came until then, marked incomplete; an answer that
   * was cut anywhere else throws, so that a short text is never taken for a whole one. What it has cost is in the ledger
   * even then.
   */
  async generate(run: Run, generationId: string, filter: TextFilter = asIs): Promise<Answered> {
    const generation = await this.#begin(run.actor, generationId);
    const started = performance.now();
    const attempts: Attempt[] = [];
    let text = "";
    let firstTokenMs: number | null = null;
    let end: { finishReason: FinishReason; model: string; usage: Usage | null } | undefined;
    const stream = (piece: string) => {
      text += piece;
      if (piece !== "") run.text(piece);
    };
    try {
      for await (const chunk of this.routed.generate(generation.request, run.signal)) {
        if (chunk.type === "attempt") attempts.push(chunk.attempt);
        else if (chunk.type === "text") {
          firstTokenMs ??= Math.round(performance.now() - started);
          stream(filter.push(chunk.text));
        } else if (chunk.type === "end") end = chunk;
      }
      const provider = attempts.at(-1)?.provider ?? this.routed.name;
      if (end === undefined || end.finishReason !== "stop")
        throw new ProviderError(provider, "cut", { cause: end?.finishReason });
      stream(filter.end());
      if (text === "") throw new ProviderError(provider, "invalid_answer");
    } catch (error) {
      if (!run.cancelled) {
        await this.#keep(generation, run.actor, attempts);
        throw error;
      }
      stream(filter.end());
      end = undefined;
    }
    const last = attempts.at(-1);
    return {
      generation,
      provider: last === undefined ? undefined : this.#byName.get(last.provider),
      model: (end?.model ?? last?.model ?? generation.request.model).slice(0, 100),
      text,
      isComplete: end !== undefined && !run.cancelled,
      usage: end?.usage ?? null,
      firstTokenMs,
      durationMs: Math.round(performance.now() - started),
      attempts,
    };
  }

  /** Stores what came of a generation, in the commit that ends its job. */
  end(change: Change, answered: Answered, { qualityScore = null }: { qualityScore?: number | null } = {}): Generation {
    const { generation, provider, model, text, isComplete, usage, firstTokenMs, durationMs, attempts } = answered;
    const ended = {
      status: isComplete ? GenerationStatus.SUCCEEDED : GenerationStatus.CANCELLED,
      provider: provider?.name ?? null,
      model,
      text,
      isComplete,
      inputTokens: usage?.inputTokens ?? null,
      outputTokens: usage?.outputTokens ?? null,
      costMicros: sumOf(attempts),
      firstTokenMs,
      durationMs,
      qualityScore,
      finishedAt: change.now,
    };
    change.amend(Generation, generation.id, ended);
    for (const attempt of attempts) addCall(change, generation, attempt);
    return Object.assign(new Generation(), generation, ended);
  }

  async #begin(actor: Actor, id: string): Promise<Generation> {
    const row = await this.database.row(sql<Generation>`
      select id, job_id as "jobId", created_by_id as "createdById", api_key_id as "apiKeyId", workspace_id as "workspaceId",
        visibility, purpose, request, status, created_at as "createdAt" from generation
      where id = ${id} and workspace_id = ${actor.workspaceId}`);
    if (row === undefined) throw new DomainError("NOT_FOUND", "The generation is gone.");
    return Object.assign(new Generation(), row);
  }

  /** Puts into the ledger what a generation has spent that goes on later, or not at all. */
  async #keep(generation: Generation, actor: Actor, attempts: readonly Attempt[]): Promise<void> {
    if (attempts.length === 0) return;
    await this.database.write(actor, async (change) => {
      for (const attempt of attempts) addCall(change, generation, attempt);
    });
  }
}

/** Null when one of them is not known. */
const sumOf = (attempts: readonly Attempt[]): number | null =>
  attempts.reduce<number | null>(
    (sum, { costMicros }) => (sum === null || costMicros === null ? null : sum + costMicros),
    0,
  );

const addCall = (change: Change, generation: Generation, attempt: Attempt): void => {
  const { operation, outcome, latencyMs, usage, ...rest } = attempt;
  const { id: generationId, createdById, apiKeyId, visibility, purpose } = generation;
  change.create(ProviderCall, {
    ...{ generationId, createdById, apiKeyId, visibility, purpose },
    ...rest,
    operation: operation === "chat" ? ProviderOperation.CHAT : ProviderOperation.EMBEDDINGS,
    outcome: toOutcome(outcome),
    latency: latencyMs,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
  });
};
