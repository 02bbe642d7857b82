const endings: readonly (readonly [suffix: string, replacement: string])[] = [
  ["fulness", ""],
  ["lessness", ""],
  ["ations", ""],
  ["ation", ""],
  ["ators", ""],
  ["ator", ""],
  ["ating", ""],
  ["ated", ""],
  ["ates", ""],
  ["ate", ""],
  ["iness", "y"],
  ["ness", ""],
  ["ments", ""],
  ["ment", ""],
  ["ously", ""],
  ["ous", ""],
  ["fully", ""],
  ["ful", ""],
  ["ingly", ""],
  ["ings", ""],
  ["ing", ""],
  ["iers", "y"],
  ["ied", "y"],
  ["ies", "y"],
  ["edly", ""],
  ["ers", ""],
  ["er", ""],
  ["ed", ""],
  ["ly", ""],
  ["es", ""],
  ["s", ""],
];

const shortestStem = 3;

/**
 * A light English stemmer: it only has to bring the forms of one word together (`hope`, `hopes`, `hoping`, `hopeful`),
 * not to produce a dictionary word. Words outside the Latin script come back as they are.
 */
export function stemWord(word: string): string {
  if (!/^[a-z']+$/.test(word)) return word;
  const bare = word.replace(/'s?$/, "").replaceAll("'", "");
  const rule = endings.find(
    ([suffix]) =>
      bare.endsWith(suffix) &&
      bare.length - suffix.length >= shortestStem &&
      !(suffix === "s" && /(?:ss|us|is)$/.test(bare)),
  );
  const cut = rule ? bare.slice(0, bare.length - rule[0].length) + rule[1] : bare;
  const single = cut.length > shortestStem ? cut.replace(/([bdgmnprt])\1$/, "$1") : cut;
  return single.length > shortestStem ? single.replace(/e$/, "").replace(/y$/, "i") : single;
}
