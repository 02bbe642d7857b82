import { concepts } from "#src/ai/offline/concepts/find-concepts.js";
import { stopWords } from "#src/ai/offline/stop-words.js";

const longest = 200;

const commonAdjectives = `good great new old young small big little remote happy sad quiet hard easy early late modern slow
open deep daily simple personal public private local social senior junior first-time busy curious tired aspiring
everyone anyone people women men kids adults teens beginners nurses nurse staff clients guests heroes graduates newcomers
machine artificial deep`;

const commonWords: ReadonlySet<string> = new Set(
  [...Object.values(concepts), ...Object.keys(concepts), commonAdjectives].flatMap((words) => words.split(/\s+/)),
);

const nounEnding = /(?:ing|ness|ment|tion|sion|ship|ity|age|ism|ence|ance|hood|ure|ers|ors|ists|ants|ents)$/;

const isCommon = (word: string) => commonWords.has(word) || stopWords.has(word) || nounEnding.test(word);

/** Words that are surely common nouns lose the capital of a form field; anything that may be a name keeps it. */
const withoutFormCapitals = (phrase: string) =>
  phrase.replace(/\p{Lu}[\p{Ll}'-]+/gu, (word) => (isCommon(word.toLowerCase()) ? word.toLowerCase() : word));

const withoutLoneBrackets = (text: string) =>
  /^[^()]*(?:\([^()]+\)[^()]*)*$/.test(text) ? text : text.replace(/[()]/g, " ");

/** `to be kind` → `being kind`: an infinitive cannot stand after a preposition. */
const infinitiveAsGerund = (phrase: string) =>
  phrase.replace(/^to ([a-z]+)\b/, (_, verb: string) => {
    if (/[^aeiou]ie$/.test(verb)) return `${verb.slice(0, -2)}ying`;
    if (/[^eoy]e$/.test(verb) && verb !== "be") return `${verb.slice(0, -1)}ing`;
    return /^[^aeiou]*[aeiou][bdgmnprt]$/.test(verb) ? `${verb}${verb.at(-1)}ing` : `${verb}ing`;
  });

const cutAtWord = (text: string) => {
  const letters = Array.from(text);
  if (letters.length <= longest) return text;
  const cut = letters.slice(0, longest).join("");
  return cut.includes(" ") ? cut.slice(0, cut.lastIndexOf(" ")) : cut;
};

/**
 * Turns what somebody typed as a topic or an audience into a phrase that can stand inside a sentence: one line, no
 * markup, no quotation marks, no end of sentence. Empty when nothing of it can be said.
 */
export function normaliseTopic(text: string): string {
  const plain = text
    .slice(0, 4 * longest)
    .replace(/<[^<>]*>/g, " ")
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, " ")
    .replace(/[’ʼ]/g, "'")
    .replace(/[<>{}[\]|\\^~*`"“”„‟«»=;]|(?<![\p{L}\p{N}])['_#]|'(?![\p{L}\p{N}])|(?<!\p{L})#|_(?![\p{L}\p{N}])/gu, " ")
    .replace(/[.!?:…]+(?=\s|$)/gu, ",")
    .replace(/\s+/g, " ")
    .replace(/(?: ?,)+/g, ",")
    .trim();
  const phrase = withoutLoneBrackets(plain)
    .replace(/\s+/g, " ")
    .replace(/^[\s,.\-–—/!?:)]+|[\s,\-–—/(:]+$/g, "")
    .replace(/^(?:(?:an? )?(?:short |nice )?quotes? )?(?:about|on|for|regarding)\s+/i, "")
    .replace(/\b([\p{L}\p{N}]+)(?: \1\b)+/giu, "$1");
  return infinitiveAsGerund(withoutFormCapitals(cutAtWord(phrase))).replace(/[\s,\-–—/(]+$/, "");
}
