/** Each part from 0 (bad) to 1 (good). */
export interface QualityParts {
  /** Begins like a sentence, ends like one, carries no leftovers of a prompt or of markup. */
  readonly form: number;
  /** Between 40 and 240 characters is best for a text to be remembered. */
  readonly length: number;
  /** Share of the topic's content words that the text takes up. */
  readonly relevance: number;
  /** Few words are said twice. */
  readonly variety: number;
}

const weights: Readonly<Record<keyof QualityParts, number>> = {
  form: 0.35,
  length: 0.2,
  relevance: 0.25,
  variety: 0.2,
};

const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const contentWords = (text: string) => words(text).filter((word) => word.length > 3);
/** Near enough to match "brave" with "bravery". */
const stem = (word: string) => word.slice(0, Math.max(4, word.length - 3));

/** Deterministic: the same text and topic always score the same. */
export const scoreQuality = (text: string, topic: string): { score: number; parts: QualityParts } => {
  const parts: QualityParts = {
    form: formOf(text),
    length: lengthOf(text.length),
    relevance: relevanceOf(text, topic),
    variety: varietyOf(text),
  };
  const score = Object.entries(weights).reduce(
    (sum, [part, weight]) => sum + weight * parts[part as keyof QualityParts],
    0,
  );
  return { score: Math.round(score * 1000) / 1000, parts };
};

const formOf = (text: string) => {
  const tests = [
    /^[\p{Lu}\p{N}\p{Lo}¿¡]/u.test(text),
    /[.!?…。]$/u.test(text),
    !/\n|\s{2}/.test(text),
    !/[*#_<>{}[\]]|^"/.test(text),
  ];
  return tests.filter(Boolean).length / tests.length;
};

const lengthOf = (length: number) => {
  if (length < 40) return length / 40;
  return length <= 240 ? 1 : Math.max(0, 1 - (length - 240) / 480);
};

const relevanceOf = (text: string, topic: string) => {
  const asked = contentWords(topic).map(stem);
  if (asked.length === 0) return text.toLowerCase().includes(topic.trim().toLowerCase()) ? 1 : 0;
  const said = new Set(words(text).map(stem));
  return asked.filter((word) => said.has(word)).length / asked.length;
};

const varietyOf = (text: string) => {
  const said = contentWords(text);
  return said.length === 0 ? 0 : new Set(said).size / said.length;
};
