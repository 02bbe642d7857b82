import { stopWords } from "./offline/stop-words.js";
import { type Token, tokensOf } from "./prompt-tokens.js";

const phrases = (text: string): string[][] => text.split(",").map((phrase) => phrase.trim().split(" "));

/** Only with a mark behind them: `Hello, write …` greets, `Hello world in C` does not. */
const greetings = phrases(
  "hi, hello, hey, hi there, hello there, good morning, good afternoon, good evening, good day, hallo, guten morgen, guten tag, guten abend",
);
const requests = phrases(
  "please, pls, plz, kindly, bitte, i would like you to, i want you to, i need you to, i would be grateful if you could",
);
const pleading = phrases("could you please, can you please, would you please, will you please, could you kindly");
/** Only before what one asks of a writer: `Can you swim` is a question. */
const questions = phrases("could you, can you");
const asked = phrases("explain, summarize, describe, define, tell me, give me, show me, help me");
/** Only behind a mark: `how to say thank you` does not thank. */
const thanks = phrases(
  "thanks, thank you, many thanks, thanks a lot, thank you very much, thanks in advance, thank you in advance, thanks so much, " +
    "thank you so much, danke, vielen dank, danke schön, danke im voraus, cheers",
);
const pleas = phrases("please, pls, plz, bitte");
/** Behind these words `please` is one of the text. */
const speaking = new Set(
  "say says word words mean means spell write translate heißt bedeutet sagen wort wörter".split(" "),
);
/** `Yes, please` and `no, thanks` are whole answers. */
const answering = new Set(["yes", "no", "ja", "nein", "oui", "sí", "si", "non"]);

/** What ends a sentence. */
const ending = new Set([".", "!", "?", "…"]);
const isMark = (token: Token | undefined): boolean =>
  token === undefined || token.text === "," || ending.has(token.text) || isBreak(token);
const isBreak = ({ text }: Token): boolean => text.startsWith("\n");

/** True when something is set apart in it with a colon or a line break, which what is asked for is about. */
export const hasMaterial = (tokens: readonly Token[]): boolean =>
  tokens.some((token) => token.text === ":" || isBreak(token));

const startsWith = (tokens: readonly Token[], phrase: readonly string[]): boolean =>
  phrase.every((word, at) => tokens[at]?.text === word);

const endsWith = (tokens: readonly Token[], phrase: readonly string[]): boolean =>
  tokens.length >= phrase.length && startsWith(tokens.slice(tokens.length - phrase.length), phrase);

const longest = (found: readonly string[][]): number => Math.max(0, ...found.map(({ length }) => length));

/** Without the greetings, pleas and thanks around a prompt. What is nothing else stays as it is. */
export const withoutPoliteness = (tokens: readonly Token[]): Token[] => {
  let rest = [...tokens];
  let wasQuestion = false;
  for (;;) {
    const front = frontOf(rest);
    wasQuestion ||= front.isQuestion;
    const body = rest.slice(front.length);
    // What is polite at the end of it may be part of what is to be translated, or continued.
    const back = hasMaterial(body) ? 0 : backOf(body);
    if (front.length + back === 0) break;
    rest = rest.slice(front.length, rest.length - back);
  }
  if (!rest.some(({ text }) => /[\p{L}\p{N}]/u.test(text))) return [...tokens];
  if (!wasQuestion || hasMaterial(rest)) return rest;
  return rest.map((token) => (token.text === "?" ? { ...token, isPolite: true } : token));
};

/** The words of a prompt as they stand there, without what is polite around them: to be embedded. */
export const bareText = (prompt: string): string =>
  withoutPoliteness(tokensOf(prompt))
    .map(({ raw }) => raw)
    .join(" ");

const frontOf = (tokens: readonly Token[]): { length: number; isQuestion: boolean } => {
  const greeting = longest(
    greetings.filter(
      (phrase) => startsWith(tokens, phrase) && tokens.length > phrase.length && isMark(tokens[phrase.length]),
    ),
  );
  if (greeting > 0) return { length: greeting + 1, isQuestion: false };
  const question = longest([
    ...pleading.filter((phrase) => startsWith(tokens, phrase)),
    ...questions.filter(
      (phrase) => startsWith(tokens, phrase) && asked.some((verb) => startsWith(tokens.slice(phrase.length), verb)),
    ),
  ]);
  if (question > 0) return { length: question, isQuestion: true };
  const request = longest(requests.filter((phrase) => startsWith(tokens, phrase)));
  return { length: request > 0 && tokens[request]?.text === "," ? request + 1 : request, isQuestion: false };
};

const backOf = (tokens: readonly Token[]): number => {
  let ends = 0;
  while (ending.has(tokens.at(-1 - ends)?.text ?? "")) ends += 1;
  const body = tokens.slice(0, tokens.length - ends);
  const thanked = longest(thanks.filter((phrase) => endsWith(body, phrase) && isThanks(body, phrase)));
  if (thanked > 0) return ends + thanked + (body.at(-1 - thanked)?.text === "," ? 1 : 0);
  const plea = longest(pleas.filter((phrase) => endsWith(body, phrase)));
  const before = body.at(-1 - plea);
  if (plea === 0 || before === undefined) return 0;
  if (before.text === ",") return answering.has(body.at(-2 - plea)?.text ?? "") ? 0 : ends + plea + 1;
  return speaking.has(before.text) || stopWords.has(before.text) ? 0 : ends + plea;
};

const isThanks = (body: readonly Token[], { length }: readonly string[]): boolean =>
  body.length > length && isMark(body.at(-1 - length)) && !answering.has(body.at(-2 - length)?.text ?? "");
