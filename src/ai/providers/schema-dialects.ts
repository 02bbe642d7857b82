import type { JsonSchema } from "#src/ai/provider.js";

const strictKeywords = new Set(
  (
    "type description properties required additionalProperties items enum const anyOf pattern minimum maximum " +
    "exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems"
  ).split(" "),
);

/**
 * True when OpenAI can guarantee the schema: every object is closed, every property is required, and no keyword is used
 * that its strict mode refuses. Any other schema is only a request to the model.
 */
export function isStrictSchema(schema: unknown): boolean {
  if (!isSchema(schema) || !Object.keys(schema).every((key) => strictKeywords.has(key))) return false;
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const closed =
    schema.additionalProperties === false && Object.keys(properties).every((key) => required.includes(key));
  const inner = [...Object.values(properties), ...(Array.isArray(schema.anyOf) ? schema.anyOf : [])];
  if (schema.items !== undefined) inner.push(schema.items);
  return (closed || !isObjectType(schema)) && inner.every(isStrictSchema);
}

const keptByAnthropic = new Set("type description title enum const default required $ref".split(" "));

/**
 * The schema as Anthropic's structured output takes it: closed objects and few keywords. What it refuses, such as
 * bounds, moves into the description, where the model still reads it.
 */
export function toAnthropicSchema(schema: JsonSchema): JsonSchema {
  const out: Record<string, unknown> = {};
  const told: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (keptByAnthropic.has(key)) out[key] = value;
    else if ((key === "properties" || key === "$defs") && isSchema(value)) out[key] = mapValues(value, convert);
    else if (key === "items") out[key] = convert(value);
    else if ((key === "anyOf" || key === "allOf") && Array.isArray(value)) out[key] = value.map(convert);
    else if (key === "oneOf" && Array.isArray(value)) out.anyOf = value.map(convert);
    else if (key !== "additionalProperties") told.push(`${key}: ${JSON.stringify(value)}`);
  }
  if (isObjectType(schema)) out.additionalProperties = false;
  if (told.length > 0) out.description = [schema.description, `{${told.join(", ")}}`].filter(Boolean).join(" ");
  return out;
}

const convert = (value: unknown) => (isSchema(value) ? toAnthropicSchema(value) : value);

const mapValues = (record: JsonSchema, change: (value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

const isObjectType = ({ type, properties }: JsonSchema) =>
  type === "object" || (Array.isArray(type) && type.includes("object")) || properties !== undefined;

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
