import type { JsonSchema } from "#src/ai/provider.js";

/** The schema asks for something that no value satisfies, or that the offline rules cannot do. */
export class UnsatisfiableSchema extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "UnsatisfiableSchema";
  }
}

export const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `true` allows anything, `false` nothing. */
export function asSchema(value: unknown): JsonSchema {
  if (value === true || value === undefined) return {};
  if (isSchema(value)) return value;
  throw new UnsatisfiableSchema("A schema is false or not an object.");
}

/** Keywords that narrow the values in ways that generating from left to right cannot promise to meet. */
const refused = [
  "not",
  "if",
  "contains",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
  "patternProperties",
  "unevaluatedItems",
  "unevaluatedProperties",
  "$dynamicRef",
];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function mergeValues(key: string, one: unknown, other: unknown): unknown {
  if (/^(?:minimum|exclusiveMinimum|minLength|minItems|minProperties)$/.test(key))
    return Math.max(Number(one), Number(other));
  if (/^(?:maximum|exclusiveMaximum|maxLength|maxItems|maxProperties)$/.test(key))
    return Math.min(Number(one), Number(other));
  if (key === "const" && JSON.stringify(one) !== JSON.stringify(other)) {
    throw new UnsatisfiableSchema("Two constants contradict each other.");
  }
  if (key === "required") return [...new Set([...listOf(one), ...listOf(other)])];
  if (key === "enum")
    return listOf(one).filter((value) => listOf(other).some((same) => JSON.stringify(same) === JSON.stringify(value)));
  if (key === "type") {
    const types = [other].flat();
    const both = [one]
      .flat()
      .filter((type) => types.includes(type) || (type === "integer" && types.includes("number")));
    return both.length > 0 ? both : types.includes("integer") && [one].flat().includes("number") ? "integer" : [];
  }
  if (key === "properties" && isSchema(one) && isSchema(other)) {
    const shared = Object.keys(other).map((name) => [
      name,
      name in one ? { allOf: [one[name], other[name]] } : other[name],
    ]);
    return { ...one, ...Object.fromEntries(shared) };
  }
  return other;
}

function merge(one: JsonSchema, other: JsonSchema): JsonSchema {
  const merged: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    merged[key] = key in one ? mergeValues(key, one[key], value) : value;
  }
  return merged;
}

function followPointer(root: JsonSchema, ref: unknown): JsonSchema {
  if (typeof ref !== "string" || !/^#(?:\/|$)/.test(ref))
    throw new UnsatisfiableSchema(`Cannot follow the reference ${ref}.`);
  const steps = ref
    .split("/")
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"));
  const found = steps.reduce<unknown>(
    (schema, step) =>
      typeof schema === "object" && schema !== null && Object.hasOwn(schema, step) ? Reflect.get(schema, step) : null,
    root,
  );
  return asSchema(found);
}

const mostReferences = 50;

/** One schema without `$ref` and `allOf`; `anyOf` and `oneOf` stay, for they are choices. */
export function resolveSchema(root: JsonSchema, schema: unknown, depth = 0): JsonSchema {
  if (depth > mostReferences) throw new UnsatisfiableSchema("The references go round in a circle.");
  const { $ref, allOf, ...own } = asSchema(schema);
  const unsupported = refused.find((keyword) => keyword in own);
  if (unsupported) throw new UnsatisfiableSchema(`The keyword ${unsupported} is not supported.`);
  const sources = [...($ref === undefined ? [] : [followPointer(root, $ref)]), ...listOf(allOf)];
  return sources.map((source) => resolveSchema(root, source, depth + 1)).reduce(merge, own);
}

/** A schema with one of its choices taken in. */
export const withChoice = (root: JsonSchema, schema: JsonSchema, choice: unknown): JsonSchema => {
  const { anyOf: _anyOf, oneOf: _oneOf, ...rest } = schema;
  return merge(rest, resolveSchema(root, choice));
};
