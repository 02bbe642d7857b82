import type { JsonSchema, Message } from "./provider.js";

/** What a generation asks of a provider, as it is stored: enough to ask for it again. */
export interface GenerationRequest {
  /** A class of models, such as `default`, or one model of one provider, such as `openai/gpt-4o-mini`. */
  readonly model: string;
  readonly messages: readonly Message[];
  readonly temperature?: number;
  /** Upper bound of the answer in tokens: what it may cost is known before it is asked for. */
  readonly maxTokens: number;
  readonly seed?: number;
  readonly schema?: { readonly name: string; readonly schema: JsonSchema };
}
