import { badInput } from "#src/platform/errors.js";
import { findTone } from "./find-tone.js";
import { profileText } from "./profile-text.js";
import type { QuoteAnalysis } from "./psychological-profile.js";
import { readSentiment } from "./read-sentiment.js";
import type { TextReader } from "./text-reader.js";

/** Below this share of known words a text is not English, or not enough of it to be counted. */
const leastKnown = 0.6;

/** An analysis by counting words: always the same for the same text. What is not English is refused, not guessed. */
export const analyzeByLexicon = async (reader: TextReader, text: string): Promise<QuoteAnalysis> => {
  const read = await reader.read(text);
  if (read.knownShare < leastKnown)
    throw badInput(
      `The lexicon reads English, and knows ${Math.floor(read.knownShare * 100)} % of this quote's words (${leastKnown * 100} % are needed): name a provider to have a model analyse it.`,
      "input.id",
    );
  const sentimentScore = readSentiment(read);
  return {
    sentimentScore,
    emotionalTone: findTone(read, sentimentScore),
    psychologicalProfile: profileText(read),
    analyzedBy: "lexicon",
  };
};
