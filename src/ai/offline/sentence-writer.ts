import type { Random } from "#src/ai/offline/seeded-random.js";
import { stemWord } from "#src/ai/offline/stem-word.js";
import { stopWords } from "#src/ai/offline/stop-words.js";

export interface SentenceWriter {
  /** Writes one finished sentence from one of the templates. */
  sentence(templates: readonly string[], salutations?: Salutations): string;
}

/** Openings that end in a colon; a sentence that has a colon of its own goes without. */
export interface Salutations {
  readonly statement: readonly string[];
  readonly question: readonly string[];
}

type Slots = Readonly<Record<string, readonly string[]>>;

const slot = /\{([a-z]+)(?:=([a-z]))?(?:#(\d))?\}/g;

const contentStems = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !stopWords.has(word)).map(stemWord);

const occurrences = (text: string, part: string) => text.split(part).length - 1;

/** A name such as `iPhone`, a number or a script without cases cannot take the capital that a sentence begins with. */
const canBegin = (phrase: string) => {
  const [first = "", second = ""] = phrase;
  return (
    first.toUpperCase() !== first.toLowerCase() && (second === second.toLowerCase() || first === first.toUpperCase())
  );
};

const finish = (text: string) => {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(capital) ? capital : `${capital}.`;
};

/**
 * A context-free grammar: a template is text with slots such as `{quality}`; a slot is replaced by one of its entries,
 * which may have slots again. `{quality=a}` takes the same entry wherever it stands in one sentence, and `{image#0}` and
 * `{image#1}` are the two halves of one entry. No entry repeats a word that the text already used, so sentences that
 * belong together do not echo each other or the topic. `bindings` are slots with one fixed text.
 */
export function sentenceWriter(
  slots: Slots,
  bindings: Readonly<Record<string, string>>,
  random: Random,
): SentenceWriter {
  const used = new Set(Object.values(bindings).flatMap(contentStems));

  const isFresh = (entry: string) => !contentStems(entry.replaceAll(slot, " ")).some((stem) => used.has(stem));

  /** From a random entry on, the first fresh one: looking at all of them would cost twenty times as much. */
  const pickFresh = (entries: readonly string[]): string => {
    const start = random.below(entries.length);
    const rotated = (offset: number) => entries[(start + offset) % entries.length] ?? "";
    let offset = 0;
    while (offset < entries.length && !isFresh(rotated(offset))) offset += 1;
    const chosen = rotated(offset % entries.length);
    for (const stem of contentStems(chosen.replaceAll(slot, " "))) used.add(stem);
    return chosen;
  };

  const expand = (template: string): string => {
    const labelled = new Map<string, string>();
    return template.replace(slot, (whole, name: string, label: string | undefined, part: string | undefined) => {
      const fixed = bindings[name];
      if (fixed !== undefined) return fixed;
      const entries = slots[name];
      if (!entries) throw new Error(`The grammar has no slot for ${whole}.`);
      const key = label ?? (part === undefined ? undefined : name);
      const entry = (key === undefined ? undefined : labelled.get(key)) ?? expand(pickFresh(entries));
      if (key !== undefined) labelled.set(key, entry);
      return part === undefined ? entry : (entry.split(" | ")[Number(part)] ?? entry);
    });
  };

  /** A long phrase reads badly twice in one sentence. */
  const suits = (template: string) =>
    Object.entries(bindings).every(
      ([name, phrase]) =>
        (occurrences(template, `{${name}}`) < 2 || phrase.length <= 24) &&
        (!template.startsWith(`{${name}}`) || canBegin(phrase)),
    );

  return {
    sentence: (templates, salutations) => {
      const suitable = templates.filter(suits);
      const body = expand(pickFresh(suitable.length > 0 ? suitable : templates));
      if (!salutations || body.includes(":")) return finish(body);
      const openings = body.endsWith("?") ? salutations.question : salutations.statement;
      return finish(expand(random.pick(openings)) + body);
    },
  };
}
