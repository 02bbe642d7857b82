import type { GenerationRequest } from "./generation-request.js";
import type { JsonSchema, Message } from "./provider.js";

/** Longest answer where nobody says anything, in tokens. */
const usualTokens = 1_024;

interface Wanted {
  readonly messages: readonly Message[];
  readonly model: string;
  /** What the version of a prompt is made for: it counts where nobody says anything else. */
  readonly advice?: { readonly temperature: number | null; readonly maxTokens: number | null };
  readonly temperature?: number | null | undefined;
  readonly maxTokens?: number | null | undefined;
  readonly seed?: number | null | undefined;
  readonly schema?: { readonly name: string; readonly schema: JsonSchema } | null | undefined;
}

/** What a provider is asked. What nobody says is left out. */
export const requestOf = ({ messages, model, advice, seed, schema, ...own }: Wanted): GenerationRequest => {
  const temperature = own.temperature ?? advice?.temperature;
  return {
    model,
    messages,
    maxTokens: own.maxTokens ?? advice?.maxTokens ?? usualTokens,
    ...(temperature == null ? {} : { temperature }),
    ...(seed == null ? {} : { seed }),
    ...(schema == null ? {} : { schema }),
  };
};
