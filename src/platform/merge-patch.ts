import { badInput } from "./errors.js";

type Json = Record<string, unknown>;

/** Levels that stored JSON may nest. */
const maxDepth = 16;

/**
 * A JSON object with a merge patch applied (RFC 7396): null takes a field away, objects are merged, all else replaces.
 * Throws `BAD_USER_INPUT` at `field` for what nests too deep or is named like nothing that data should be.
 */
export const mergePatch = (target: Json, patch: Json, field: string, depth = 1): Json => {
  if (depth > maxDepth) throw badInput(`nests more than ${maxDepth} levels.`, field);
  const merged: Json = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    // Assigned, this name changes what an object is instead of what it holds.
    if (name === "__proto__") throw badInput("must not have a field named `__proto__`.", field);
    const before = Object.hasOwn(merged, name) ? merged[name] : undefined;
    if (value === null) delete merged[name];
    else merged[name] = isObject(value) ? mergePatch(isObject(before) ? before : {}, value, field, depth + 1) : value;
  }
  return merged;
};

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
