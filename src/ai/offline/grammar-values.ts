import { composeQuote } from "#src/ai/offline/compose-quote.js";
import type { Prompt } from "#src/ai/offline/read-prompt.js";
import { toneLexicons } from "#src/ai/offline/resolve-tone.js";
import type { Random } from "#src/ai/offline/seeded-random.js";
import type { ValueSource } from "#src/ai/offline/value-source.js";

const shortNames =
  /(?:^|_|-|\b)(?:title|headline|label|tags?|keywords?|categor(?:y|ies)|themes?|words?|slug|id|ids|key|code|names?|subjects?|topics?)$/i;

const snake = (name: string) => name.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2");

/** Text for a structured answer: a few words where the property's name asks for that, a sentence otherwise. */
export function grammarText(prompt: Prompt, random: Random): (name: string) => string {
  const topic = prompt.topic ?? "small beginnings";
  const lexicon = toneLexicons[prompt.tone];
  return (name) =>
    shortNames.test(snake(name))
      ? random.pick([...lexicon.quality, ...lexicon.lure])
      : composeQuote({ ...prompt, topic }, random);
}

/** The values that the prompt itself states, for a structured answer about it. */
export function promptValues({ topic, tone, audience }: Prompt, message: string): ValueSource {
  const lower = message.toLowerCase();
  const stated: Readonly<Record<string, string | undefined>> = {
    topic,
    subject: topic,
    tone,
    audience,
    language: "en",
  };
  return {
    text: (name, { format }) => (format === undefined && Object.hasOwn(stated, name) ? stated[name] : undefined),
    number: () => undefined,
    flag: () => undefined,
    choice: (name, options) =>
      options.find((option) => name === "tone" && typeof option === "string" && option.toLowerCase() === tone) ??
      options.find(
        (option) => typeof option === "string" && option.length > 2 && lower.includes(`: ${option.toLowerCase()}`),
      ),
    amount: () => 0,
  };
}
