import { UnsatisfiableSchema } from "#src/ai/offline/resolve-schema.js";
import type { Random } from "#src/ai/offline/seeded-random.js";
import type { JsonSchema } from "#src/ai/provider.js";

const hex = (random: Random, length: number) => Array.from({ length }, () => random.below(16).toString(16)).join("");

const twoDigits = (value: number) => String(value).padStart(2, "0");

const date = (random: Random) =>
  `20${twoDigits(20 + random.below(10))}-${twoDigits(1 + random.below(12))}-${twoDigits(1 + random.below(28))}`;

const time = (random: Random) =>
  `${twoDigits(random.below(24))}:${twoDigits(random.below(60))}:${twoDigits(random.below(60))}Z`;

const uuid = (random: Random) =>
  `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-${random.pick(["8", "9", "a", "b"])}${hex(random, 3)}-${hex(random, 12)}`;

const uri = (random: Random) => `https://example.com/${hex(random, 8)}`;

/** Addresses come from the ranges that are reserved for documentation: they belong to nobody. */
const formats: Readonly<Record<string, (random: Random) => string>> = {
  date,
  time,
  "date-time": (random) => `${date(random)}T${time(random)}`,
  duration: (random) => `PT${1 + random.below(59)}M`,
  email: (random) => `person${random.below(1000)}@example.com`,
  "idn-email": (random) => `person${random.below(1000)}@example.com`,
  hostname: (random) => `host${random.below(1000)}.example.com`,
  "idn-hostname": (random) => `host${random.below(1000)}.example.com`,
  ipv4: (random) => `192.0.2.${1 + random.below(254)}`,
  ipv6: (random) => `2001:db8::${hex(random, 3)}1`,
  uuid,
  guid: uuid,
  uri,
  url: uri,
  iri: uri,
  "uri-reference": uri,
  "iri-reference": uri,
  "json-pointer": (random) => `/item/${random.below(100)}`,
  regex: () => "^.+$",
};

const longestString = 20_000;

const bound = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);

export const textLimits = (schema: JsonSchema) => ({
  min: Math.max(0, bound(schema.minLength, 0)),
  max: Math.max(0, bound(schema.maxLength, Number.POSITIVE_INFINITY)),
  format: typeof schema.format === "string" ? schema.format : undefined,
});

/** JSON Schema counts code points, so an emoji is one. */
export const textLength = (text: string) => Array.from(text).length;

function shorten(text: string, max: number): string {
  const letters = Array.from(text);
  if (letters.length <= max) return text;
  const cut = letters.slice(0, max).join("");
  const atWord = cut.slice(0, Math.max(0, cut.lastIndexOf(" "))).replace(/[\s,;:]+$/, "");
  return atWord === "" ? cut.trimEnd() : atWord;
}

/** A text that fits the schema: the format's own shape, or `compose`d text, cut at a word or lengthened by more of it. */
export function generateString(schema: JsonSchema, compose: () => string, random: Random): string {
  const { min, max, format } = textLimits(schema);
  const formatted = format === undefined ? undefined : formats[format]?.(random);
  if (formatted !== undefined) {
    if (formatted.length >= min && formatted.length <= max) return formatted;
    throw new UnsatisfiableSchema(`No ${format} has the asked length.`);
  }
  if (schema.pattern !== undefined)
    throw new UnsatisfiableSchema("The keyword pattern is only supported beside a format.");
  if (min > max || min > longestString) throw new UnsatisfiableSchema("No text can have the asked length.");

  const whole = compose();
  if (textLength(whole) >= min && textLength(whole) <= max) return whole;
  const pieces = [whole];
  let length = textLength(whole);
  while (length < min) {
    const next = compose();
    pieces.push(next);
    length += 1 + Math.max(1, textLength(next));
  }
  const atWord = shorten(pieces.join(" "), max);
  if (textLength(atWord) >= min) return atWord;
  const letters = Array.from(pieces.join(" ")).slice(0, max === Number.POSITIVE_INFINITY ? undefined : max);
  return letters.join("").replace(/ $/, ".");
}
