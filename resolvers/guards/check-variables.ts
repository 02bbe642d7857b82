import { badInput } from "#src/platform/errors.js";

const maxDepth = 64;
/** Three objects for each of the 200 conditions that a filter may have, and what is around them. */
const usual = { objects: 650, values: 10_000 };
/** Of an operation with a field that takes many (`TakesMany`): 10,000 objects of five fields, and their places in a list. */
const many = { objects: usual.objects + 10_000, values: usual.values + 60_000 };
const nul = /\0|\\u0000|\\u\{0+\}/;

/**
 * Refuses variables that cannot be meant: deeper than any input, more than any filter may have, or with what Postgres
 * cannot store in any text. Walks without calling itself, for it meets them first. What is let
 * through is converted to its types in some ten milliseconds.
 */
export const checkVariables = (variables: unknown, takesMany = false): void => {
  const most = takesMany ? many : usual;
  const open: { value: unknown; depth: number }[] = [{ value: variables, depth: 0 }];
  let values = 0;
  let objects = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === "string") checkStorable(value);
    if (value === null || typeof value !== "object") continue;
    if (depth >= maxDepth) throw badInput(`Variables nest at most ${maxDepth} levels.`, "variables");
    if (!Array.isArray(value)) objects += 1;
    if (objects > most.objects) throw badInput(`Variables hold at most ${most.objects} objects.`, "variables");
    for (const [name, item] of Object.entries(value)) {
      values += 1;
      if (values > most.values) throw badInput(`Variables hold at most ${most.values} values.`, "variables");
      checkStorable(name);
      open.push({ value: item, depth: depth + 1 });
    }
  }
};

/** Refuses NUL, and half of a surrogate pair, which is no character in any encoding. */
const checkStorable = (text: string): void => {
  if (text.includes("\0")) throw badInput("The character NUL (U+0000) cannot be stored: leave it out.");
  if (!text.isWellFormed()) throw badInput("Half of a surrogate pair is no character: a text was cut in its middle.");
};

/** The same for a document: NUL may be written as an escape there, and halves of pairs are no GraphQL. */
export const checkText = (source: string): void => {
  if (nul.test(source)) throw badInput("The character NUL (U+0000) cannot be stored: leave it out.", "query");
};
