import { findConcepts } from "#src/ai/offline/concepts/find-concepts.js";
import { stemWord } from "#src/ai/offline/stem-word.js";
import { stopWords } from "#src/ai/offline/stop-words.js";

export const embeddingLength = 384;

const weights = {
  word: 1,
  stopWord: 0.05,
  concept: 1.3,
  bigram: 0.35,
  letters: 0.55,
  joinedWord: 0.3,
  joinedLetters: 1.5,
} as const;

/** A concept takes several places, so that one unlucky collision cannot drown it. */
const conceptPlaces = 4;

/** Scripts that do not put spaces between words: their single letters and pairs carry meaning. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u;

/** FNV-1a with a final mix, so that the low bits (the place) and the high bit (the sign) are independent. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

function letterGroups(word: string): string[] {
  const framed = unspaced.test(word) ? word : `<${word}>`;
  const sizes = unspaced.test(word) ? [1, 2, 3] : [3, 4, 5];
  return sizes.flatMap((size) =>
    Array.from({ length: Math.max(0, framed.length - size + 1) }, (_, start) => framed.slice(start, start + size)),
  );
}

/**
 * A vector of 384 numbers with length 1, the same on every machine. It uses feature hashing (Weinberger et al. 2009,
 * "Feature Hashing for Large Scale Multitask Learning"): every feature of the text is hashed to one place and one sign
 * and adds its weight there, so no vocabulary is stored and the expected inner product stays that of the features.
 *
 * The features are stemmed words (stop words count little), pairs of neighbouring content words, letter groups of three
 * to five within a word (a typo leaves most of them alone; a word's groups weigh together as much as one feature), and
 * the concepts of a small hand-made lexicon, which bring paraphrases together that share no word. Repetition counts
 * logarithmically. It compares subjects, not statements: a sentence and its negation are neighbours.
 */
export function embedText(text: string): number[] {
  const words =
    text
      .normalize("NFKD")
      .replace(/\p{M}+/gu, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const counts = new Map<string, { count: number; weight: number; places: number }>();
  const add = (feature: string, weight: number, places = 1) => {
    const known = counts.get(feature);
    if (known) known.count += 1;
    else counts.set(feature, { count: 1, weight, places });
  };

  let previous = "";
  for (const word of words) {
    if (stopWords.has(word)) {
      add(`w ${word}`, weights.stopWord);
      continue;
    }
    const stem = stemWord(word);
    const joined = unspaced.test(word);
    add(`w ${stem}`, joined ? weights.joinedWord : weights.word);
    if (previous !== "") add(`b ${previous} ${stem}`, weights.bigram);
    previous = stem;
    const groups = letterGroups(word.slice(0, 40));
    const letters = joined ? weights.joinedLetters : weights.letters;
    for (const group of groups) add(`l ${group}`, letters / Math.sqrt(groups.length));
    const concepts = findConcepts(stem);
    for (const concept of concepts) add(`c ${concept}`, weights.concept / Math.sqrt(concepts.length), conceptPlaces);
  }
  if (counts.size === 0) add(`t ${text.trim()}`, 1);

  const vector = new Array<number>(embeddingLength).fill(0);
  for (const [feature, { count, weight, places }] of counts) {
    const value = (weight * (1 + Math.log(count))) / Math.sqrt(places);
    for (let place = 0; place < places; place += 1) {
      const code = hash(place === 0 ? feature : `${feature} ${place}`);
      vector[code % embeddingLength]! += code & 0x80000000 ? -value : value;
    }
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector.with(0, 1) : vector.map((value) => value / length);
}
