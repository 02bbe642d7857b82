import { badInput } from "#src/platform/errors.js";

const nul = /\0|\\u0000|\\u\{0+\}/;

const hasNul = (value: unknown): boolean => {
  if (typeof value === "string") return value.includes("\0");
  if (value === null || typeof value !== "object") return false;
  return Object.entries(value).some(([name, item]) => name.includes("\0") || hasNul(item));
};

/** Postgres cannot store the character NUL in any text, so no operation may bring one. */
export const refuseNul = (query: unknown, variables: unknown): void => {
  const inVariables = typeof variables === "string" ? nul.test(variables) : hasNul(variables);
  if (inVariables || (typeof query === "string" && nul.test(query))) {
    throw badInput("The character NUL (U+0000) cannot be stored: leave it out.");
  }
};
