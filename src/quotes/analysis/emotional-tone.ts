/** How a text can sound: the values of `Quote.emotionalTone`. Of two that are as strong, the first one counts. */
export const emotionalTones = [
  "joyful",
  "hopeful",
  "loving",
  "grateful",
  "calm",
  "humorous",
  "defiant",
  "melancholic",
  "fearful",
  "angry",
  "reflective",
  "neutral",
] as const;

export type EmotionalTone = (typeof emotionalTones)[number];
