import type { ErrorCode } from "./errors.js";

/** Errors that say nothing of the request itself: sent again, it may succeed. */
const passing: ReadonlySet<ErrorCode> = new Set([
  "INTERNAL",
  "TIMEOUT",
  "PROVIDER_UNAVAILABLE",
  "RATE_LIMITED",
  "BUDGET_EXCEEDED",
]);

export interface MutationOutcome {
  /** Whether its effects and its answer are kept; the errors of callers are, as a part of the answer. */
  readonly isFinal: boolean;
  readonly text: string;
}

/**
 * What the text of an answer means for the mutation's effects. When they are taken back, the answer must not show them:
 * its errors stay, its data goes. An answer without any `data` is of a request that was refused before it began.
 */
export const outcomeOf = (text: string): MutationOutcome => {
  const answer = parsed(text);
  if (answer === undefined || !("data" in answer)) return { isFinal: false, text };
  const failed = (answer.errors ?? []).some(({ extensions }) => passing.has(extensions?.code as ErrorCode));
  if (!failed) return { isFinal: true, text };
  return { isFinal: false, text: answer.data === null ? text : JSON.stringify({ ...answer, data: null }) };
};

interface Answer {
  data?: unknown;
  errors?: readonly { extensions?: { code?: unknown } }[];
}

const parsed = (text: string): Answer | undefined => {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
};
