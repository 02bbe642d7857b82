import { badInput } from "#src/platform/errors.js";
import type { Run } from "#src/platform/run.js";
import { costMicros } from "./prices.js";
import { type GenerateRequest, type Provider, ProviderError, type Usage } from "./provider.js";

/** What came of a request to a provider, ready to be stored. */
export interface GeneratedText {
  readonly provider: string;
  readonly model: string;
  readonly text: string;
  readonly isComplete: boolean;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costMicros: number | null;
  readonly firstTokenMs: number | null;
  readonly durationMs: number;
}

/** Turns the raw pieces of an answer into what is streamed and stored, and says at the end what it held back. */
export interface TextFilter {
  push(piece: string): string;
  end(): string;
}

export interface ProviderChoice {
  readonly provider: Provider;
  readonly model: string;
}

/** Asks providers for text on behalf of a running job. */
export class GenerationService {
  readonly #byName: ReadonlyMap<string, Provider>;
  readonly defaultProvider: Provider;

  constructor(
    readonly providers: readonly Provider[],
    defaultName: string | undefined,
  ) {
    this.#byName = new Map(providers.map((provider) => [provider.name, provider]));
    const chosen = defaultName === undefined ? providers[0] : this.#byName.get(defaultName);
    if (chosen === undefined) throw new Error(`The default provider ${defaultName} is not configured.`);
    this.defaultProvider = chosen;
  }

  /** Checks a wish before a job is made of it: an unknown provider or model is `BAD_USER_INPUT`. */
  choose(name: string | null | undefined, model: string | null | undefined): ProviderChoice {
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
    return { provider, model: model || (provider.models[0] ?? "") };
  }

  /**
   * Streams an answer into the job's thread. A cancelled run gives what came until then, marked incomplete; an answer that
   * was cut anywhere else throws, so that a short text is never taken for a whole one.
   */
  async generate(
    run: Run,
    { provider, model }: ProviderChoice,
    request: Omit<GenerateRequest, "model">,
    filter: TextFilter,
  ): Promise<GeneratedText> {
    const started = performance.now();
    let text = "";
    let firstTokenMs: number | null = null;
    let answered: { model: string; usage: Usage | null } | undefined;
    const stream = (piece: string) => {
      text += piece;
      if (piece !== "") run.text(piece);
    };
    try {
      for await (const chunk of provider.generate({ ...request, model }, run.signal)) {
        if (chunk.type === "text") {
          firstTokenMs ??= Math.round(performance.now() - started);
          stream(filter.push(chunk.text));
        } else if (chunk.type === "end") {
          if (chunk.finishReason !== "stop")
            throw new ProviderError(provider.name, "cut", { cause: chunk.finishReason });
          answered = chunk;
        }
      }
      stream(filter.end());
      if (answered === undefined) throw new ProviderError(provider.name, "cut");
      if (text === "") throw new ProviderError(provider.name, "invalid_answer");
    } catch (error) {
      if (!run.cancelled) throw error;
      stream(filter.end());
    }
    const usage = answered?.usage ?? null;
    return {
      provider: provider.name,
      model: (answered?.model ?? model).slice(0, 100),
      text,
      isComplete: answered !== undefined && !run.cancelled,
      inputTokens: usage?.inputTokens ?? null,
      outputTokens: usage?.outputTokens ?? null,
      costMicros: costMicros(provider.offline, answered?.model ?? model, usage),
      firstTokenMs,
      durationMs: Math.round(performance.now() - started),
    };
  }
}
