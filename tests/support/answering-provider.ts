import type { GenerateRequest, Provider } from "#src/ai/provider.js";

type Answer = (text: string, signal: AbortSignal) => string | Promise<string>;

/** A provider that answers each last message as the test says, word by word, and keeps what it was asked. */
export const answeringProvider = (answer: Answer, name = "answering", models = [`${name}-1`, `${name}-2`]) => {
  const requests: GenerateRequest[] = [];
  const provider: Provider = {
    name,
    offline: false,
    models,
    embeddingModels: [],
    async *generate(request, signal) {
      requests.push(request);
      const text = await answer(request.messages.at(-1)?.text ?? "", signal);
      for (const word of text.match(/\s*\S+/g) ?? []) yield { type: "text", text: word };
      const usage = { inputTokens: 7, outputTokens: 3 };
      yield { type: "end", finishReason: "stop", model: request.model, usage };
    },
    embed: async () => ({ vectors: [], model: "none", usage: null }),
  };
  return { provider, requests };
};
