import type { Provider } from "./provider.js";
import { ProviderError } from "./provider.js";

/** A provider that answers for others, and the models of theirs among which it chooses. */
export interface Candidate {
  readonly provider: Provider;
  readonly model: string;
}

const routes = new WeakMap<Provider, (model: string) => readonly Candidate[]>();

/** Which models may answer a request for `model`: of a routed provider those of its class, else the provider's own. */
export const candidatesOf = (provider: Provider, model: string): readonly Candidate[] =>
  routes.get(provider)?.(model) ?? [{ provider, model }];

/**
 * All providers as one. Asked for `provider/model` it asks that one; asked for a class of models, one of the class.
 */
export const route = (providers: readonly Provider[], defaultProvider: Provider): Provider => {
  const among = (model: string): readonly Candidate[] => {
    const [name = "", ...rest] = model.split("/");
    const pinned = providers.find((provider) => provider.name === name);
    if (pinned !== undefined) return [{ provider: pinned, model: rest.join("/") }];
    return [{ provider: defaultProvider, model: defaultProvider.models[0] ?? "" }];
  };
  const first = (model: string): Candidate => {
    const [candidate] = among(model);
    if (candidate === undefined) throw new ProviderError("route", "rejected");
    return candidate;
  };
  const routed: Provider = {
    name: "route",
    offline: false,
    models: ["default"],
    embeddingModels: defaultProvider.embeddingModels,
    async *generate(request, signal) {
      const { provider, model } = first(request.model);
      await request.admit?.({ provider: provider.name, model });
      yield* provider.generate({ ...request, model }, signal);
    },
    embed: (request, signal) => {
      const { provider, model } = first(request.model);
      return provider.embed({ ...request, model }, signal);
    },
  };
  routes.set(routed, among);
  return routed;
};
