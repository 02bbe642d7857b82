import type { GenerationRequest } from "./generation-request.js";
import { readPrompt } from "./offline/read-prompt.js";
import { type Quality, QualityFinding, type QualityJudge, QualityPartName, roundScore } from "./quality.js";
import { scoreSafety } from "./score-safety.js";
import { contentWordsOf, isSameWord, similarityOf, wordsOf } from "./text-words.js";

/** As it is stored: the parts that rules gave, and what a model said that was asked as well. */
export interface Rating {
  readonly parts: readonly Rated[];
  readonly judge: QualityJudge | null;
}

interface Rated {
  readonly name: QualityPartName;
  readonly score: number;
  readonly findings: QualityFinding[];
}

type Found = Omit<Rated, "name">;

/** Of the parts that there are: a judge's word counts for a third of the whole. */
const weights: Readonly<Record<QualityPartName, number>> = {
  FORM: 0.25,
  RELEVANCE: 0.25,
  ORIGINALITY: 0.2,
  SAFETY: 0.2,
  LENGTH: 0.1,
  JUDGE: 0.5,
};

const { FORM, RELEVANCE, ORIGINALITY, SAFETY, LENGTH, JUDGE } = QualityPartName;

/** What the rules say of a text. `others` are texts of the workspace: the most similar one decides. */
export const rateText = (text: string, request: GenerationRequest, others: readonly string[]): Rated[] => {
  const instructions = textOf(request, "system");
  const found: [QualityPartName, Found][] = [
    [FORM, formOf(text, request)],
    [RELEVANCE, { score: relevanceOf(text, subjectOf(request)), findings: [] }],
    [ORIGINALITY, { score: 1 - Math.max(0, ...others.map((other) => similarityOf(text, other))), findings: [] }],
    [SAFETY, scoreSafety(text, instructions)],
    [LENGTH, lengthOf(text, request)],
  ];
  return found.map(([name, { score, findings }]) => ({ name, score: roundScore(score), findings }));
};

/** The parts with their weights, and the whole. */
export const toQuality = ({ parts: rated, judge }: Rating): Quality => {
  const judged = judge === null || judge.score === null ? [] : [{ name: JUDGE, score: judge.score, findings: [] }];
  const all = [...rated, ...judged];
  const sum = all.reduce((total, { name }) => total + weights[name], 0);
  const parts = all.map((part) => ({ ...part, weight: roundScore(weights[part.name] / sum) }));
  const score = roundScore(all.reduce((total, { name, score }) => total + weights[name] * score, 0) / sum);
  return { score, parts, judge };
};

const textOf = ({ messages }: GenerationRequest, role: string): string =>
  messages
    .filter((message) => message.role === role)
    .map(({ text }) => text)
    .join("\n");

/** What a text was asked to be about: what stands behind `Topic:`, else the last message. */
const subjectOf = ({ messages }: GenerationRequest): string => {
  const asked = messages.findLast(({ role }) => role === "user")?.text ?? "";
  const { labelled, topic } = readPrompt(asked);
  return labelled ? (topic ?? "") : asked;
};

const score = (tests: readonly [QualityFinding, passed: boolean][]): Found => ({
  score: tests.filter(([, passed]) => passed).length / tests.length,
  findings: tests.filter(([, passed]) => !passed).map(([finding]) => finding),
});

const shortText = 400;
const leftovers =
  /^["“„«]|["”»]$|\*\*|[#_{}[\]]{2}|^#|\[[\p{L} ]{2,30}\]|\{\{?\w+\}?\}|^(?:quote|answer|output|text|topic|tone|assistant|here (?:is|are))\b[^.!?]{0,60}:|^(?:sure|certainly|of course|absolutely)[!,.:]|lorem ipsum/iu;

const formOf = (text: string, { schema }: GenerationRequest): Found => {
  if (schema !== undefined) return score([[QualityFinding.NOT_JSON, isJson(text)]]);
  const said = contentWordsOf(text);
  return score([
    [QualityFinding.NO_BEGINNING, /^[\p{Lu}\p{N}\p{Lo}¿¡"“„«]/u.test(text)],
    [QualityFinding.NO_END, /[.!?…。！？]["”»)]?$/u.test(text)],
    [QualityFinding.BROKEN_LINES, !/[^\S\n]{2}|\n{3}/.test(text) && (text.length > shortText || !text.includes("\n"))],
    [QualityFinding.LEFTOVERS, !leftovers.test(text)],
    [QualityFinding.REPETITIVE, said.length > 0 && new Set(said).size / said.length >= 2 / 3],
  ]);
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** A text need not say a long request again: so many words of it show what it is about. */
const enoughWords = 4;

const relevanceOf = (text: string, subject: string): number => {
  const content = new Set(contentWordsOf(subject));
  const asked = content.size > 0 ? [...content] : [...new Set(wordsOf(subject))];
  if (asked.length === 0) return 1;
  const said = [...new Set(wordsOf(text))];
  // Scripts without spaces give whole clauses as one word.
  const isSaid = (word: string) =>
    said.some((each) => isSameWord(word, each)) || (/^[^\p{ASCII}]+$/u.test(word) && text.includes(word));
  return Math.min(1, asked.filter(isSaid).length / Math.min(enoughWords, asked.length));
};

const shortest = 40;
/** Letters that a token gives at least, so that a text does not end where it had to. */
const lettersPerToken = 3;

const lengthOf = (text: string, request: GenerationRequest): Found => {
  if (request.schema !== undefined) return { score: 1, findings: [] };
  const { length } = text;
  if (length < shortest) return { score: length / shortest, findings: [QualityFinding.TOO_SHORT] };
  const said = wordsOf(text).length;
  const { characters, words } = boundsOf(request);
  const beyond = Math.max(length / characters, said / words) - 1;
  if (beyond <= 0) return { score: 1, findings: [] };
  return { score: Math.max(0, 1 - beyond / 2), findings: [QualityFinding.TOO_LONG] };
};

/** `at most 240 characters`, `in 50 words` and the like. */
const bound =
  /\b(?:at most|up to|no more than|in|within|under|höchstens) (\d{1,3}(?:,\d{3})+|\d{1,6}) (characters?|words?|zeichen|wörter)/giu;

/** The longest that the request asks for; without a word of that, what its tokens give. */
const boundsOf = (request: GenerationRequest): { characters: number; words: number } => {
  const bounds = { characters: request.maxTokens * lettersPerToken, words: Number.POSITIVE_INFINITY };
  for (const role of ["system", "user"]) {
    for (const [, number = "", unit = ""] of textOf(request, role).matchAll(bound)) {
      const key = /^(?:char|zei)/i.test(unit) ? "characters" : "words";
      bounds[key] = Math.max(1, Math.min(bounds[key], Number(number.replaceAll(",", ""))));
    }
  }
  return bounds;
};
