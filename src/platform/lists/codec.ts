import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLSafeInt } from "graphql-scalars";
import { Float, ID, Int } from "type-graphql";
import type { ColumnDeclaration } from "../column.js";
import { GraphQLDecimal } from "../decimal.js";

/** How a value, as Postgres writes it, becomes a value of JavaScript, and JSON without one in between. Never given null. */
export interface Codec {
  readonly decode: (text: string) => unknown;
  readonly json: (text: string) => string;
}

/** A stored value that its GraphQL type cannot show; executing the field as usual gives the error that belongs to it. */
export class Unpresentable extends Error {}

const quoted: Codec = { decode: (text) => text, json: JSON.stringify };

const numeric = (fits: (value: number) => boolean): Codec => ({
  decode: Number,
  json: (text) => {
    const value = Number(text);
    if (!fits(value)) throw new Unpresentable();
    return String(value);
  },
});

/** `2026-11-21 04:10:00.123456+00`, the form of a timestamptz in UTC, in ISO 8601 and milliseconds. */
export const isoTime = (text: string): string => {
  if (text.length < 22 || text.charCodeAt(10) !== 32 || !text.endsWith("+00")) return new Date(text).toISOString();
  const fraction = text.charCodeAt(19) === 46 ? text.slice(20, -3) : "";
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, "0").slice(0, 3)}Z`;
};

const byType = new Map<unknown, Codec>([
  [String, quoted],
  [ID, quoted],
  [GraphQLDecimal, quoted],
  [Int, numeric(Number.isInteger)],
  [Float, numeric(Number.isFinite)],
  [GraphQLSafeInt, numeric(Number.isSafeInteger)],
  // `t` as the protocol has it, `true` as a cast has it.
  [Boolean, { decode: (text) => text.startsWith("t"), json: (text) => (text.startsWith("t") ? "true" : "false") }],
  [GraphQLDateTimeISO, { decode: (text) => new Date(isoTime(text)), json: (text) => `"${isoTime(text)}"` }],
  [GraphQLJSONObject, { decode: JSON.parse, json: (text) => JSON.stringify(JSON.parse(text)) }],
]);

/** A list of texts is selected as JSON. */
const texts: Codec = { decode: JSON.parse, json: (text) => text };

export const isTextList = ({ sql }: ColumnDeclaration): boolean => sql.endsWith("[]");

export const codecOf = (column: ColumnDeclaration): Codec => {
  if (isTextList(column)) return texts;
  const codec = column.enumName === undefined ? byType.get(column.graph()) : quoted;
  if (codec === undefined) throw new Error(`No codec is known for the column ${column.property}.`);
  return codec;
};

/** How a column that clients do not see becomes a value of JavaScript. */
export const decoderOf = (sql: string): Codec["decode"] => {
  if (sql === "timestamptz") return (text) => new Date(isoTime(text));
  if (sql === "jsonb") return JSON.parse;
  if (sql === "boolean") return (text) => text.startsWith("t");
  return sql === "integer" || sql === "double precision" ? Number : (text) => text;
};
