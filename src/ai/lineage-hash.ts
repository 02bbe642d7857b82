import { createHash } from "node:crypto";
import { tagged } from "#src/platform/audit-chain.js";
import type { Generation } from "./generation.js";
import type { GenerationRequest } from "./generation-request.js";

/** What of a generation its lineage tells. */
export type Traced = Pick<
  Generation,
  | "id"
  | "purpose"
  | "promptVersionId"
  | "variables"
  | "provider"
  | "model"
  | "request"
  | "text"
  | "isComplete"
  | "replayOfId"
  | "cachedFromId"
  | "finishedAt"
>;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What was asked besides the text of it; null is what the provider decides. */
export const parametersOf = ({ model, temperature, maxTokens, seed, schema }: GenerationRequest) => ({
  model,
  temperature: temperature ?? null,
  maxTokens,
  seed: seed ?? null,
  schema: schema ?? null,
});

export const inputHashOf = ({ request, variables }: Traced): string =>
  sha256(tagged("atrium-lineage-input-v1", { messages: request.messages, variables: variables ?? null }));

export const outputHashOf = ({ text }: Traced): string => sha256(text);

/** The generation that it replays, or whose text it was given. */
export const parentOf = ({ replayOfId, cachedFromId }: Traced): string | null => replayOfId ?? cachedFromId ?? null;

/** Stored texts that it drew on. There are none before there are knowledge bases. */
export const sourcesOf = (_traced: Traced): string[] => [];

/**
 * The hash of all that a generation came of and of what came of it. docs/lineage.md names each field: whoever adds one
 * gives the form a new version. `contentHash` is that of the version of the prompt.
 */
export const lineageHashOf = (traced: Traced, contentHash: string | null): string => {
  const { id, purpose, promptVersionId, provider, model, request, isComplete, finishedAt } = traced;
  return sha256(
    tagged("atrium-lineage-v1", {
      generation: id,
      purpose,
      promptVersion: promptVersionId ? { id: promptVersionId, contentHash } : null,
      modelVersion: model,
      provider,
      parameters: parametersOf(request),
      inputHash: inputHashOf(traced),
      outputHash: outputHashOf(traced),
      isComplete,
      sources: sourcesOf(traced),
      parent: parentOf(traced),
      finishedAt: finishedAt?.toISOString() ?? null,
    }),
  );
};
