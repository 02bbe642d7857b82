import { createHash } from "node:crypto";
import { canonicalJson } from "#src/platform/audit-chain.js";
import { badInput } from "#src/platform/errors.js";
import type { BuiltInPrompt } from "./built-in-prompt.js";
import type { PromptVersion } from "./prompt.js";
import type { PromptVariableInput, PromptVersionInput } from "./prompt-inputs.js";
import type { PromptVariable } from "./prompt-variable.js";
import { placesIn } from "./render-prompt.js";

/** What of a version counts for its hash. */
export type PromptContent = Pick<
  PromptVersion,
  "system" | "template" | "variables" | "modelClass" | "temperature" | "maxTokens"
>;

const nameForm = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const variableForm = /^[A-Za-z_][A-Za-z0-9_]{0,49}$/;
const longestValue = 20_000;

export const checkPromptName = (name: string | null, field: string): string => {
  if (name !== null && name.length <= 100 && nameForm.test(name)) return name;
  throw badInput(
    `${JSON.stringify(name)} is no name: it is words of small letters and digits, apart by ., - or _, such as letters.welcome.`,
    field,
  );
};

/** Variables and places have to be the same: a variable without a place, or the other way round, is a slip of the pen. */
export const checkContent = (input: PromptVersionInput, builtIn: BuiltInPrompt | undefined): PromptContent => {
  const { system = null, template, modelClass = null, temperature = null, maxTokens = null } = input;
  if (template.trim() === "") throw badInput("must not be empty.", "input.template");
  if (system?.trim() === "") throw badInput("must not be empty; leave it out instead.", "input.system");
  const [instructed] = placesIn(system ?? "", "input.system");
  if (instructed !== undefined) {
    const fault = `The instructions have a place for ${instructed}, and take no variables: put it into the template, as data.`;
    throw badInput(fault, "input.system");
  }
  const variables = (input.variables ?? []).map(toVariable);
  const names = variables.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw badInput(`The variable ${twice} is there twice.`, "input.variables");
  const places = placesIn(template, "input.template");
  const undeclared = [...places].find((name) => !names.includes(name));
  if (undeclared !== undefined)
    throw badInput(`{{${undeclared}}} is not among the variables: add it to them.`, "input.template");
  const unused = names.find((name) => !places.has(name));
  if (unused !== undefined)
    throw badInput(`The template has no place {{${unused}}} for the variable ${unused}.`, "input.variables");
  if (builtIn !== undefined) checkFits(variables, builtIn);
  return { system, template, variables, modelClass: modelClass || null, temperature, maxTokens };
};

const toVariable = (input: PromptVariableInput, index: number): PromptVariable => {
  const field = `input.variables.${index}`;
  const { name, description = null, default: otherwise = null } = input;
  const required = input.required ?? otherwise === null;
  const maxLength = input.maxLength ?? 2_000;
  if (!variableForm.test(name))
    throw badInput(
      `${JSON.stringify(name.slice(0, 80))} is no name of a variable: it is letters, digits and _, not beginning with a digit, at most 50.`,
      `${field}.name`,
    );
  if ((description?.length ?? 0) > 500) throw badInput("has more than 500 characters", `${field}.description`);
  if (maxLength < 1 || maxLength > longestValue)
    throw badInput(`must be 1 to ${longestValue.toLocaleString("en")}`, `${field}.maxLength`);
  if (required && otherwise !== null)
    throw badInput(`${name} has a default, so it cannot be required.`, `${field}.required`);
  if ((otherwise?.length ?? 0) > maxLength)
    throw badInput(`The default is longer than ${maxLength} characters.`, `${field}.default`);
  return { name, description, required, default: otherwise, maxLength };
};

const checkFits = (variables: readonly PromptVariable[], { name: prompt, variables: known }: BuiltInPrompt): void => {
  for (const [index, { name, required }] of variables.entries()) {
    const same = known.find((each) => each.name === name);
    if (same === undefined) {
      const names = known.map((each) => each.name).join(", ");
      throw badInput(`${prompt} is asked with ${names}, and never with ${name}.`, `input.variables.${index}.name`);
    }
    if (required && !same.required)
      throw badInput(`${prompt} is not always asked with ${name}.`, `input.variables.${index}.required`);
  }
};

/** SHA-256 of what a version says, whoever made it and when. */
export const hashContent = (content: PromptContent): string => {
  const { system, template, variables, modelClass, temperature, maxTokens } = content;
  return createHash("sha256")
    .update(canonicalJson({ system, template, variables, modelClass, temperature, maxTokens }))
    .digest("hex");
};
