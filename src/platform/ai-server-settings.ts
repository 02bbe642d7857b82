import { z } from "zod";
import { list, url } from "./setting-kinds.js";

/** A server that speaks OpenAI's protocol, as the settings describe it. */
export interface AiServer {
  /** How the API, the records and the settings call it, such as `ollama`. */
  readonly name: string;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly models: readonly string[];
  readonly embeddingModels: readonly string[];
}

/** The settings of each server. Their full names are `ATRIUM_AI_<NAME>_…`, with a name of ATRIUM_AI_SERVERS. */
export const aiServerSettings = z.object({
  BASE_URL: url(["http:", "https:"], "http://localhost:11434/v1").describe(
    "Address of the server, with its version, such as `http://localhost:11434/v1`.",
  ),
  API_KEY: z.string().min(1).optional().describe("Its key. Local servers often want none."),
  MODELS: list
    .refine((models) => models.length > 0, { error: "must name a model" })
    .describe("Its models, the default first, separated by commas."),
  EMBEDDING_MODELS: list.default([]).describe("Its embedding models, the default first. Default: none."),
});

/** Providers of other settings, and what models are called without one. */
const taken = new Set(["openai", "azure", "anthropic", "compatible", "offline", "route", "default"]);

/** A name of a server: it stands in names of settings, in the API and in records. */
export const aiServerName = (text: string): string | undefined =>
  /^[a-z][a-z0-9]{0,31}$/.test(text) && !taken.has(text) ? text : undefined;

interface AiServerEnvironment {
  readonly servers: readonly AiServer[];
  readonly problems: readonly { readonly setting: string; readonly message: string }[];
  /** True for a variable that was read here. */
  readonly knows: (variable: string) => boolean;
}

/** The servers that ATRIUM_AI_SERVERS names, each from its own variables. */
export const readAiServers = (
  names: readonly string[],
  given: Readonly<Record<string, string | undefined>>,
): AiServerEnvironment => {
  const keys = Object.keys(aiServerSettings.shape);
  const variable = (name: string, key: string) => `ATRIUM_AI_${name.toUpperCase()}_${key}`;
  const known = new Set(names.flatMap((name) => keys.map((key) => variable(name, key))));
  const read = names.map((name) => {
    const parsed = aiServerSettings.safeParse(Object.fromEntries(keys.map((key) => [key, given[variable(name, key)]])));
    return { name, parsed };
  });
  return {
    servers: read.flatMap(({ name, parsed: { data } }) =>
      data === undefined
        ? []
        : {
            name,
            baseUrl: data.BASE_URL,
            apiKey: data.API_KEY,
            models: data.MODELS,
            embeddingModels: data.EMBEDDING_MODELS,
          },
    ),
    problems: read.flatMap(({ name, parsed }) =>
      (parsed.error?.issues ?? []).map(({ path, message }) => {
        const setting = variable(name, String(path[0]));
        const missing = given[setting] === undefined;
        return { setting, message: missing ? `is missing, and ATRIUM_AI_SERVERS names ${name}.` : `${message}.` };
      }),
    ),
    knows: (name) => known.has(name),
  };
};
