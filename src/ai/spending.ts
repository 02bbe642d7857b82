import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { Superseded } from "#src/platform/job-thread.js";
import type { Run } from "#src/platform/run.js";
import type { Generation, PendingRequest } from "./generation.js";
import { countTokens } from "./offline/count-tokens.js";
import { mostTokens } from "./price-of.js";
import type { Prices } from "./prices.js";
import type { Attempt, Provider, Upstream, Usage } from "./provider.js";
import { ProviderCall, ProviderOperation, toOutcome } from "./provider-call.js";
import type { Routing } from "./routing.js";

export interface SpendingDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly prices: Prices;
  readonly providers: ReadonlyMap<string, Provider>;
}

/** A generation as one attempt at its job finds it. */
export type Spender = Generation & {
  /** What the ledger says it has cost until now, in micro-dollars. */
  readonly spent: number;
};

/**
 * What one attempt at a generation spends. Before each request upstream there is enough set aside for it, and the ledger has
 * what came before it; of a request that costs money the row says that it is under way, so that it is put down even when
 * this process ends in its middle.
 */
export class Spending {
  /** Requests that are not in the ledger yet. */
  #attempts: Attempt[] = [];
  #last: Attempt | undefined;
  #spent: number;
  /** False once something was spent of which nobody knows how much. */
  #isKnown: boolean;
  #reserved: number | null;
  /** True while the row says that a request of this attempt is under way. */
  #isPending = false;

  constructor(
    private readonly deps: SpendingDeps,
    private readonly run: Pick<Run, "actor" | "job">,
    private readonly generation: Spender,
  ) {
    this.#spent = generation.spent;
    this.#isKnown = generation.costMicros !== null || generation.spent === 0;
    this.#reserved = generation.reservedMicros;
  }

  /** What the ledger will say that it has cost, in micro-dollars; null when a price or a usage is not known. */
  get costMicros(): number | null {
    return this.#isKnown ? this.#spent : null;
  }

  /** The request that ended last. */
  get last(): Attempt | undefined {
    return this.#last;
  }

  note(attempt: Attempt): void {
    this.#attempts.push(attempt);
    this.#last = attempt;
    this.#spent += attempt.costMicros ?? 0;
    this.#isKnown &&= attempt.costMicros !== null;
  }

  /** What is not in the ledger yet: for the commit that ends the generation, which may be tried more than once. */
  get unstored(): readonly Attempt[] {
    return this.#attempts;
  }

  #take(): Attempt[] {
    const attempts = this.#attempts;
    this.#attempts = [];
    return attempts;
  }

  /** Asked before each request upstream: raises what is set aside when it may cost more, or throws BUDGET_EXCEEDED. */
  readonly admit = async (upstream: Upstream): Promise<void> => {
    const { generation, run, deps } = this;
    const name = `${upstream.provider}/${upstream.model}`;
    const most = this.#mostOf(upstream);
    if (most === 0) return this.keep();
    const total = most === null || this.#reserved === null ? null : Math.max(this.#reserved, this.#spent + most);
    const isCovered = total === this.#reserved && name in generation.ceilings;
    const pending: PendingRequest = { ...upstream, attempt: run.job.attempts, at: deps.clock.now().toISOString() };
    const attempts = this.#take();
    try {
      if (isCovered && attempts.length === 0) return await this.#mark(pending);
      await deps.database.write(run.actor, async (change) => {
        for (const attempt of attempts) addCall(change, generation, attempt);
        const rows = await change.systemSql(sql`update generation set pending = ${JSON.stringify(pending)}::jsonb,
            reserved_micros = ${total}, held_at = ${change.now}, ceilings = ceilings || ${JSON.stringify({ [name]: most })}::jsonb
          where id = ${generation.id} and status = 'OPEN' returning 1`);
        if (rows.length === 0) throw new Superseded(generation.jobId);
      });
      this.#reserved = total;
      this.#isPending = true;
    } catch (error) {
      this.#attempts.unshift(...attempts);
      throw error;
    }
  };

  /** Puts into the ledger what a generation has spent that goes on later, or not at all, and says who was asked. */
  async keep(routing: Routing | null = null): Promise<void> {
    const attempts = this.#take();
    if (attempts.length === 0 && routing === null) return;
    await this.deps.database.write(this.run.actor, async (change) => {
      if (routing !== null)
        await change.systemSql(sql`update generation set routing = ${JSON.stringify(routing)}::jsonb
          where id = ${this.generation.id} and status = 'OPEN'`);
      const [row] = await change.systemSql(sql<{ pending: PendingRequest | null }>`
        select pending from generation where id = ${this.generation.id} for no key update`);
      // A later attempt, which took this one for lost, has put its request down already.
      const isTold = this.#isPending && row?.pending?.attempt !== this.run.job.attempts;
      for (const attempt of isTold ? attempts.slice(0, -1) : attempts) addCall(change, this.generation, attempt);
    });
    this.#isPending = false;
  }

  /** Puts down what an earlier attempt had upstream when its worker vanished. */
  async recover(): Promise<void> {
    const { generation, run, deps } = this;
    const { pending } = generation;
    if (pending === null || pending.attempt === run.job.attempts) return;
    const streamed = await deps.database.row(sql<{ text: string }>`
      select coalesce(string_agg(data ->> 'text', '' order by seq), '') as text from job_event
      where job_id = ${generation.jobId} and attempt = ${pending.attempt} and kind = 'text'`);
    const attempt = this.#lost(pending, streamed?.text ?? "");
    await deps.database.write(run.actor, async (change) => {
      const found = await change.systemSql(sql`update generation set pending = null
        where id = ${generation.id} and pending ->> 'attempt' = ${String(pending.attempt)} returning 1`);
      if (found.length > 0) addCall(change, generation, attempt);
    });
    this.#spent += attempt.costMicros ?? 0;
  }

  #mostOf({ provider, model }: Upstream): number | null {
    const { prices, clock, providers } = this.deps;
    const asked = providers.get(provider) ?? { name: provider, offline: false };
    const at = clock.now();
    return prices.costMicros({ provider: asked, model, at }, mostTokens(this.generation.request));
  }

  async #mark(pending: PendingRequest): Promise<void> {
    const { id, jobId } = this.generation;
    const rows = await this.deps.database.upkeep(sql`update generation set pending = ${JSON.stringify(pending)}::jsonb
      where id = ${id} and status = 'OPEN' returning 1`);
    if (rows.length === 0) throw new Superseded(jobId);
    this.#isPending = true;
  }

  /** Nobody has seen its end: it has cost what was asked, and the text that was stored of the answer. */
  #lost({ provider, model, at }: PendingRequest, text: string): Attempt {
    const { messages, maxTokens } = this.generation.request;
    const startedAt = new Date(at);
    const usage: Usage = {
      inputTokens: messages.reduce((sum, message) => sum + countTokens(message.text), 0),
      outputTokens: Math.min(countTokens(text), maxTokens),
    };
    const asked = this.deps.providers.get(provider) ?? { name: provider, offline: false };
    return {
      ...{
        provider,
        askedModel: model,
        model: model.slice(0, 100),
        operation: "chat",
        outcome: "lost",
        startedAt,
        usage,
      },
      latencyMs: Math.max(0, this.deps.clock.now().getTime() - startedAt.getTime()),
      firstTokenMs: null,
      isEstimated: true,
      costMicros: this.deps.prices.costMicros({ provider: asked, model, at: startedAt }, usage),
      headroom: null,
    };
  }
}

/** What a request was for: a generation, or nothing of which there is a row. */
type Occasion = Pick<Generation, "createdById" | "apiKeyId" | "visibility" | "purpose"> & {
  readonly id: string | null;
};

export const addCall = (change: Change, occasion: Occasion, attempt: Attempt): void => {
  const { operation, outcome, latencyMs, usage, askedModel, ...rest } = attempt;
  const { id: generationId, createdById, apiKeyId, visibility, purpose } = occasion;
  change.create(ProviderCall, {
    ...{ generationId, createdById, apiKeyId, visibility, purpose },
    ...rest,
    askedFor: `${attempt.provider}/${askedModel}`,
    operation: operation === "chat" ? ProviderOperation.CHAT : ProviderOperation.EMBEDDINGS,
    outcome: toOutcome(outcome),
    latency: latencyMs,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
  });
};
