import { mostEvidence, type PsychologicalProfile, type Trait, traits } from "./psychological-profile.js";
import type { ReadText, ReadToken } from "./text-reader.js";
import { traitWords } from "./trait-words.js";

interface Measure {
  readonly value: number;
  readonly evidence: readonly string[];
}

/** Such a share of all words is as much of a trait as there is. */
const most = 0.25;
/** Mean words of a sentence, and share of long words, that are as complex as it gets. */
const longestSentence = 30;
const mostLongWords = 0.4;
const longWord = 7;

/**
 * Seven measures of how a text is written, by counting words of certain kinds: what a text says, not what its author is like.
 * The lists are in trait-words.ts. Words that are denied speak for neither agency nor communion.
 */
export const profileText = (text: ReadText): PsychologicalProfile => {
  const { words } = text;
  const asserted = words.filter(({ isNegated }) => !isNegated);
  const measures: Readonly<Record<Trait, Measure>> = {
    agency: shareOf(asserted, traitWords.agency, words.length),
    communion: shareOf(asserted, traitWords.communion, words.length),
    certainty: certaintyOf(words),
    selfFocus: shareOf(words, traitWords.self, words.length),
    futureFocus: futureOf(words),
    arousal: arousalOf(text),
    complexity: complexityOf(text),
  };
  const each = <T>(of: (measure: Measure) => T) =>
    Object.fromEntries(traits.map((trait) => [trait, of(measures[trait])])) as Record<Trait, T>;
  return {
    ...each(({ value }) => Math.round(Math.min(1, Math.max(0, value)) * 1_000) / 1_000),
    evidence: each(({ evidence }) => [...new Set(evidence)].slice(0, mostEvidence)),
  };
};

const among = (words: readonly ReadToken[], list: ReadonlySet<string>): string[] =>
  words.filter(({ text }) => list.has(text)).map(({ text }) => text);

/** The share of the words, where a quarter of them is all. */
const shareOf = (words: readonly ReadToken[], list: ReadonlySet<string>, of: number): Measure => {
  const evidence = among(words, list);
  return { value: evidence.length / Math.max(1, of) / most, evidence };
};

/** Of the words that say how sure something is, those that say it is; two more that cancel out keep one word from deciding. */
const certaintyOf = (words: readonly ReadToken[]): Measure => {
  const [certain, tentative] = [among(words, traitWords.certain), among(words, traitWords.tentative)];
  const value = (certain.length + 1) / (certain.length + tentative.length + 2);
  return { value, evidence: certain.length >= tentative.length ? certain : tentative };
};

/** The words of what will be, less those of what was. */
const futureOf = (words: readonly ReadToken[]): Measure => {
  const future = shareOf(words, traitWords.future, words.length);
  return { ...future, value: future.value - shareOf(words, traitWords.past, words.length).value / 2 };
};

/** The mean of the words that feel something, between rest and half when there are few; exclamations add to it. */
const arousalOf = ({ words, sentences }: ReadText): Measure => {
  const felt = words.flatMap(({ text, felt }) => felt.slice(0, 1).map(({ arousal }) => ({ text, arousal })));
  const sum = felt.reduce((total, { arousal }) => total + arousal, 0.3);
  const cries = sentences.filter(({ tokens }) => tokens.some(({ text }) => text.startsWith("!"))).length;
  const stirred = felt.toSorted((one, other) => other.arousal - one.arousal).map(({ text }) => text);
  return { value: sum / (felt.length + 1) + (0.3 * cries) / Math.max(1, sentences.length), evidence: stirred };
};

/** A third each: the length of sentences, the share of words of seven letters and more, and clauses inside others. */
const complexityOf = ({ words, sentences }: ReadText): Measure => {
  const long = words.filter(({ text }) => text.length >= longWord).map(({ text }) => text);
  const parts = [
    words.length / Math.max(1, sentences.length) / longestSentence,
    long.length / Math.max(1, words.length) / mostLongWords,
    among(words, traitWords.nesting).length / Math.max(1, sentences.length) / 2,
  ];
  const value = parts.reduce((sum, part) => sum + Math.min(1, part), 0) / parts.length;
  return { value, evidence: long.toSorted((one, other) => other.length - one.length) };
};
