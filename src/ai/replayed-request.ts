import type { Generation } from "./generation.js";
import type { GenerationRequest } from "./generation-request.js";
import type { PromptVersion } from "./prompt.js";
import { renderPrompt } from "./render-prompt.js";
import { requestOf } from "./request-of.js";

/** What of a generation is asked for again. */
export type Original = Pick<Generation, "request" | "variables">;

/** On what it is asked for again; what is null stays as it was. */
export interface ReplayTarget {
  readonly version: PromptVersion | undefined;
  readonly model: string | null;
}

/**
 * The request of an original on another prompt, another model or both; all else stays. Variables that the prompt does not
 * know are left out. Throws BAD_USER_INPUT when it needs one that was not there.
 */
export const replayedRequest = (
  { request, variables }: Original,
  { version, model }: ReplayTarget,
): { request: GenerationRequest; variables: Generation["variables"] } => {
  const kept = { ...request, model: model ?? request.model };
  if (version === undefined) return { request: requestOf(kept), variables };
  const known = new Set(version.variables.map(({ name }) => name));
  const given = Object.fromEntries(Object.entries(variables ?? {}).filter(([name]) => known.has(name)));
  const messages = renderPrompt(version, given, "variables");
  const { temperature, maxTokens } = version;
  const advised = { temperature: temperature ?? kept.temperature, maxTokens: maxTokens ?? kept.maxTokens };
  return { request: requestOf({ ...kept, ...advised, messages }), variables: given };
};
