import { z } from "zod";
import { badInput } from "#src/platform/errors.js";
import type { JsonSchema } from "./provider.js";

const longestSchema = 20_000;
const deepest = 20;
const nameForm = /^[A-Za-z0-9_-]{1,64}$/;
const types: ReadonlySet<unknown> = new Set(["object", "array", "string", "number", "integer", "boolean", "null"]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isSchema = (value: unknown): boolean => isObject(value) || typeof value === "boolean";
const isSchemas = (value: unknown): boolean => isObject(value) && Object.values(value).every(isSchema);
const isChoice = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isSchema);
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isNumber = (value: unknown): boolean => typeof value === "number";

/** What each keyword has to hold. Those that are not here are left to the provider. */
const keywords: Readonly<Record<string, { readonly fits: (value: unknown) => boolean; readonly form: string }>> = {
  type: {
    fits: (value) =>
      Array.isArray(value) ? value.length > 0 && value.every((each) => types.has(each)) : types.has(value),
    form: "object, array, string, number, integer, boolean, null or a list of them",
  },
  properties: { fits: isSchemas, form: "an object of schemas" },
  $defs: { fits: isSchemas, form: "an object of schemas" },
  items: { fits: isSchema, form: "a schema" },
  additionalProperties: { fits: isSchema, form: "a schema or a boolean" },
  required: {
    fits: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
    form: "a list of names",
  },
  enum: { fits: (value) => Array.isArray(value) && value.length > 0, form: "a list of at least one value" },
  anyOf: { fits: isChoice, form: "a list of schemas" },
  oneOf: { fits: isChoice, form: "a list of schemas" },
  allOf: { fits: isChoice, form: "a list of schemas" },
  pattern: { fits: (value) => typeof value === "string", form: "a regular expression" },
  ...Object.fromEntries(
    ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"].map((keyword) => [
      keyword,
      { fits: isCount, form: "a whole number from 0" },
    ]),
  ),
  ...Object.fromEntries(
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"].map((keyword) => [
      keyword,
      { fits: isNumber, form: "a number" },
    ]),
  ),
};

const inner = ({ properties, $defs, items, additionalProperties, anyOf, oneOf, allOf }: JsonSchema) =>
  [
    ...Object.entries(isObject(properties) ? properties : {}).map(([name, each]) => [`properties.${name}`, each]),
    ...Object.entries(isObject($defs) ? $defs : {}).map(([name, each]) => [`$defs.${name}`, each]),
    ...[anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list : []).map((each) => ["choice", each])),
    ["items", items],
    ["additionalProperties", additionalProperties],
  ] as [string, unknown][];

/** Refuses what no provider can make anything of: it would be paid for and fail. */
export const checkJsonSchema = (
  { name, schema }: { readonly name: string; readonly schema: JsonSchema },
  field: string,
): { name: string; schema: JsonSchema } => {
  if (!nameForm.test(name))
    throw badInput("The name of a schema is letters, digits, _ and -, at most 64 of them.", `${field}.name`);
  const where = `${field}.schema`;
  if (JSON.stringify(schema).length > longestSchema)
    throw badInput(`The schema is longer than ${longestSchema.toLocaleString("en")} characters.`, where);
  if (Object.keys(schema).length === 0) throw badInput("An empty schema asks for nothing: leave it out.", where);
  checkKeywords(schema, where, 0);
  try {
    // As the providers check an answer.
    z.fromJSONSchema(schema);
  } catch (error) {
    throw badInput(`The schema cannot be checked: ${(error as Error).message}.`, where);
  }
  return { name, schema };
};

const checkKeywords = (schema: JsonSchema, where: string, depth: number): void => {
  if (depth > deepest) throw badInput(`The schema is more than ${deepest} levels deep.`, where);
  for (const [keyword, { fits, form }] of Object.entries(keywords))
    if (keyword in schema && !fits(schema[keyword]))
      throw badInput(`\`${keyword}\` of a JSON Schema is ${form}.`, where);
  for (const [path, each] of inner(schema)) if (isObject(each)) checkKeywords(each, `${where}.${path}`, depth + 1);
};
