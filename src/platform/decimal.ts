import { GraphQLScalarType, Kind } from "graphql";
import { badInput } from "./errors.js";

/** Digits before and behind the point that a decimal may have. */
const most = 20;
const written = /^([+-]?)0*(\d*)(?:\.(\d*?))?0*$/;

/**
 * An exact decimal number as a text: no sign of a positive one, no needless zeros, at most 20 digits before and 20 behind the
 * point. Throws BAD_USER_INPUT. A number of JSON is taken as it is printed, so 0.1 is 0.1.
 */
export const parseDecimal = (given: unknown, field?: string): string => {
  const text = typeof given === "number" && Number.isFinite(given) ? plain(given) : given;
  if (typeof text !== "string" || text.length > 100 || !/\d/.test(text)) throw notDecimal(given, field);
  const [, sign = "", whole = "", fraction = ""] = written.exec(withPoint(text)) ?? [];
  if (!written.test(withPoint(text)) || whole.length > most || fraction.length > most) throw notDecimal(given, field);
  if (whole === "" && fraction === "") return "0";
  return `${sign === "-" ? "-" : ""}${whole || "0"}${fraction === "" ? "" : `.${fraction}`}`;
};

/** Zeros at the end only count for nothing behind a point. */
const withPoint = (text: string) => (text.includes(".") ? text : `${text}.`);

/** `1e-7` and `1e21` without their exponents. */
const plain = (value: number): string => {
  const text = String(value);
  const [, sign = "", digits = "", fraction = "", exponent] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const places = Number(exponent);
  const all = digits + fraction;
  if (places < 0) return `${sign}0.${"0".repeat(-places - digits.length)}${all}`;
  return `${sign}${all.padEnd(digits.length + places, "0")}`;
};

const notDecimal = (given: unknown, field?: string) =>
  badInput(
    `${JSON.stringify(given)?.slice(0, 80)} is not a decimal number with at most ${most} digits before and ${most} behind the point, such as "21.5".`,
    field,
  );

export const GraphQLDecimal = new GraphQLScalarType<string, string>({
  name: "Decimal",
  description:
    'An exact decimal number, as a text such as "21.5": at most 20 digits before and 20 behind the point; sums and means may have more. A number is accepted as well, and taken as it is printed.',
  serialize: String,
  parseValue: (value) => parseDecimal(value),
  parseLiteral: (node) => {
    const isNumber = node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT;
    // A literal has all the digits that its writer gave it.
    if (!isNumber) throw notDecimal(undefined);
    return parseDecimal(/e/i.test(node.value) ? Number(node.value) : node.value);
  },
});
