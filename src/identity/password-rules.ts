import { badInput } from "#src/platform/errors.js";
import { commonPasswords } from "./common-passwords.js";

/** Characters that must be left of a password when what everybody knows of its owner is taken out. */
const leastOwn = 8;
/** A common word with so many characters around it is still a common password. */
const mostAround = 4;

/** Whose password it is, as far as others know. */
export interface Owner {
  readonly email: string;
  readonly username: string;
}

/**
 * Refuses passwords that are guessed first, with `BAD_USER_INPUT` at `field`. Which characters somebody uses is not
 * asked (NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, 6.2). Inputs check the length.
 */
export const refuseWeakPassword = (password: string, owner: Owner, field: string): void => {
  if (isCommon(password)) throw badInput("is one of the first that are guessed: choose another one.", field);
  if (!hasEnoughOfItsOwn(password.toLowerCase(), owner))
    throw badInput("is made of your name or address: choose another one.", field);
};

const isCommon = (password: string): boolean => {
  const lower = password.toLowerCase();
  const bare = lower.replaceAll(/^[^a-z]+|[^a-z]+$/g, "");
  const plain = unleet(lower);
  return (
    isSequence(lower) ||
    isRepetition(lower) ||
    commonPasswords.has(lower) ||
    commonPasswords.has(plain) ||
    [bare, unleet(bare)].some((word) => commonPasswords.has(word) && lower.length - word.length <= mostAround)
  );
};

/** 12345678, hgfedcba, aaaaaaaa. */
const isSequence = (text: string): boolean => {
  const steps = new Set([...text].slice(1).map((letter, index) => letter.charCodeAt(0) - text.charCodeAt(index)));
  const [step = 0] = steps;
  return steps.size === 1 && Math.abs(step) <= 1;
};

/** abcabcabc, passwordpassword. */
const isRepetition = (text: string): boolean => {
  const period = (text + text).indexOf(text, 1);
  const unit = text.slice(0, period);
  return period < text.length && (period <= mostAround || commonPasswords.has(unit) || isSequence(unit));
};

const letters: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};
const unleet = (text: string) => text.replaceAll(/[013457@$!]/g, (sign) => letters[sign] ?? sign);

const hasEnoughOfItsOwn = (lower: string, { email, username }: Owner): boolean => {
  const known = [email, email.split("@")[0] ?? "", username, "atrium"]
    .map((word) => word.toLowerCase())
    .filter(({ length }) => length >= 3)
    .sort((a, b) => b.length - a.length);
  const own = known.reduce((left, word) => left.replaceAll(word, ""), lower);
  return own === lower || own.length >= leastOwn;
};
