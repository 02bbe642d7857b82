import { concepts } from "#src/ai/offline/concepts/find-concepts.js";
import { normaliseTopic } from "#src/ai/offline/normalise-topic.js";
import { stopWords } from "#src/ai/offline/stop-words.js";

/** Words of asking: they say what the writer wants done, not what the message is about. */
const asking = new Set(
  `ask tell explain describe write create generate give show help want need know think find feel call answer reply question
please thank thanks hello hi hey good morning evening dear short long brief sentence sentences word words line lines quote
quotes saying aphorism text paragraph message mean meaning way ways kind best better important sure ok okay maybe lot lots
bit today learn become start stop try improve handle deal keep funny hopeful inspiring motivational motivate serious bold calm playful new nice great like love hate`.split(
    /\s+/,
  ),
);

const adjectiveEnding = /(?:ful|ous|ive|able|ible|less|ical|ish)$/;

const conceptOfAdjective = new Map(
  // The first concept wins where an adjective belongs to two: `patient` is rather patience than health.
  Object.entries(concepts)
    .reverse()
    .flatMap(([concept, words]) =>
      words
        .split(" ")
        .filter(
          (word) =>
            adjectiveEnding.test(word) ||
            /^(?:brave|bold|afraid|lonely|angry|kind|honest|sad|happy|wise|patient|humble|free|lazy)$/.test(word),
        )
        .map((word) => [word, concept] as const),
    ),
);

const longestPhrase = 4;

/**
 * What a free message is most likely about: the longest run of content words, a run after `about`, `on` or `of` first.
 * An adjective alone stands for its noun (`brave` is about courage), because it could not stand in the grammar.
 */
export function salientPhrase(message: string): string | undefined {
  const tokens = message.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’+#-]*|[^\s\p{L}\p{N}]/gu) ?? [];
  const runs: { words: string[]; introduced: boolean }[] = [];
  let open = false;
  let before = "";
  for (const token of tokens) {
    const word = token.toLowerCase().replaceAll("’", "'");
    const counts = /^[\p{L}\p{N}]/u.test(word) && !stopWords.has(word.replace(/'.*$/, "")) && !asking.has(word);
    if (counts && open) runs.at(-1)!.words.push(token);
    else if (counts) runs.push({ words: [token], introduced: /^(?:about|on|of|regarding|for|with)$/.test(before) });
    open = counts;
    before = word;
  }
  const worth = ({ words, introduced }: (typeof runs)[number]) =>
    Math.min(words.length, longestPhrase) + (introduced ? 2 : 0) + Math.min(words.join("").length, 20) / 20;
  const [best] = runs.toSorted((one, other) => worth(other) - worth(one));
  if (!best) return undefined;
  const phrase = normaliseTopic(best.words.slice(-longestPhrase).join(" "));
  return (conceptOfAdjective.get(phrase) ?? phrase) || undefined;
}
