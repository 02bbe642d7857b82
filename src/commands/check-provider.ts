import { type Provider, ProviderError } from "../ai/provider.js";
import type { Finding } from "./doctor.js";

const probeMs = 15_000;
/** A server on this machine may load its model first. */
const answerMs = 60_000;
/** "Yes." is short, but some models think before they say it. */
const maxTokens = 256;

/** Asks a provider for a sign of life, a few words and a vector, as far as it has them. */
export const checkProvider = async (provider: Provider): Promise<Finding[]> => {
  const { offline, models, embeddingModels, probe } = provider;
  if (offline)
    return [{ well: true, text: "built-in grammar, always there; no model (docs/providers.md connects one)" }];
  const findings: Finding[] = [];
  const steps: [string, (signal: AbortSignal) => Promise<string>, number][] = [
    ...(probe === undefined ? [] : [["probe", (signal) => probeOf(probe, signal), probeMs] as (typeof steps)[number]]),
    [models[0] ?? "", (signal) => say(provider, signal), answerMs],
    ...embeddingModels
      .slice(0, 1)
      .map((model): (typeof steps)[number] => [model, (signal) => embed(provider, model, signal), answerMs]),
  ];
  for (const [what, step, withinMs] of steps) {
    const begun = performance.now();
    try {
      const told = await step(AbortSignal.timeout(withinMs));
      findings.push({ well: true, text: `${told} in ${Math.round(performance.now() - begun)} ms` });
    } catch (error) {
      const fault = error instanceof ProviderError ? error : new ProviderError(provider.name, "timeout");
      findings.push({ well: false, text: `${what}: ${fault.message}${detailOf(fault)}`, mend: mendingOf(fault) });
      if (endsChecks(fault)) break;
    }
  }
  return findings;
};

const probeOf = async (probe: NonNullable<Provider["probe"]>, signal: AbortSignal): Promise<string> => {
  await probe(signal);
  return "gives a sign of life";
};

const say = async (provider: Provider, signal: AbortSignal): Promise<string> => {
  const [model = ""] = provider.models;
  const request = { model, messages: [{ role: "user" as const, text: "Say yes." }], maxTokens };
  for await (const chunk of provider.generate(request, signal)) {
    if (chunk.type !== "end") continue;
    const { usage } = chunk;
    const tokens = usage === null ? "tokens not told" : `${usage.inputTokens} tokens in, ${usage.outputTokens} out`;
    return `${chunk.model} answers (${tokens})`;
  }
  throw new ProviderError(provider.name, "cut");
};

const embed = async (provider: Provider, model: string, signal: AbortSignal): Promise<string> => {
  const { vectors, usage } = await provider.embed({ model, texts: ["yes"] }, signal);
  const tokens = usage === null ? "tokens not told" : `${usage.inputTokens} tokens in`;
  return `${model} embeds into ${vectors[0]?.length} numbers (${tokens})`;
};

/** Where the other checks would say the same again. A key may well be refused the list of models alone. */
const endsChecks = ({ fault, status }: ProviderError): boolean =>
  status === 401 || fault === "rate_limited" || fault === "unavailable" || fault === "timeout";

/** Nothing that the vendor itself has said: it may repeat the key. */
const detailOf = (error: ProviderError): string => {
  const detail = error.status === undefined ? codeOf(error) : `HTTP ${error.status}`;
  return detail === undefined ? "" : ` (${detail})`;
};

/** Node's own name of what went wrong with the connection, such as ECONNREFUSED. */
const codeOf = (error: Error): string | undefined => {
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && /^[A-Z][A-Z0-9_]+$/.test(cause.code)) return cause.code;
  }
  return undefined;
};

const settingsOf: Readonly<Record<string, { key: string; address?: string; models: string }>> = {
  openai: { key: "OPENAI_API_KEY", models: "OPENAI_MODELS and OPENAI_EMBEDDING_MODELS" },
  compatible: {
    key: "OPENAI_API_KEY",
    address: "OPENAI_BASE_URL",
    models: "OPENAI_MODELS and OPENAI_EMBEDDING_MODELS",
  },
  azure: {
    key: "AZURE_OPENAI_API_KEY",
    address: "AZURE_OPENAI_ENDPOINT",
    models: "AZURE_OPENAI_DEPLOYMENTS and AZURE_OPENAI_EMBEDDING_DEPLOYMENTS",
  },
  anthropic: { key: "ANTHROPIC_API_KEY", address: "ANTHROPIC_BASE_URL", models: "ANTHROPIC_MODELS" },
};

const ofServer = (name: string) => {
  const begin = `ATRIUM_AI_${name.toUpperCase()}`;
  return { key: `${begin}_API_KEY`, address: `${begin}_BASE_URL`, models: `${begin}_MODELS and _EMBEDDING_MODELS` };
};

const mendingOf = ({ provider, fault, status }: ProviderError): string => {
  const { key, address, models } = settingsOf[provider] ?? ofServer(provider);
  const route = address ?? "the way to the internet: a proxy or a firewall may be in between";
  switch (fault) {
    case "credentials":
      return status === 403 ? `the key in ${key} is not allowed to do this` : `the key in ${key} is wrong`;
    case "rate_limited":
      return "wait; when it stays so, look at the account's limits and its credit";
    case "timeout":
      return `a model that is being loaded takes long: try again, then look at ${route}`;
    case "unavailable":
      return status === undefined ? `nobody answers there: look at ${route}` : "the server fails: look at its own log";
    case "rejected":
      return status === 404
        ? `there is no such model or address: look at ${models}, and ${route}`
        : `look at ${models}`;
    case "circuit_open":
      return "too many requests have failed: it is asked again in half a minute";
    case "invalid_answer":
    case "cut":
      return `what answers there is no model, a proxy in between, or a model that only thinks: look at ${address ?? models}`;
  }
};
