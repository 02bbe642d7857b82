import { numberRange } from "#src/ai/offline/generate-number.js";
import { generateString, textLength, textLimits } from "#src/ai/offline/generate-string.js";
import { asSchema, isSchema, resolveSchema, UnsatisfiableSchema, withChoice } from "#src/ai/offline/resolve-schema.js";
import type { Random } from "#src/ai/offline/seeded-random.js";
import type { ValueSource } from "#src/ai/offline/value-source.js";
import type { JsonSchema } from "#src/ai/provider.js";

interface Generation {
  readonly source: ValueSource;
  readonly random: Random;
  /** Text of the generator's own for a string named `name`. */
  readonly compose: (name: string) => string;
  /** Leaves out optional properties that the source knows nothing about. */
  readonly onlyKnown?: boolean;
}

/** Below this depth only what is required is made, and of several choices the flattest one. */
const generous = 6;
const deepest = 48;
/** Together with the depth it keeps a schema that branches into itself from growing without end. */
const mostValues = 5_000;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const size = (value: unknown, otherwise: number) => (typeof value === "number" ? Math.max(0, value) : otherwise);

const typesOf = (schema: JsonSchema): readonly unknown[] => {
  if (schema.type !== undefined) return [schema.type].flat();
  if (isSchema(schema.properties) || schema.required !== undefined || isSchema(schema.additionalProperties))
    return ["object"];
  if (schema.items !== undefined || schema.prefixItems !== undefined) return ["array"];
  const numeric = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
  return numeric.some((keyword) => keyword in schema) ? ["number"] : ["string"];
};

const isType = (value: unknown, type: unknown) => {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isSchema(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
};

const isFlat = (choice: unknown) =>
  isSchema(choice) && choice.$ref === undefined && choice.type !== "object" && choice.type !== "array" && !choice.allOf;

/**
 * A value that fits a JSON Schema: constants, enumerations, choices (the first that can be met), objects, arrays, texts
 * and numbers within their bounds. Of `oneOf` it takes one choice without proving that the others do not fit as well.
 */
export function generateJson(root: JsonSchema, { source, random, compose, onlyKnown = false }: Generation): unknown {
  let values = 0;
  let known = 0;

  const fromSource = <T>(value: T | undefined): T | undefined => {
    if (value !== undefined) known += 1;
    return value;
  };

  function choose(schema: JsonSchema, choices: readonly unknown[], name: string, depth: number): unknown {
    const inOrder =
      depth > generous ? choices.toSorted((one, other) => Number(isFlat(other)) - Number(isFlat(one))) : choices;
    let reason: unknown = new UnsatisfiableSchema("There is nothing to choose from.");
    for (const choice of inOrder) {
      try {
        return make(withChoice(root, schema, choice), name, depth + 1);
      } catch (error) {
        if (!(error instanceof UnsatisfiableSchema)) throw error;
        reason = error;
      }
    }
    throw reason;
  }

  function makeObject(schema: JsonSchema, depth: number): Record<string, unknown> {
    const properties = isSchema(schema.properties) ? schema.properties : {};
    const required = new Set(list(schema.required).map(String));
    // What is required comes first: the source hands out each of its values once.
    const names = new Set([...required, ...Object.keys(properties)]);
    const least = size(schema.minProperties, 0);
    const most = size(schema.maxProperties, Number.POSITIVE_INFINITY);
    const entries = new Map<string, unknown>();

    const further = schema.additionalProperties;
    for (const property of names) {
      const own = Object.hasOwn(properties, property) ? properties[property] : (further ?? true);
      const before = known;
      if (!required.has(property)) {
        const spare = entries.size + [...required].filter((one) => !entries.has(one)).length;
        if (spare >= most || depth > generous) continue;
        try {
          const value = make(own, property, depth + 1);
          if (!onlyKnown || known > before || entries.size < least) entries.set(property, value);
        } catch (error) {
          if (!(error instanceof UnsatisfiableSchema)) throw error;
        }
      } else entries.set(property, make(own, property, depth + 1));
    }

    const wanted = names.size === 0 && isSchema(further) && !onlyKnown && depth <= generous ? Math.min(2, most) : 0;
    for (let tries = 0; entries.size < Math.max(least, wanted) && further !== false; tries += 1) {
      if (tries > 2 * least + 20) break;
      const key =
        schema.propertyNames === undefined
          ? `item${entries.size + 1}`
          : String(make(schema.propertyNames, "key", depth + 1));
      if (!entries.has(key)) entries.set(key, make(further ?? true, key, depth + 1));
    }
    if (entries.size < least || entries.size > most)
      throw new UnsatisfiableSchema("No object has the asked number of properties.");
    return Object.fromEntries(entries);
  }

  function makeArray(schema: JsonSchema, name: string, depth: number): unknown[] {
    const prefix = list(schema.prefixItems);
    const least = size(schema.minItems, 0);
    const most = size(schema.maxItems, Number.POSITIVE_INFINITY);
    if (least > most) throw new UnsatisfiableSchema("No list has the asked length.");
    const [itemType] = isSchema(schema.items) ? typesOf(resolveSchema(root, schema.items)) : [];
    const offered =
      itemType === "string" || itemType === "number" || itemType === "integer" ? source.amount(itemType) : 0;
    const usual = depth > generous ? least : offered || prefix.length || 2 + random.below(2);
    const closed = schema.items === false ? prefix.length : Number.POSITIVE_INFINITY;
    const count = Math.min(Math.max(least, usual), most, closed);
    if (count < least) throw new UnsatisfiableSchema("No list has the asked length.");

    const items: unknown[] = [];
    const seen = new Set<string>();
    for (let tries = 0; items.length < count && tries < 20 * count + 20; tries += 1) {
      const item = make(prefix[items.length] ?? schema.items ?? true, name, depth + 1);
      const text = JSON.stringify(item);
      if (schema.uniqueItems === true && seen.has(text)) continue;
      seen.add(text);
      items.push(item);
    }
    if (items.length < least) throw new UnsatisfiableSchema("There are not enough different values for the list.");
    return items;
  }

  function makeText(schema: JsonSchema, name: string): string {
    const limits = textLimits(schema);
    const fits = (text: string) => textLength(text) >= limits.min && textLength(text) <= limits.max;
    const offered = schema.pattern === undefined || limits.format !== undefined ? source.text(name, limits) : undefined;
    if (offered !== undefined && fits(offered)) return fromSource(offered) ?? offered;
    return generateString(schema, () => compose(name), random);
  }

  function make(unresolved: unknown, name: string, depth: number): unknown {
    values += 1;
    if (depth > deepest || values > mostValues) throw new UnsatisfiableSchema("The schema goes too deep.");
    const schema = resolveSchema(root, asSchema(unresolved));
    const choices = [...list(schema.anyOf), ...(schema.anyOf === undefined ? list(schema.oneOf) : [])];
    if (schema.anyOf !== undefined && schema.oneOf !== undefined) {
      throw new UnsatisfiableSchema("anyOf beside oneOf is not supported.");
    }
    if (schema.anyOf !== undefined || schema.oneOf !== undefined) return choose(schema, choices, name, depth);

    const types = typesOf(schema);
    const suits = (value: unknown) => schema.type === undefined || types.some((type) => isType(value, type));
    if ("const" in schema) {
      const listed =
        !Array.isArray(schema.enum) ||
        schema.enum.some((value) => JSON.stringify(value) === JSON.stringify(schema.const));
      if (suits(schema.const) && listed) return schema.const;
      throw new UnsatisfiableSchema("The constant does not have the asked type.");
    }
    if (Array.isArray(schema.enum)) {
      const options = schema.enum.filter(suits);
      const told = fromSource(source.choice(name, options));
      if (told !== undefined) return told;
      const meant = options.filter((value) => value !== null);
      if (options.length === 0) throw new UnsatisfiableSchema("The enumeration is empty.");
      return random.pick(meant.length > 0 ? meant : options);
    }

    const type = types.find((one) => one !== "null") ?? types[0];
    switch (type) {
      case "object":
        return makeObject(schema, depth);
      case "array":
        return makeArray(schema, name, depth);
      case "string":
        return makeText(schema, name);
      case "integer":
      case "number": {
        const range = numberRange(schema, type === "integer");
        return fromSource(source.number(name, range.accepts)) ?? range.make(random);
      }
      case "boolean":
        return fromSource(source.flag(name)) ?? random.next() < 0.5;
      case "null":
        return null;
      default:
        throw new UnsatisfiableSchema(`There is no type ${String(type)}.`);
    }
  }

  return make(root, "", 0);
}
