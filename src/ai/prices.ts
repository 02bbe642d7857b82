import { sql } from "kysely";
import { type Actor, asSystem } from "#src/platform/actor.js";
import type { Bus } from "#src/platform/bus.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import type { Logger } from "#src/platform/logger.js";
import { shareNext } from "#src/platform/share-next.js";
import { detached } from "#src/platform/span.js";
import type { GenerationRequest } from "./generation-request.js";
import { ModelPrice, modelPriceTopic, type SetModelPriceInput } from "./model-price.js";
import { costOf, findPrice, mostTokens } from "./price-of.js";
import type { Candidate, Provider, Usage } from "./provider.js";
import { type PricePoint, publishedPrices } from "./published-prices.js";

/** How long prices are believed without a word of new ones, in milliseconds. */
const believedMs = 10_000;

/** Prices that one answer shows. */
export const maxShownPrices = 500;
const maxShownStored = 400;

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Providers that a price may be for. */
  readonly providers: readonly string[];
}

type StoredPrice = Omit<ModelPrice, "validFrom" | "isPublished" | "createdAt"> & { validFrom: string };

/** Names a request to a model, and when it began: the price of that moment counts. */
interface Priced {
  readonly provider: Pick<Provider, "name" | "offline">;
  readonly model: string;
  /** The name under which the vendor answered, when that differs: a deployment may be known by its model alone. */
  readonly answered?: string;
  readonly at: Date;
}

/** What tokens cost, as this process knows it; the table is the truth, and the published prices stand behind it. */
export class Prices {
  #stored: readonly PricePoint[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  readonly #unsubscribe: () => void;
  readonly #refresh = shareNext(async () => {
    const rows = await detached(() => this.#rows());
    this.#stored = rows.map((row) => ({ ...row, validFrom: new Date(row.validFrom) }));
    this.#readAt = performance.now();
  });

  constructor(private readonly deps: Deps) {
    this.#unsubscribe = deps.bus.subscribe(modelPriceTopic, () => this.#look());
  }

  start(): Promise<void> {
    return this.#refresh();
  }

  close(): void {
    this.#unsubscribe();
  }

  /** Micro-dollars, rounded up; null for a model whose price is not known, which is not the same as free. */
  costMicros({ provider, model, answered, at }: Priced, usage: Usage | null): number | null {
    if (provider.offline) return 0;
    if (performance.now() - this.#readAt > believedMs) this.#look();
    const known = [...this.#stored, ...publishedPrices];
    const find = (name: string) => findPrice(known, { provider: provider.name, model: name, at });
    const price = find(model) ?? (answered === undefined ? undefined : find(answered));
    return price === undefined || usage === null ? null : costOf(price, usage);
  }

  /** What so much sound costs, in micro-dollars, rounded up; null for a model without a price for it. */
  soundMicros({ provider, model, at }: Priced, durationMs: number): number | null {
    if (provider.offline) return 0;
    if (performance.now() - this.#readAt > believedMs) this.#look();
    const known = [...this.#stored, ...publishedPrices].filter(({ microsPerMinute }) => microsPerMinute !== null);
    const perMinute = findPrice(known, { provider: provider.name, model, at })?.microsPerMinute ?? null;
    return perMinute === null ? null : Math.ceil((durationMs * perMinute) / 60_000);
  }

  /** The most that one request can cost, by each `provider/model` that may answer it; null where a price is not known. */
  ceilings(candidates: readonly Candidate[], request: GenerationRequest, at: Date): Record<string, number | null> {
    const most = mostTokens(request);
    return Object.fromEntries(
      candidates.map(({ provider, model }) => [
        `${provider.name}/${model}`,
        this.costMicros({ provider, model, at }, most),
      ]),
    );
  }

  /** All that are known, those that were set first, the newest first. */
  list(): Promise<ModelPrice[]> {
    return this.#rows().then((rows) => [
      ...rows.slice(0, maxShownStored).map(toModelPrice),
      ...publishedPrices.map((price) => Object.assign(new ModelPrice(), price, { isPublished: true })),
    ]);
  }

  /** Sets a price from a time on; one of the same moment is replaced. */
  async set(actor: Actor, input: SetModelPriceInput): Promise<ModelPrice> {
    const { database, providers } = this.deps;
    const { model, inputMicrosPerMillion, outputMicrosPerMillion, microsPerMinute = null } = input;
    const provider = input.provider ?? null;
    if (provider !== null && !providers.includes(provider))
      throw badInput(
        `The provider ${JSON.stringify(provider.slice(0, 80))} is not configured here; these are: ${providers.join(", ")}.`,
        "input.provider",
      );
    const price = await database.write(asSystem(actor), async (change) => {
      const validFrom = input.validFrom ?? change.now;
      const [row] = await change.sql(sql<StoredPrice>`
        insert into model_price (id, provider, model, valid_from, input_micros_per_million, output_micros_per_million, micros_per_minute, created_at)
        values (${newId("model_price")}, ${provider}, ${model}, ${validFrom}, ${inputMicrosPerMillion}, ${outputMicrosPerMillion}, ${microsPerMinute}, ${change.now})
        on conflict (coalesce(provider, ''), model, valid_from) do update
          set input_micros_per_million = excluded.input_micros_per_million, output_micros_per_million = excluded.output_micros_per_million,
            micros_per_minute = excluded.micros_per_minute
        returning id, provider, model, valid_from as "validFrom", input_micros_per_million::float8 as "inputMicrosPerMillion",
          output_micros_per_million::float8 as "outputMicrosPerMillion", micros_per_minute::float8 as "microsPerMinute"`);
      if (row === undefined) throw new Error("The price was not stored.");
      const { id, ...after } = row;
      change.audit("model_price.set", { id }, { after });
      change.wake(modelPriceTopic);
      return toModelPrice(row);
    });
    // So that whoever has set it finds it; other processes hear of it.
    if (!database.isRehearsing) await this.#refresh();
    return price;
  }

  #rows(): Promise<StoredPrice[]> {
    return this.deps.database.rows(sql<StoredPrice>`
      select id, provider, model, valid_from as "validFrom", input_micros_per_million::float8 as "inputMicrosPerMillion",
        output_micros_per_million::float8 as "outputMicrosPerMillion", micros_per_minute::float8 as "microsPerMinute"
      from model_price order by valid_from desc, id desc`);
  }

  #look(): void {
    this.#readAt = performance.now();
    this.#refresh().catch((err: unknown) =>
      this.deps.logger.warn({ err }, "prices could not be read; the known ones stay"),
    );
  }
}

const toModelPrice = ({ validFrom, ...row }: StoredPrice): ModelPrice =>
  Object.assign(new ModelPrice(), row, { validFrom: new Date(validFrom), isPublished: false });
