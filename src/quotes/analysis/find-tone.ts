import { type EmotionalTone, emotionalTones } from "./emotional-tone.js";
import type { ReadText } from "./text-reader.js";

/** How much a tone still counts that contradicts what the text as a whole feels like. */
const contradicted = 0.4;
/** From here on a text without any word of a tone is still joyful or melancholic. */
const clearly = 0.35;

/**
 * The tone that most words of a text speak for. Words that are denied do not count: who is not afraid does not sound fearful. Nor,
 * to the full, does a tone whose side of the feelings the text is not on.
 */
export const findTone = ({ words }: ReadText, sentiment: number): EmotionalTone => {
  const points = new Map<EmotionalTone, number>();
  for (const { felt, isNegated } of words) {
    if (isNegated) continue;
    for (const { tone, valence } of felt) {
      if (tone === undefined) continue;
      const isContradicted = Math.abs(sentiment) > 0.1 && valence * sentiment < 0;
      points.set(tone, (points.get(tone) ?? 0) + (isContradicted ? contradicted : 1));
    }
  }
  const most = Math.max(0, ...points.values());
  const found = emotionalTones.find((tone) => most > 0 && points.get(tone) === most);
  if (found !== undefined) return found;
  if (sentiment > clearly) return "joyful";
  return sentiment < -clearly ? "melancholic" : "neutral";
};
