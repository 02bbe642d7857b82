import { badInput } from "#src/platform/errors.js";
import type { PromptVariable } from "./prompt-variable.js";
import type { Message } from "./provider.js";

/** What is written of a prompt: the rest of a version is advice. */
export interface PromptText {
  readonly system: string | null;
  readonly template: string;
  readonly variables: readonly PromptVariable[];
}

/** A piece of a line: text as it is, or the place of a variable. */
type Piece = { readonly text: string } | { readonly variable: string };

const sign = /\\\{\{|\{\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}\}|\{\{/g;

/**
 * The lines of a template, in pieces. There is nothing in the language but `{{name}}`, and `\{{` for the braces themselves.
 * Whatever else begins with two braces is refused.
 */
export const parseTemplate = (template: string, field: string): readonly (readonly Piece[])[] =>
  template.split(/\r?\n/).map((line) => {
    const pieces: Piece[] = [];
    let end = 0;
    const say = (text: string) => text !== "" && pieces.push({ text });
    for (const match of line.matchAll(sign)) {
      const { name } = match.groups ?? {};
      say(line.slice(end, match.index));
      end = match.index + match[0].length;
      if (name !== undefined) pieces.push({ variable: name });
      else if (match[0].startsWith("\\")) say("{{");
      else {
        const found = line.slice(match.index, match.index + 40);
        throw badInput(
          `${JSON.stringify(found)} is no placeholder: write {{name}}, with letters, digits and _ alone, or \\{{ for the braces themselves.`,
          field,
        );
      }
    }
    say(line.slice(end));
    return pieces;
  });

/** The variables that a template has places for, each once. */
export const placesIn = (template: string, field: string): ReadonlySet<string> =>
  new Set(
    parseTemplate(template, field).flatMap((line) =>
      line.flatMap((piece) => ("variable" in piece ? [piece.variable] : [])),
    ),
  );

/**
 * The messages of a prompt with its values. `field` is where the values came from, for what is wrong with them.
 *
 * Values are data and never looked at again, so braces in them mean nothing. Within a line a value is one line, whatever
 * it was: so no value can pass for a line of the template. One that has a line to itself stands between fences that are
 * longer than any in it. And one that is the whole template is the message, as it is: there is nothing to pass for.
 */
export const renderPrompt = (
  { system, template, variables }: PromptText,
  given: Readonly<Record<string, unknown>>,
  field: string,
): Message[] => {
  const values = checkValues(variables, given, field);
  const lines = parseTemplate(template, "input.template");
  const isBare = lines.length === 1 && isAlone(lines[0] ?? []);
  const put = (line: readonly Piece[]): string =>
    line
      .map((piece) => {
        if ("text" in piece) return piece.text;
        const value = values.get(piece.variable) ?? "";
        if (isBare) return value.trim();
        return isAlone(line) ? fenced(value.trim()) : oneLine(value);
      })
      .join("");
  const text = lines
    .filter((line) => line.every((piece) => "text" in piece || values.has(piece.variable)))
    .map(put)
    .join("\n");
  if (text.trim() === "") throw badInput("Nothing is left of the template without any value.", field);
  return [...(system === null ? [] : [{ role: "system", text: unescaped(system) } as const]), { role: "user", text }];
};

const isAlone = (line: readonly Piece[]): boolean =>
  line.length === 1 && line[0] !== undefined && "variable" in line[0];

const unescaped = (text: string): string => text.replaceAll("\\{{", "{{");

/** Control characters and the line ends of Unicode count as space. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

const fenced = (text: string): string => {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
};

/** The value of each variable that has one; a blank one is none. */
const checkValues = (
  variables: readonly PromptVariable[],
  given: Readonly<Record<string, unknown>>,
  field: string,
): ReadonlyMap<string, string> => {
  const known = new Set(variables.map(({ name }) => name));
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined) {
    const names = known.size === 0 ? "it has none" : `it has: ${[...known].join(", ")}`;
    throw badInput(
      `The prompt has no variable ${JSON.stringify(unknown.slice(0, 80))}; ${names}.`,
      `${field}.${unknown.slice(0, 80)}`,
    );
  }
  const missing = variables.filter(({ name, required }) => required && isBlank(given[name]));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name);
    throw badInput(
      `The prompt needs a value for ${names.length === 1 ? "the variable" : "the variables"} ${names.join(", ")}.`,
      `${field}.${names[0]}`,
    );
  }
  return new Map(
    variables.flatMap((variable): [string, string][] => {
      const value = chosenValue(variable, given[variable.name], `${field}.${variable.name}`);
      return isBlank(value) ? [] : [[variable.name, value as string]];
    }),
  );
};

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "");

const chosenValue = ({ name, default: otherwise, maxLength }: PromptVariable, given: unknown, field: string) => {
  const value = isBlank(given) ? otherwise : given;
  if (value === null) return null;
  if (typeof value !== "string") throw badInput(`The variable ${name} takes a text, not ${typeof value}.`, field);
  if (value.length > maxLength)
    throw badInput(`The variable ${name} takes at most ${maxLength} characters, not ${value.length}.`, field);
  return value;
};
