import { createHash } from "node:crypto";
import { generateJson } from "#src/ai/offline/generate-json.js";
import { grammarText } from "#src/ai/offline/grammar-values.js";
import { messageValues } from "#src/ai/offline/message-values.js";
import { readPrompt } from "#src/ai/offline/read-prompt.js";
import { isSchema, UnsatisfiableSchema } from "#src/ai/offline/resolve-schema.js";
import type { Random } from "#src/ai/offline/seeded-random.js";
import { stemWord } from "#src/ai/offline/stem-word.js";
import { stopWords } from "#src/ai/offline/stop-words.js";
import type { Tool, ToolCall } from "#src/ai/provider.js";

/** Verbs that half of all tools are named with: they tell nothing about this one. */
const commonVerbs = new Set([
  "get",
  "fetch",
  "run",
  "do",
  "tool",
  "call",
  "use",
  "list",
  "show",
  "tell",
  "make",
  "return",
  "retrieve",
  "read",
]);

const contentStems = (text: string) =>
  new Set(
    (
      text
        .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? []
    )
      .filter((word) => word.length > 2 && !stopWords.has(word) && !commonVerbs.has(word))
      .map(stemWord),
  );

const nameWeight = 2;
const descriptionWeight = 1;
const clearly = 3;

/** A match is clear when it is worth three points and covers the name, or two different words where the name has more. */
function overlap(tool: Tool, said: ReadonlySet<string>): { score: number; clear: boolean } {
  const name = contentStems(tool.name);
  const inName = name.intersection(said);
  const inDescription = contentStems(tool.description).intersection(said);
  const score = nameWeight * inName.size + descriptionWeight * inDescription.size;
  const distinct = inName.union(inDescription).size;
  return { score, clear: score >= clearly && inName.size > 0 && distinct >= Math.min(2, name.size) };
}

/**
 * The call that the message clearly asks for, or with `required` the nearest one. Undefined when no tool matches.
 * Arguments come from the message where it states them; what is required beyond that the grammar makes up, and what is
 * optional stays out. The id follows from `key`, so that a repeated request repeats it.
 */
export function chooseTool(
  message: string,
  tools: readonly Tool[],
  required: boolean,
  random: Random,
  key: string,
): ToolCall | undefined {
  const said = contentStems(message);
  const ranked = tools
    .map((tool) => ({ tool, ...overlap(tool, said) }))
    .filter(({ clear }) => required || clear)
    .toSorted((one, other) => other.score - one.score);
  const tool = ranked[0]?.tool;
  if (!tool) return undefined;
  try {
    const values = generateJson(
      { type: "object", ...tool.parameters },
      { source: messageValues(message), random, compose: grammarText(readPrompt(message), random), onlyKnown: true },
    );
    const id = `call_${createHash("sha256").update(`${key} ${tool.name}`).digest("hex").slice(0, 24)}`;
    return { id, name: tool.name, arguments: isSchema(values) ? values : {} };
  } catch (error) {
    if (required || !(error instanceof UnsatisfiableSchema)) throw error;
    return undefined;
  }
}
