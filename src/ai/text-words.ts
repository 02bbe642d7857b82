import { stemWord } from "./offline/stem-word.js";
import { stopWords } from "./offline/stop-words.js";

/** The words of a text in their order, in lower case; what stands between them is left out. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

/** Its words that carry a subject, each as often as it is said. */
export const contentWordsOf = (text: string): string[] =>
  wordsOf(text).filter((word) => (word.length > 3 || /^[^a-z]+$/.test(word)) && !stopWords.has(word));

const shortestBeginning = 4;

/** Whether two words are near enough to be forms of one, such as `brave` and `bravery`. */
export const isSameWord = (one: string, other: string): boolean => {
  const [short, long] = [stemWord(one), stemWord(other)].sort((a, b) => a.length - b.length) as [string, string];
  return short === long || (short.length >= shortestBeginning && long.startsWith(short));
};

/** Every `size` words that stand side by side; of a shorter text, all of it. */
export const shinglesOf = (text: string, size: number): Set<string> => {
  const words = wordsOf(text);
  const count = Math.max(1, words.length - size + 1);
  return words.length === 0
    ? new Set()
    : new Set(Array.from({ length: count }, (_, index) => words.slice(index, index + size).join(" ")));
};

/** Jaccard index of the pairs of words of two texts: 1 for the same words in the same order, 0 without any pair in common. */
export const similarityOf = (one: string, other: string): number => {
  const [ours, theirs] = [shinglesOf(one, 2), shinglesOf(other, 2)];
  const all = ours.union(theirs).size;
  return all === 0 ? 0 : ours.intersection(theirs).size / all;
};
