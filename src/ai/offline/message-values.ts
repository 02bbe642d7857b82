import { salientPhrase } from "#src/ai/offline/salient-phrase.js";
import type { ValueSource } from "#src/ai/offline/value-source.js";

const inFormat: Readonly<Record<string, RegExp>> = {
  email: /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  uri: /https?:\/\/[^\s<>"'`)\]]*[^\s<>"'`)\].,;:!?]/g,
  url: /https?:\/\/[^\s<>"'`)\]]*[^\s<>"'`)\].,;:!?]/g,
  date: /\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/g,
  "date-time": /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g,
  uuid: /\b[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\b/gi,
  ipv4: /\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b/g,
};

const namesOf = {
  whole: /^(?:message|prompt|input|request|content|body|text|question|instructions?)$/i,
  calculation: /expression|formula|calculation|equation/i,
  entity: /city|location|place|country|name|person|people|recipient|author|company|product|customer|^to$|^from$/i,
  recipient: /^to$|recipient/i,
  email: /e-?mail/i,
  url: /\b(?:url|uri|link)\b/i,
};

const calculation = /[-+]?[\d(][\d\s.,()+\-*/×÷^%]*[+\-*/×÷^%][\d\s.,()+\-*/×÷^%]*[\d)]/;

const afterPreposition = /\b(?:in|at|near|from|to)\s+(?!the\b|a\b|an\b|my\b)([\p{L}\p{N}'’-]+)/u;

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([match]) => match);

const unquoted = (text: string) => text.replace(/["“”„«»‘]/g, " ");

/** Runs of capitalised words, except the one that merely begins a sentence. */
function properNames(text: string): string[] {
  const runs = [...text.matchAll(/(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}'’-]*(?: \p{Lu}[\p{L}\p{N}'’-]*)*/gu)];
  return runs
    .filter(
      ({ index, 0: run }) =>
        !(/(?:^|[.!?]\s*)$/.test(text.slice(0, index).trimEnd()) && !run.includes(" ")) && run !== "I",
    )
    .map(([run]) => run);
}

/**
 * The values that a message states, for the arguments of a tool. Numbers, quoted texts and names are handed out in the
 * order in which they stand, each once, so `from 3 to 5` fills two properties with two numbers.
 */
export function messageValues(message: string): ValueSource {
  const quoted = [
    ...message.matchAll(/["“„«]([^"“”„«»]+)["”“»]|(?<![\p{L}\p{N}])['‘]([^'’]+)['’](?![\p{L}\p{N}])/gu),
  ].map((match) => (match[1] ?? match[2] ?? "").trim());
  const numbers = all(unquoted(message), /(?<![\p{L}\p{N}.-])-?\d+(?:\.\d+)?(?![\p{L}\p{N}])/gu).map(Number);
  const names = properNames(unquoted(message));
  const phrase = salientPhrase(message);
  let usedPhrase = false;

  const text: ValueSource["text"] = (name, { format, max }) => {
    const shape = format ?? (namesOf.email.test(name) ? "email" : namesOf.url.test(name) ? "url" : undefined);
    if (shape !== undefined && (format !== undefined || inFormat[shape])) {
      const pattern = inFormat[shape];
      return pattern ? all(message, pattern)[0] : undefined;
    }
    if (namesOf.calculation.test(name)) return message.match(calculation)?.[0].trim();
    if (namesOf.recipient.test(name) && inFormat.email) {
      const [address] = all(message, inFormat.email);
      if (address !== undefined) return address;
    }
    const said = quoted.shift();
    if (said !== undefined) {
      usedPhrase = true;
      return said;
    }
    if (namesOf.whole.test(name) && message.length <= max) return message.trim();
    if (namesOf.entity.test(name)) {
      const entity = names.shift() ?? message.match(afterPreposition)?.[1];
      if (entity !== undefined) return entity;
    }
    if (usedPhrase) return undefined;
    usedPhrase = true;
    return phrase;
  };

  return {
    text,
    number: (_, accepts) => {
      const index = numbers.findIndex(accepts);
      return index < 0 ? undefined : numbers.splice(index, 1)[0];
    },
    flag: (name) => {
      const words = name
        .replace(/([\p{Ll}])(\p{Lu})/gu, "$1 $2")
        .replaceAll(/[_-]/g, " ")
        .toLowerCase();
      const place = message.toLowerCase().indexOf(words);
      if (place < 0) return undefined;
      return !/\b(?:no|not|without|don't|never)\s+(?:\w+\s+)?$/i.test(message.slice(0, place));
    },
    choice: (_, options) => {
      const lower = ` ${message.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, " ")} `;
      return options.find((option) => {
        const words = String(option)
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
          .trim();
        return words !== "" && lower.includes(` ${words} `);
      });
    },
    amount: (type) => (type === "string" ? quoted.length : numbers.length),
  };
}
