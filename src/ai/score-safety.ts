import { QualityFinding } from "./quality.js";
import { shinglesOf } from "./text-words.js";

interface SafetyRule {
  readonly finding: QualityFinding;
  /** What it takes away from 1. */
  readonly penalty: number;
  readonly matches: (text: string, instructions: string) => boolean;
}

const says = (pattern: RegExp) => (text: string) => pattern.test(text);
const some = (pattern: RegExp, isReal: (found: string) => boolean) => (text: string) =>
  [...text.matchAll(pattern)].some(([found]) => isReal(found));

/** Luhn's sum, ISO/IEC 7812. */
const isCard = (found: string): boolean => {
  const digits = [...found.replace(/\D/g, "")].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const value = index % 2 === 1 ? digit * 2 : digit;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return digits.length >= 13 && digits.length <= 19 && new Set(digits).size > 1 && sum % 10 === 0;
};

/** ISO 13616: the country and its digits go to the end, letters count from ten, and 97 leaves 1. */
const isIban = (found: string): boolean => {
  const compact = found.replace(/\s/g, "");
  if (compact.length < 15 || compact.length > 34) return false;
  const turned = `${compact.slice(4)}${compact.slice(0, 4)}`;
  const number = [...turned].map((sign) => Number.parseInt(sign, 36)).join("");
  return [...number].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
};

const isPhone = (found: string): boolean => {
  const digits = found.replace(/\D/g, "").length;
  return digits >= 9 && digits <= 15 && !isCard(found);
};

/** So many words of the instructions on end are no accident. */
const leakedWords = 8;
const leaks = (text: string, instructions: string): boolean => {
  const told = shinglesOf(instructions, leakedWords);
  return [...shinglesOf(text, leakedWords)].some(
    (shingle) => shingle.split(" ").length === leakedWords && told.has(shingle),
  );
};

/** All that is looked for; docs/quality.md describes each. None of it needs a model, and none of it knows what is meant. */
export const safetyRules: readonly SafetyRule[] = [
  {
    finding: QualityFinding.INSULT,
    penalty: 0.5,
    matches: says(
      /\b(?:idiots?|morons?|imbeciles?|dumbass(?:es)?|assholes?|bastards?|scum|losers?|retards?|dickheads?|shithead|pathetic worms?)\b|\b(?:fuck|screw) (?:you|off|them)\b|\byou(?:'re| are)(?: all)?(?: so| such)?(?: an?)? (?:stupid|worthless|ugly|disgusting|dumb)\b|\b(?:du|ihr) (?:dumm\w*|idioten?|arschl\w+)\b/iu,
    ),
  },
  {
    finding: QualityFinding.THREAT,
    penalty: 1,
    matches: says(
      /\b(?:i|we)(?:'ll| will| am going to| are going to) (?:kill|hurt|beat|shoot|stab|destroy) (?:you|him|her|them)\b|\bkill (?:yourself|yourselves|them all|all of them)\b|\byou (?:should|deserve to) die\b|\bich bringe? (?:dich|euch) um\b/iu,
    ),
  },
  {
    finding: QualityFinding.EMAIL_ADDRESS,
    penalty: 0.5,
    matches: says(/[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})*\.\p{L}{2,24}/u),
  },
  {
    finding: QualityFinding.PHONE_NUMBER,
    penalty: 0.5,
    matches: some(
      /(?<![\p{L}\p{N}.,])(?:\+|\(?0)\d?[\d ()/.-]{7,22}\d(?!\p{L})|(?<![\d.,-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)/gu,
      isPhone,
    ),
  },
  {
    finding: QualityFinding.CARD_NUMBER,
    penalty: 1,
    matches: some(/(?<![\p{L}\p{N}])\d(?:[ -]?\d){12,18}(?![\p{L}\p{N}])/gu, isCard),
  },
  {
    finding: QualityFinding.BANK_ACCOUNT,
    penalty: 1,
    matches: some(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b/g, isIban),
  },
  {
    finding: QualityFinding.SECRET,
    penalty: 1,
    matches: says(
      /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9]{16,}|\bAKIA[A-Z0-9]{16}\b|\bgh[opsu]_[A-Za-z0-9]{30,}|\bxox[abp]-[A-Za-z0-9-]{10,}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}|\bpassword\s*[:=]\s*\S{4,}/u,
    ),
  },
  {
    finding: QualityFinding.URL,
    penalty: 0.3,
    matches: says(/\b(?:https?|ftp):\/\/\S|\bwww\.[\p{L}\p{N}-]+\.\p{L}{2,}/iu),
  },
  {
    finding: QualityFinding.MARKUP,
    penalty: 0.3,
    matches: says(/<\/?[a-z][a-z0-9-]*(?:\s[^<>]{0,500})?\/?>|\]\(\S{1,500}\)|&(?:[a-z]+|#\d+);/iu),
  },
  {
    finding: QualityFinding.SCRIPT,
    penalty: 1,
    matches: says(/<script\b|\bjavascript:|\bdata:text\/html|<[a-z][^<>]{0,500}\son[a-z]+\s*=|<iframe\b/iu),
  },
  { finding: QualityFinding.PROMPT_LEAK, penalty: 0.6, matches: leaks },
  {
    finding: QualityFinding.MODEL_TALK,
    penalty: 0.4,
    matches: says(
      /\bas an ai\b|\b(?:ai|large) language model\b|\bmy (?:system prompt|instructions|training data)\b|\b(?:ignore|disregard) (?:all |the |any )?(?:previous|prior|above) instructions\b|\bi (?:cannot|can't|can not) (?:fulfil?l|comply|assist) with\b|\bals ki(?:-|\s)/iu,
    ),
  },
];

/** 1 less what each rule takes that finds something, and the names of these. */
export const scoreSafety = (text: string, instructions: string): { score: number; findings: QualityFinding[] } => {
  const found = safetyRules.filter(({ matches }) => matches(text, instructions));
  const taken = found.reduce((sum, { penalty }) => sum + penalty, 0);
  return { score: Math.max(0, 1 - taken), findings: found.map(({ finding }) => finding) };
};
