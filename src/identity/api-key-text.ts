import { randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

/** Begins every API key, so that people and secret scanners know one when they see it. */
const mark = "atk_";
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const prefixLength = 12;
/** 256 bits. */
const secretLength = 43;
/** 62⁶ is more than 2³². */
const checksumLength = 6;
const pattern = new RegExp(
  `^${mark}([0-9A-Za-z]{${prefixLength}})_([0-9A-Za-z]{${secretLength}})([0-9A-Za-z]{${checksumLength}})$`,
);

export interface ParsedApiKey {
  /** Names the key; no secret. */
  readonly prefix: string;
  readonly secret: string;
}

const random = (length: number): string => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");

/** CRC-32 in base 62: tells a typo from a wrong key without a look at the database, and hides nothing. */
const checksum = (text: string): string => {
  let rest = crc32(text);
  let digits = "";
  while (digits.length < checksumLength) {
    digits = `${alphabet[rest % alphabet.length]}${digits}`;
    rest = Math.floor(rest / alphabet.length);
  }
  return digits;
};

export const newKeyPrefix = (): string => random(prefixLength);
export const newKeySecret = (): string => random(secretLength);

/** `atk_<prefix>_<secret><checksum>`, as its owner keeps it. */
export const formatApiKey = ({ prefix, secret }: ParsedApiKey): string => {
  const text = `${mark}${prefix}_${secret}`;
  return `${text}${checksum(text)}`;
};

/** True for what is meant as an API key, well formed or not. */
export const isApiKey = (token: string): boolean => token.startsWith(mark);

/** The parts of a key; nothing for what nobody can have been given. */
export const parseApiKey = (token: string): ParsedApiKey | undefined => {
  const [, prefix, secret] = pattern.exec(token) ?? [];
  if (prefix === undefined || secret === undefined) return undefined;
  const parsed = { prefix, secret };
  return formatApiKey(parsed) === token ? parsed : undefined;
};
