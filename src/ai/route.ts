import type { AiSettings } from "./ai-settings.js";
import { CircuitState } from "./circuit-breaker.js";
import type { Circuits } from "./circuits.js";
import type { CostOf } from "./model-classes.js";
import { type Candidate, type EmbedRequest, type GenerateRequest, type Provider, ProviderError } from "./provider.js";
import type { ProviderStatistics } from "./provider-statistics.js";
import { RoutedAnswer } from "./routed-answer.js";
import { CandidateExclusion, type RoutedCandidate, type Routing, RoutingReason } from "./routing.js";
import { drawOrder, scoreCandidates } from "./score-candidates.js";

interface Deps {
  readonly settings: () => AiSettings;
  readonly statistics: Pick<ProviderStatistics, "of">;
  readonly circuits: Pick<Circuits, "statesOf">;
  readonly costOf: CostOf;
  /** The provider that is asked for vectors. */
  readonly defaultProvider: Provider;
  readonly random?: () => number;
}

/** All providers as one that chooses among them. */
export interface RoutedProvider extends Provider {
  /** How the models of a class stand now, and what share of its requests each would get. */
  standing(modelClass: string): Promise<RoutedCandidate[]>;
}

/** Which models may answer a request for `model`: of a routed provider those of its class, else the provider's own. */
export const candidatesOf = (provider: Provider, model: string): readonly Candidate[] =>
  provider.candidates?.(model) ?? [{ provider, model }];

/**
 * All providers as one. Asked for `provider/model` it asks that one and nobody else. Asked for a class of models, it draws
 * one of the class by how they do, asks the next one where one fails, and has the rest of an answer that was cut written by
 * another one. When all have failed before the first text, the offline provider may stand in.
 */
export const route = (providers: readonly Provider[], deps: Deps): RoutedProvider => {
  const { settings, statistics, circuits, costOf, defaultProvider, random = Math.random } = deps;
  const named = (name: string) => providers.find((provider) => provider.name === name);

  const pinned = (model: string): Candidate | undefined => {
    const slash = model.indexOf("/");
    const provider = slash < 0 ? undefined : named(model.slice(0, slash));
    return provider && { provider, model: model.slice(slash + 1) };
  };

  const among = (model: string): readonly Candidate[] => {
    const one = pinned(model);
    if (one !== undefined) return [one];
    const found = settings().modelClasses.find(({ name }) => name === model);
    return (found?.candidates ?? []).flatMap(({ provider: name, model, weight }) => {
      const provider = named(name);
      // What was set may name a provider that is not configured any more.
      return provider?.models.includes(model) ? [{ provider, model, weight }] : [];
    });
  };

  /** Beside each other, in the order in which they are set. */
  const stand = async (
    candidates: readonly Candidate[],
    statesOf: Deps["circuits"]["statesOf"] = (vendors) => circuits.statesOf(vendors),
  ): Promise<RoutedCandidate[]> => {
    const models = candidates.map(({ provider, model }) => ({ provider: provider.name, model }));
    const vendors = candidates.flatMap(({ provider }) => (provider.offline ? [] : [provider.name]));
    const [known, states] = await Promise.all([statistics.of(models), statesOf(vendors)]);
    const measured = candidates.map(({ provider, model, weight = 1 }, index) => ({
      ...{ latencyMs: null, calls: 0, successes: 0, headroom: null, ...known[index] },
      costMicros: costOf(provider, model),
      circuit: states.get(provider.name) ?? CircuitState.CLOSED,
      weight,
    }));
    const scored = scoreCandidates(measured, settings().weights);
    return models.map((model, index) => {
      const { score = 0, share = 0, factors } = scored[index] ?? {};
      const excluded = measured[index]?.circuit === CircuitState.OPEN ? CandidateExclusion.CIRCUIT_OPEN : null;
      return { ...model, score, share, factors: factors as RoutedCandidate["factors"], excluded };
    });
  };

  /** The candidates in the order in which they are to be asked, and how they stood. */
  const plan = async (model: string): Promise<{ order: readonly Candidate[]; routing: Routing }> => {
    const candidates = among(model);
    const isPinned = model.includes("/");
    // Where there is no choice nothing hangs on the circuit but whether the call is admitted, which is asked then.
    const standing = await (candidates.length === 1 ? stand(candidates, async () => new Map()) : stand(candidates));
    const drawn = drawOrder(
      standing.map(({ share }) => share),
      random,
    );
    const reason = isPinned
      ? RoutingReason.PINNED
      : candidates.length === 1
        ? RoutingReason.ONLY
        : RoutingReason.SCORED;
    const inOrder = <T>(all: readonly T[]) => drawn.flatMap((place) => all.slice(place, place + 1));
    const routing: Routing = {
      modelClass: isPinned ? null : model,
      chosen: null,
      candidates: inOrder(standing),
      reason,
    };
    return { order: inOrder(candidates), routing };
  };

  /** Who answers when nobody else does. */
  const lastResort = (model: string): Candidate | undefined => {
    const offline = providers.find((provider) => provider.offline);
    if (!settings().offlineStandsIn || offline === undefined || pinned(model) !== undefined) return undefined;
    if (among(model).some(({ provider }) => provider === offline)) return undefined;
    return { provider: offline, model: offline.models[0] ?? "" };
  };

  return {
    name: "route",
    offline: providers.every(({ offline }) => offline),
    models: ["default"],
    embeddingModels: ["default"],
    candidates: among,
    standing: (modelClass) => stand(among(modelClass)),

    async *generate(request: GenerateRequest, signal: AbortSignal) {
      signal.throwIfAborted();
      const { order, routing } = await plan(request.model);
      const answer = new RoutedAnswer({ request, order, routing, lastResort: lastResort(request.model) });
      yield* answer.generate(signal);
    },

    // Vectors of different models cannot be compared, so nobody stands in for the one that is meant.
    embed(request: EmbedRequest, signal: AbortSignal) {
      const { provider, model } = pinned(request.model) ?? {
        provider: defaultProvider,
        model: defaultProvider.embeddingModels[0],
      };
      if (model === undefined) throw new ProviderError(provider.name, "rejected");
      return provider.embed({ ...request, model }, signal);
    },
  };
};
