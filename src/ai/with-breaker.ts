import { DomainError } from "#src/platform/errors.js";
import type { CallEnd, Circuits } from "./circuits.js";
import {
  type EmbedRequest,
  type GenerateRequest,
  type Provider,
  ProviderError,
  type ProviderFault,
} from "./provider.js";

/** The provider's own failures. A refused request says nothing about how it is, and an open circuit has asked nothing. */
const counted: ReadonlySet<ProviderFault> = new Set([
  "timeout",
  "rate_limited",
  "unavailable",
  "cut",
  "invalid_answer",
  "credentials",
]);

/** The provider, left alone while its circuit is open: then nothing goes upstream. The offline one has no circuit. */
export const withBreaker = (provider: Provider, circuits: Pick<Circuits, "admit" | "end">): Provider => {
  if (provider.offline) return provider;
  const { name } = provider;
  return {
    ...provider,

    async *generate(request: GenerateRequest, signal: AbortSignal) {
      const call = await circuits.admit(name);
      // Until something else is known: who reads may leave without a word.
      let end: CallEnd = "released";
      try {
        for await (const chunk of provider.generate(request, signal)) {
          if (chunk.type === "end") end = "succeeded";
          yield chunk;
        }
        if (end !== "succeeded") end = "failed";
      } catch (error) {
        end = endOf(error, signal);
        throw error;
      } finally {
        await circuits.end(name, call, end);
      }
    },

    async embed(request: EmbedRequest, signal: AbortSignal) {
      const call = await circuits.admit(name);
      let end: CallEnd = "succeeded";
      try {
        return await provider.embed(request, signal);
      } catch (error) {
        end = endOf(error, signal);
        throw error;
      } finally {
        await circuits.end(name, call, end);
      }
    },
  };
};

const endOf = (error: unknown, signal: AbortSignal): CallEnd => {
  if (signal.aborted) return "released";
  if (error instanceof ProviderError) return counted.has(error.fault) ? "failed" : "released";
  // What is no provider's fault, such as a budget that is spent, is none of its failures either.
  return error instanceof DomainError ? "released" : "failed";
};
