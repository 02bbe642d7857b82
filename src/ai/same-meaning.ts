import { stopWords } from "./offline/stop-words.js";
import { isWord, startsAt, type Token, tokensOf } from "./prompt-tokens.js";
import { hasMaterial, withoutPoliteness } from "./without-politeness.js";

/**
 * True when two prompts surely ask for the same. It allows for what never changes a meaning: politeness at the beginning
 * and at the end, spaces, the marks that end a text, contractions, spellings, and capitals where they say nothing. Every
 * other difference is one of meaning: a number, a negation, a name, a unit, an order of words, whatever is quoted or code.
 * So it errs by asking a provider again, and not by giving the answer to another question.
 */
export const sameMeaning = (a: string, b: string): boolean => {
  if (a === b) return true;
  if (looksLikeCode(a) || looksLikeCode(b)) return a.trim() === b.trim();
  const left = withoutEnd(withoutPoliteness(tokensOf(a)));
  const right = withoutEnd(withoutPoliteness(tokensOf(b)));
  if (left.length === 0 || left.length !== right.length) return false;
  const tellsNothing = saysNothingByCase(left, right) || saysNothingByCase(right, left);
  return left.every((token, at) => {
    const other = right[at] as Token;
    if (token.text !== other.text) return false;
    if (token.raw === other.raw || tellsNothing) return true;
    return isBeginning(token) && startsAt(left, at) && startsAt(right, at) && sameTail(token, other);
  });
};

/** Spaces and line breaks may be part of what it says. */
const looksLikeCode = (text: string): boolean =>
  /```|[{};]\s*$|=>|\$\{|^\s*(?:def|class|import|select|function)\s/imu.test(text);

/** Words that get a capital from where they stand: any other one at a beginning may be a name, as in `Turkey in winter`. */
const beginnings = new Set(
  (
    "write explain summarize translate list describe generate create compose draft rewrite outline define suggest compare " +
    "tell give show make find name analyze improve correct continue calculate convert count imagine add " +
    "schreibe erkläre nenne übersetze beschreibe vergleiche erstelle gib fasse"
  ).split(" "),
);
const names = new Set(["may", "will", "don"]);
const isBeginning = ({ text }: Token): boolean => (beginnings.has(text) || stopWords.has(text)) && !names.has(text);

const sameTail = (a: Token, b: Token): boolean => a.raw.slice(1) === b.raw.slice(1);

const hasCapital = ({ raw }: Token): boolean => /\p{Lu}/u.test(raw) && !/^[Ii](?:['’]\p{L}+)?$/u.test(raw);

/** In a text that is all capitals, or a title, they mark nothing; that is harmless when the other one marks nothing either. */
const saysNothingByCase = (loud: readonly Token[], plain: readonly Token[]): boolean => {
  const words = loud.filter((token) => isWord(token) && token.raw.length > 3);
  if (words.length < 2) return false;
  const isShouted = loud.every(({ raw }) => !/\p{Ll}/u.test(raw));
  const isTitle = words.every(({ raw }) => /^\p{Lu}\p{Ll}+$/u.test(raw)) && words.length > 2;
  return (isShouted || isTitle) && !plain.some((token, at) => hasCapital(token) && !startsAt(plain, at));
};

/** Words that make a question of what follows them, with a question mark or without. */
const asking = new Set(
  (
    "what who whom whose which when where why how is are was were does did could would should am " +
    "wer wie wo wann warum welche welcher welches wieso weshalb wozu"
  ).split(" "),
);

/** Without the marks that end it. A question mark stays where it alone makes the question, and the marks of what is set apart. */
const withoutEnd = (tokens: readonly Token[]): Token[] => {
  const rest = [...tokens];
  const last = rest.at(-1);
  if (last === undefined) return rest;
  const isAsking = last.isPolite || asking.has(rest[0]?.text ?? "");
  const ends = hasMaterial(rest) ? ["."] : [".", "!", "…", ...(isAsking ? ["?"] : [])];
  if (ends.includes(last.text)) rest.pop();
  return rest;
};
