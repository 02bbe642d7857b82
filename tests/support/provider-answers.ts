import { type GenerateChunk, type GenerateRequest, ProviderError } from "#src/ai/provider.js";

export const never = new AbortController().signal;

/** A request of `model-a`. */
export const ask = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  ...{ model: "model-a", messages: [{ role: "user", text: "What is the weather in Kiel, by the lighthouse?" }] },
  ...more,
});

/** A whole answer, taken apart. */
export async function collect(chunks: AsyncIterable<GenerateChunk>) {
  const all: GenerateChunk[] = [];
  for await (const chunk of chunks) all.push(chunk);
  const texts = all.filter((chunk) => chunk.type === "text").map((chunk) => chunk.text);
  const calls = all.filter((chunk) => chunk.type === "toolCall").map((chunk) => chunk.call);
  const [end, ...others] = all.filter((chunk) => chunk.type === "end");
  if (!end || others.length > 0) throw new Error("An answer has exactly one end.");
  return { order: all.map(({ type }) => type), texts, text: texts.join(""), calls, end };
}

export const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** The contract's error, which tells nothing of what the provider said. */
export async function failure(work: Promise<unknown>): Promise<ProviderError> {
  const error = await thrownBy(work);
  if (!(error instanceof ProviderError)) throw new Error("A ProviderError was expected.", { cause: error });
  expect(error.message).toMatch(/^The provider \w+ [a-z ]+\.$/);
  return error;
}
