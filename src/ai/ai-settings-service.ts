import { sql } from "kysely";
import { type Actor, asSystem } from "#src/platform/actor.js";
import type { Bus } from "#src/platform/bus.js";
import type { Database } from "#src/platform/database.js";
import { badInput } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import type { Logger } from "#src/platform/logger.js";
import { shareNext } from "#src/platform/share-next.js";
import { detached } from "#src/platform/span.js";
import { type AiSettings, aiSettingsTopic } from "./ai-settings.js";
import type { UpdateAiSettingsInput } from "./ai-settings-inputs.js";
import { builtInClasses, type CostOf } from "./model-classes.js";
import type { Provider } from "./provider.js";
import { type ModelClassSetting, type StoredAiSettings, storedAiSettings } from "./stored-ai-settings.js";

/** How often a process looks whether they have changed, should word of it have been lost, in milliseconds. */
const looksMs = 2_000;

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly providers: readonly Provider[];
  /** The provider that ATRIUM_AI_PROVIDER names. */
  readonly preferred: string | undefined;
  readonly costOf: CostOf;
}

/** What can be set of the choice of providers while everything runs: one row, which every process knows. */
export class AiSettingsService {
  #current: AiSettings;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe = () => {};
  readonly #look = shareNext(async () => {
    this.#current = this.#complete(await this.#stored());
  });

  constructor(private readonly deps: Deps) {
    this.#current = this.#complete(storedAiSettings.parse({}));
  }

  /** Throws when what is stored is not of this version's form. */
  async start(): Promise<void> {
    await this.#look();
    const look = () =>
      detached(() => {
        this.#look().catch((error) => this.deps.logger.warn({ err: error }, "the AI settings could not be read"));
      });
    this.#unsubscribe = this.deps.bus.subscribe(aiSettingsTopic, look);
    this.#timer = setInterval(look, looksMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#unsubscribe();
    await this.#look().catch(() => {});
  }

  /** As this process knows them: at most a second old while the bus works. */
  current(): AiSettings {
    return this.#current;
  }

  /** As they are stored now. */
  async read(): Promise<AiSettings> {
    const row = await this.deps.database.row(sql<Row>`select settings from ai_settings`);
    return this.#complete(storedAiSettings.parse(row?.settings ?? {}));
  }

  async update(actor: Actor, input: UpdateAiSettingsInput): Promise<AiSettings> {
    const updated = await this.deps.database.write(asSystem(actor), async (change) => {
      // One at a time: each merges into what the one before has left.
      await change.sql(sql`select pg_advisory_xact_lock(hashtext('ai_settings'))`);
      const [row] = await change.sql(sql<Row & { id: string }>`select id, settings from ai_settings`);
      const id = row?.id ?? newId("ai_settings");
      const before = storedAiSettings.parse(row?.settings ?? {});
      const after = this.#merge(before, input);
      await change.sql(sql`insert into ai_settings (id, settings, updated_at)
        values (${id}, ${JSON.stringify(after)}::jsonb, ${change.now})
        on conflict (id) do update set settings = excluded.settings, updated_at = excluded.updated_at`);
      change.audit("ai_settings.updated", { id }, { before, after });
      change.wake(aiSettingsTopic);
      return this.#complete(after);
    });
    // Whoever has set something finds it set here at once.
    await detached(() => this.#look());
    return updated;
  }

  async #stored(): Promise<StoredAiSettings> {
    const [row] = await this.deps.database.upkeep(sql<Row>`select settings from ai_settings`);
    return storedAiSettings.parse(row?.settings ?? {});
  }

  #merge(before: StoredAiSettings, input: UpdateAiSettingsInput): StoredAiSettings {
    const { weights, modelClasses, retry, breaker, offlineStandsIn, judgeClass } = input;
    const parsed = storedAiSettings.safeParse({
      weights: { ...before.weights, ...given(weights) },
      modelClasses:
        modelClasses?.map(({ name, candidates }) => ({ name, candidates: candidates.map((each) => given(each)) })) ??
        before.modelClasses,
      retry: { ...before.retry, ...given(retry) },
      breaker: { ...before.breaker, ...given(breaker) },
      offlineStandsIn: offlineStandsIn ?? before.offlineStandsIn,
      judgeClass: judgeClass ?? before.judgeClass,
    });
    const [issue] = parsed.error?.issues ?? [];
    if (issue !== undefined) throw badInput(`${issue.message}.`, ["input", ...issue.path].join("."));
    const after = parsed.data as StoredAiSettings;
    if (modelClasses) this.#check(after.modelClasses);
    this.#checkJudge(after, judgeClass ? "input.judgeClass" : "input.modelClasses");
    return after;
  }

  /** Judges come from a class that is there: it cannot be taken away from under them either. */
  #checkJudge(after: StoredAiSettings, field: string): void {
    const known = this.#complete(after).modelClasses.map(({ name }) => name);
    if (known.includes(after.judgeClass)) return;
    const fault = `Judges come from the class ${JSON.stringify(after.judgeClass)}, which is not among these: ${known.join(", ")}.`;
    throw badInput(fault, field);
  }

  #check(modelClasses: readonly ModelClassSetting[]): void {
    const names = modelClasses.map(({ name }) => name);
    for (const [index, { name, candidates }] of modelClasses.entries()) {
      const at = `input.modelClasses.${index}`;
      if (names.indexOf(name) !== index)
        throw badInput(`The class ${JSON.stringify(name)} is there twice.`, `${at}.name`);
      for (const [place, { provider: wanted, model }] of candidates.entries()) {
        const field = `${at}.candidates.${place}`;
        const provider = this.deps.providers.find((each) => each.name === wanted);
        if (provider === undefined) {
          const known = this.deps.providers.map((each) => each.name).join(", ");
          throw badInput(
            `The provider ${JSON.stringify(wanted)} is not configured here; these are: ${known}.`,
            `${field}.provider`,
          );
        }
        if (!provider.models.includes(model)) {
          const known = provider.models.join(", ");
          throw badInput(
            `The provider ${wanted} offers no model ${JSON.stringify(model)}; it offers: ${known}.`,
            `${field}.model`,
          );
        }
        const isTwice = candidates.findIndex((each) => each.provider === wanted && each.model === model) !== place;
        if (isTwice) throw badInput(`${wanted}/${model} is there twice.`, field);
      }
    }
  }

  #complete({ modelClasses, ...rest }: StoredAiSettings): AiSettings {
    const { providers, preferred, costOf } = this.deps;
    const set = new Set(modelClasses.map(({ name }) => name));
    const builtIn = builtInClasses(providers, preferred, costOf).filter(({ name }) => !set.has(name));
    return {
      ...rest,
      modelClasses: [
        ...builtIn.map((each) => ({ ...each, isBuiltIn: true })),
        ...modelClasses.map((each) => ({ ...each, isBuiltIn: false })),
      ],
    };
  }
}

interface Row {
  readonly settings: unknown;
}

/** The fields that have a value: null stands for what is left out. */
const given = (input: object | null | undefined): object =>
  Object.fromEntries(Object.entries(input ?? {}).filter(([, value]) => value !== null && value !== undefined));
