import type { ReadSentence, ReadText } from "./text-reader.js";

/** What is denied is felt less strongly than its opposite. */
const denied = -0.8;
/** Words that are felt less than this do not count, or plain texts would drift. */
const leastFelt = 0.3;
/** Added to the count of words, so that a single one does not say all there is. */
const doubt = 0.3;

/**
 * How a text feels, −1 (sad) to 1 (happy): the mean of its sentences that feel something. Each is the mean of what two lexicons
 * say, winkNLP's and Atrium's own; where only one of them knows a word, it alone. Words after a negation count the other way.
 */
export const readSentiment = ({ sentences }: ReadText): number => {
  const scores = sentences.map(scoreOf).filter((score) => score !== 0);
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
  return Math.round(Math.min(1, Math.max(-1, mean)) * 1_000) / 1_000;
};

const scoreOf = ({ tokens, score }: ReadSentence): number => {
  const felt = tokens.flatMap(({ felt, isNegated }) => {
    const valences = felt.map(({ valence }) => valence);
    const strongest = valences.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0];
    return strongest === undefined || Math.abs(strongest) < leastFelt
      ? []
      : [isNegated ? strongest * denied : strongest];
  });
  if (felt.length === 0) return score;
  const own = felt.reduce((sum, valence) => sum + valence, 0) / (felt.length + doubt);
  // The library does not know all the words that deny: where they stand, its sign is a guess.
  if (score === 0 || tokens.some(({ isNegated, felt }) => isNegated && felt.length > 0)) return own;
  return (score + own) / 2;
};
