import { SettingError } from "#src/platform/errors.js";
import { unit } from "#src/platform/vectors/vector-bytes.js";
import { type Attempt, type Provider, ProviderError } from "./provider.js";

/** The one model by which texts are compared: vectors of two models have nothing to do with each other. */
export interface Embedder {
  /** `provider/model`. */
  readonly model: string;
  /** False for the one that costs nothing. */
  readonly isPaid: boolean;
  /** Vectors of length 1, in the order of the texts, and the requests that it took. */
  embed(
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ readonly vectors: readonly Float32Array[]; readonly attempts: readonly Attempt[] }>;
}

interface Choice {
  readonly providers: readonly Provider[];
  /** ATRIUM_EMBEDDING_MODEL, as `provider/model`. */
  readonly named: string | undefined;
  /** Its model is the default: with it no text leaves the machine, and none is paid for, before somebody says so. */
  readonly offline: Provider;
}

export const chooseEmbedder = ({ providers, named, offline }: Choice): Embedder => {
  if (named === undefined) return embedderOf(offline, offline.embeddingModels[0] ?? "");
  const all = providers.some(({ name }) => name === offline.name) ? providers : [...providers, offline];
  const cut = named.indexOf("/");
  const provider = all.find(({ name }) => name === named.slice(0, cut));
  const model = named.slice(cut + 1);
  if (provider?.embeddingModels.includes(model)) return embedderOf(provider, model);
  const known = all.flatMap(({ name, embeddingModels }) => embeddingModels.map((each) => `${name}/${each}`));
  throw new SettingError(
    "ATRIUM_EMBEDDING_MODEL",
    `No provider has the embedding model ${JSON.stringify(named)}. There are: ${known.join(", ")}.`,
  );
};

const embedderOf = (provider: Provider, model: string): Embedder => ({
  model: `${provider.name}/${model}`,
  isPaid: !provider.offline,
  async embed(texts, signal) {
    const { vectors, attempts = [] } = await provider.embed({ model, texts }, signal);
    if (vectors.length !== texts.length || vectors.some(({ length }) => length === 0))
      throw new ProviderError(provider.name, "invalid_answer");
    return { vectors: vectors.map(unit), attempts };
  },
});
