import { withoutLiterals } from "./without-literals.js";

/** What may be told of an error beside its message: never requests, answers or rows that libraries hang on it. */
const toldNames = ["code", "fault", "status", "transient", "constraint", "table", "column", "routine"] as const;
const maxCauses = 5;
const maxMessage = 2_000;

interface SerializedError extends Partial<Record<(typeof toldNames)[number], unknown>> {
  type: string;
  message: string;
  /** Where it was thrown, without the message. */
  stack: string | undefined;
  cause?: SerializedError;
}

/**
 * An error as the log shows it. Errors of the database repeat statements and values: these leave without their values. What
 * others have written, as an error with `isCauseForeign` says of its cause, is not told at all.
 */
export const serializeError = (error: unknown, depth = 0, isForeign = false): SerializedError => {
  if (!(error instanceof Error)) return { type: typeof error, message: "not an Error", stack: undefined };
  const told: Record<string, unknown> = {};
  for (const name of toldNames) {
    const value = (error as unknown as Record<string, unknown>)[name];
    if (["string", "number", "boolean"].includes(typeof value)) told[name] = value;
  }
  return {
    type: error.name === "Error" ? error.constructor.name : error.name,
    message: isForeign ? "[not told: others wrote it]" : messageOf(error, told.code),
    ...told,
    stack: error.stack
      ?.split("\n")
      .filter((line) => /^\s+at /.test(line))
      .join("\n")
      .trim(),
    ...(error.cause === undefined || depth === maxCauses
      ? {}
      : { cause: serializeError(error.cause, depth + 1, isForeign || "isCauseForeign" in error) }),
  };
};

const messageOf = ({ message }: Error, code: unknown): string => {
  // Postgres's codes have five characters (SQLSTATE).
  if (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code)) return message.slice(0, maxMessage);
  // Detail and hint, which the driver appends, repeat whole rows.
  const [plain = ""] = message.split(/ - (?:detail|hint): /, 1);
  // Class 22 is about values, and quotes them.
  return withoutLiterals(code.startsWith("22") ? plain.replaceAll(/: "[\s\S]*"/g, ": ?") : plain, maxMessage);
};
