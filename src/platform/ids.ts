import { TypeID, typeid } from "typeid-js";
import { badInput } from "./errors.js";

/**
 * A TypeID: type prefix, `_`, UUIDv7 in base 32 (https://github.com/jetify-com/typeid). Sorts by creation time within
 * one prefix and names its kind wherever it is met.
 */
export const newId = (prefix: string): string => typeid(prefix).toString();

export const prefixOf = (id: string): string => id.slice(0, Math.max(0, id.lastIndexOf("_")));

export const isId = (value: string, prefix?: string): boolean => {
  try {
    TypeID.fromString(value, prefix);
    return value.includes("_");
  } catch {
    return false;
  }
};

/** Refuses anything that is not a TypeID of this prefix with `BAD_USER_INPUT`. */
export const parseId = (value: string, prefix: string, field = "id"): string => {
  if (isId(value, prefix)) return value;
  const example = `${prefix}_01jd7z5m3fexampleexample00`;
  throw badInput(
    `${JSON.stringify(value.slice(0, 80))} is not the id of a ${prefix}: one looks like ${example}.`,
    field,
  );
};
