import { setImmediate } from "node:timers/promises";
import type { ItemSentence } from "wink-nlp";
import { clauseEnds, type FeltWords, feltWords, negators } from "./felt-words.js";

/** A word or mark of a text. */
export interface ReadToken {
  /** In lower case. */
  readonly text: string;
  readonly stem: string;
  readonly isWord: boolean;
  /** True when something before it in its clause denies it. */
  readonly isNegated: boolean;
  /** What is felt with it. */
  readonly felt: readonly FeltWords[];
}

export interface ReadSentence {
  readonly tokens: readonly ReadToken[];
  /** −1 to 1, by the library's own lexicon. */
  readonly score: number;
}

export interface ReadText {
  readonly sentences: readonly ReadSentence[];
  readonly words: readonly ReadToken[];
  /** Share of its words that are known to be English, 0 to 1. */
  readonly knownShare: number;
}

/** The library keeps each unknown word that it meets: beyond so many it is begun anew. */
const mostUnknown = 50_000;

/**
 * Reads English with winkNLP and its web model: sentences, words, stems, and a first sentiment. It is opened when the first text
 * comes: that takes 0.2 s, holds up everything else in the process for up to 0.15 s, and 70 MB stay. So only workers read.
 */
export class TextReader {
  #opened: ReturnType<typeof open> | undefined;

  async read(text: string): Promise<ReadText> {
    this.#opened ??= open();
    const reader = await this.#opened;
    if (reader.unknown() > mostUnknown) this.#opened = undefined;
    return reader.read(text);
  }
}

const open = async () => {
  const { default: winkNlp } = await import("wink-nlp");
  await setImmediate();
  const { default: model } = await import("wink-eng-lite-web-model");
  await setImmediate();
  const nlp = winkNlp(model, ["sbd", "negation", "sentiment"]);
  const { its } = nlp;
  // Whatever it did not know before has a number from here on.
  const [firstUnknown = 0] = nlp.readDoc("zzqxunknown").tokens().out(its.uniqueId) as number[];
  let highest = firstUnknown;
  const stemsOf = (text: string) =>
    nlp
      .readDoc(text.toLowerCase())
      .tokens()
      .out(its.stem as never) as string[];
  const feltBy = new Map<string, FeltWords[]>();
  for (const each of feltWords)
    for (const stem of new Set(stemsOf(each.words.replaceAll(/\s+/g, " ")))) {
      const known = feltBy.get(stem);
      if (known === undefined) feltBy.set(stem, [each]);
      else known.push(each);
    }

  const read = (text: string): ReadText => {
    const document = nlp.readDoc(text.replaceAll("’", "'"));
    const sentences: ReadSentence[] = [];
    const words: ReadToken[] = [];
    document.sentences().each((sentence: ItemSentence) => {
      const tokens = readTokens(sentence.out());
      sentences.push({ tokens, score: sentence.out(its.sentiment) as number });
      words.push(...tokens.filter(({ isWord }) => isWord));
    });
    return { sentences, words, knownShare: knownShareOf(text) };
  };

  const readTokens = (sentence: string): ReadToken[] => {
    // In small letters: whether a word is known, and its stem, must not hang on where it stands.
    const tokens = nlp.readDoc(sentence.toLowerCase()).tokens();
    const [texts, stems, types] = [its.normal, its.stem, its.type].map((of) => tokens.out(of as never) as string[]);
    let isNegated = false;
    return (texts ?? []).map((word, index) => {
      if (clauseEnds.has(word)) isNegated = false;
      const stem = stems?.[index] ?? word;
      const token = { text: word, stem, isWord: types?.[index] === "word", isNegated, felt: feltBy.get(stem) ?? [] };
      if (negators.has(word)) isNegated = true;
      return token;
    });
  };

  const knownShareOf = (text: string): number => {
    const tokens = nlp.readDoc(text.replaceAll("’", "'").toLowerCase()).tokens();
    const ids = tokens.out(its.uniqueId) as number[];
    const types = tokens.out(its.type) as string[];
    const words = ids.filter((_, index) => types[index] === "word");
    highest = Math.max(highest, ...ids);
    return words.length === 0 ? 0 : words.filter((id) => id < firstUnknown).length / words.length;
  };

  return { read, unknown: () => highest - firstUnknown };
};
