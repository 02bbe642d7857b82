import { type Provider, ProviderError } from "#src/ai/provider.js";

/** What its vectors tell of a text: which of these it is about. */
const subjects = ["sea", "bread", "war"];

/** A provider whose embedding model costs money; tells what it was asked, and refuses texts that say so. */
export const embeddingProvider = (name = "embedding") => {
  const state = { texts: [] as string[], mostTexts: 0 };
  const provider: Provider = {
    name,
    offline: false,
    models: ["text-1"],
    embeddingModels: ["small", "large"],
    async *generate({ model }) {
      yield { type: "text", text: "A text." };
      yield { type: "end", finishReason: "stop", model, usage: { inputTokens: 1, outputTokens: 2 } };
    },
    async embed({ model, texts }) {
      state.mostTexts = Math.max(state.mostTexts, texts.length);
      if (texts.some((text) => text.includes("refused"))) throw new ProviderError(name, "rejected", { status: 400 });
      state.texts.push(...texts);
      const vectors = texts.map((text) => [...subjects.map((word) => (text.includes(word) ? 3 : 0)), 1]);
      return { vectors, model, usage: { inputTokens: texts.length * 10, outputTokens: 0 } };
    },
  };
  return { provider, state };
};
