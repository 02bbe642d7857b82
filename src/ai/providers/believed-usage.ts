import type { Usage } from "#src/ai/provider.js";

/** As the vendor's answer has it, of whatever type. */
interface ToldUsage {
  readonly input: unknown;
  readonly output: unknown;
  /** Of the output, what the vendor keeps to itself. */
  readonly hidden?: unknown;
}

interface Sizes {
  readonly sentBytes: number;
  /** Of what came, with what its form can add. */
  readonly receivedBytes: number;
  readonly maxTokens?: number;
}

/** What a vendor's own instructions, such as those for tools, add to a prompt at most. */
const instructionTokens = 4096;

/**
 * What a vendor says it has counted, if it can be true: money is counted by it. No tokeniser makes more tokens of a text than
 * it has bytes, and no prompt has none. Null for what is missing or cannot be.
 */
export const believedUsage = ({ input, output, hidden = 0 }: ToldUsage, sizes: Sizes): Usage | null => {
  const { sentBytes, receivedBytes, maxTokens = Number.MAX_SAFE_INTEGER } = sizes;
  if (!isCount(input) || !isCount(output) || !isCount(hidden)) return null;
  const inputFits = input > 0 && input <= sentBytes + instructionTokens;
  const outputFits = output <= maxTokens && hidden <= output && output - hidden <= receivedBytes;
  return inputFits && outputFits ? { inputTokens: input, outputTokens: output } : null;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
