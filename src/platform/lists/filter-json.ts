import { badInput } from "../errors.js";
import { type Comparison, type Operator, operators } from "./filter-inputs.js";
import type { Parameters } from "./statement.js";

const maxSegments = 20;
const maxListItems = 1_000;

/** `size.width` and `tags.0` as an SQL/JSON path: keys quoted, whole numbers as positions. */
const jsonPath = (path: unknown, at: string): string => {
  const segments = String(path).toWellFormed().split(".");
  if (segments.length > maxSegments) throw badInput(`A path has at most ${maxSegments} segments.`, at);
  if (segments.some((segment) => segment === ""))
    throw badInput("A path names keys and positions with dots between them, such as `size.width`.", at);
  return `$${segments.map((segment) => (/^\d{1,9}$/.test(segment) ? `[${segment}]` : `.${JSON.stringify(segment)}`)).join("")}`;
};

/** The first segment of a path, where it is a key. */
const keyOf = (path: unknown): string | undefined => {
  const [first = ""] = String(path).toWellFormed().split(".");
  return /^\d{1,9}$/.test(first) ? undefined : first;
};

const scalar = (given: unknown, path: string): string => {
  const value = typeof given === "string" ? given.toWellFormed() : given;
  const fits = typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  if (!fits) throw badInput("A text, a number or a boolean belongs here.", path);
  return JSON.stringify(value);
};

const symbols: Partial<Record<Operator, string>> = { gt: ">", gte: ">=", lt: "<", lte: "<=" };
const escapePattern = (text: string) => text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");

/**
 * A condition on the value at a path of a jsonb column, as SQL/JSON path predicates. Of these a GIN index answers equality
 * alone; for all others it finds the rows that have the first key of the path.
 * Source: PostgreSQL documentation, 8.14.4 jsonb Indexing.
 */
export const compileJson = (
  column: string,
  comparison: Comparison & { path?: unknown },
  at: string,
  parameters: Parameters,
  count: (path: string) => void,
): string => {
  const path = jsonPath(comparison.path, `${at}.path`);
  const given = operators.filter((operator) => comparison[operator] !== undefined);
  if (given.length === 0) throw badInput("A condition names at least one operator, such as `eq`.", at);
  const matches = (predicate: string) => `${column} @@ ${parameters.add(predicate)}::jsonpath`;
  const exists = (query: string) => `${column} @? ${parameters.add(query)}::jsonpath`;
  const key = keyOf(comparison.path);
  // Whatever is at the path is somewhere below its first key.
  const hasKey = () => (key === undefined ? exists(path) : `${column} ? ${parameters.add(key)}`);
  const equals = (value: unknown, here: string) => matches(`${path} == ${scalar(value, here)}`);

  const compare = (operator: Operator, value: unknown, here: string): string => {
    count(here);
    if (value === null) throw badInput("null is no value to compare with: use `isNull`.", here);
    switch (operator) {
      case "eq":
        return equals(value, here);
      case "ne":
        return `(${equals(value, here)}) is not true`;
      case "in":
      case "notIn": {
        const items = value as unknown[];
        if (items.length > maxListItems)
          throw badInput(`A list to compare with has at most ${maxListItems} items.`, here);
        const predicate = items.map((item) => `${path} == ${scalar(item, here)}`).join(" || ");
        const found = items.length === 0 ? "false" : matches(predicate);
        return operator === "in" ? found : `(${found}) is not true`;
      }
      case "contains":
      case "startsWith": {
        if (typeof value !== "string") throw badInput("A text belongs here.", here);
        const pattern = `${operator === "startsWith" ? "^" : ""}${escapePattern(value.toWellFormed())}`;
        return `(${hasKey()} and ${matches(`${path} like_regex ${JSON.stringify(pattern)} flag "i"`)})`;
      }
      case "isNull": {
        const present = exists(`${path} ? (@ != null)`);
        return value === true ? `(${present}) is not true` : `(${hasKey()} and ${present})`;
      }
      default:
        return `(${hasKey()} and ${matches(`${path} ${symbols[operator]} ${scalar(value, here)}`)})`;
    }
  };

  return `(${given.map((operator) => compare(operator, comparison[operator], `${at}.${operator}`)).join(" and ")})`;
};
