/**
 * Quoted text (plain, with escapes, or between dollar signs; to the end when the quote is never closed), names in double
 * quotes, parameters, words, and numbers: whatever may hold a quote or a digit is taken whole.
 */
const tokens =
  /\b[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|"(?:[^"]|"")*(?:"|$)|\$\d+|[A-Za-z_]\w*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A statement with `?` for every value in it: what is logged or exported must not hold what people stored. */
export const withoutLiterals = (statement: string, maxLength: number): string => {
  const scrubbed = statement
    .replaceAll(tokens, (token) => (/^(?:[A-Za-z_"]|\$\d)/.test(token) && !/^[eE]'/.test(token) ? token : "?"))
    .replaceAll(/\s+/g, " ")
    .trim();
  return scrubbed.length > maxLength ? `${scrubbed.slice(0, maxLength)}…` : scrubbed;
};
