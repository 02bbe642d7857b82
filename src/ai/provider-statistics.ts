import { sql } from "kysely";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import { detached } from "#src/platform/span.js";
import type { Upstream } from "./provider.js";

/** How a model did of late. */
export interface ModelStatistics {
  /** Milliseconds to its first text; null when none came and nothing ran into its deadline. */
  readonly latencyMs: number | null;
  /** Requests and those of them that went well: each counts half after every `halfLifeSeconds`. */
  readonly calls: number;
  readonly successes: number;
  /** Share of the provider's rate limit that was left at last; null when it did not say. */
  readonly headroom: number | null;
}

/** Older requests say nothing any more. */
const windowMs = 5 * 60_000;
const halfLifeSeconds = 30;
/** Nor do more than so many: reading them must not grow with the load. */
const maxCalls = 5_000;
/** How long what was read is as good as new, and how long it may be used while it is read anew, in milliseconds. */
const freshMs = 1_000;
const usableMs = 5_000;

interface Read {
  readonly byModel: ReadonlyMap<string, ModelStatistics>;
  readonly at: number;
}

interface Deps {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the ledger says of each model, so that every process knows the same. Read when it is asked for, once a second at most. */
export class ProviderStatistics {
  #read: Read | undefined;
  #reading: Promise<Read> | undefined;

  constructor(private readonly deps: Deps) {}

  async of(models: readonly Upstream[]): Promise<ModelStatistics[]> {
    const { byModel } = await this.#recent();
    return models.map((model) => byModel.get(keyOf(model)) ?? nothingKnown);
  }

  async #recent(): Promise<Read> {
    const known = this.#read;
    const age = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.at;
    if (known !== undefined && age < freshMs) return known;
    this.#reading ??= detached(() => this.#readLedger()).finally(() => {
      this.#reading = undefined;
    });
    if (known === undefined || age >= usableMs) return this.#reading;
    this.#reading.catch((error) => this.deps.logger.warn({ err: error }, "statistics of providers could not be read"));
    return known;
  }

  async #readLedger(): Promise<Read> {
    const at = performance.now();
    const now = this.deps.clock.now();
    const rows = await this.deps.database.upkeep(sql<ModelStatistics & Upstream>`
      with recent as (
        select provider, substr(asked_for, length(provider) + 2) as model, outcome, headroom, started_at,
          case when first_token_ms is not null then first_token_ms when outcome = 'TIMEOUT' then latency end as waited,
          power(0.5, greatest(extract(epoch from ${now}::timestamptz - started_at), 0) / ${halfLifeSeconds}::float8) as weight
        from provider_call where started_at > ${new Date(now.getTime() - windowMs)} and operation = 'CHAT'
          and outcome not in ('STOPPED', 'REJECTED', 'LOST', 'CACHED')
        order by started_at desc limit ${maxCalls}
      )
      select provider, model,
        (sum(waited * weight) / nullif(sum(weight) filter (where waited is not null), 0))::float8 as "latencyMs",
        sum(weight)::float8 as calls,
        coalesce(sum(weight) filter (where outcome in ('OK', 'LENGTH', 'CONTENT_FILTER')), 0)::float8 as successes,
        (array_agg(headroom order by started_at desc) filter (where headroom is not null))[1] as headroom
      from recent group by provider, model`);
    this.#read = { byModel: new Map(rows.map((row) => [keyOf(row), row])), at };
    return this.#read;
  }
}

const nothingKnown: ModelStatistics = { latencyMs: null, calls: 0, successes: 0, headroom: null };
const keyOf = ({ provider, model }: Upstream) => `${provider}/${model}`;
