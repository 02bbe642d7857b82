import type { ToneLexicon } from "#src/ai/offline/tone-lexicon.js";
import { bold } from "#src/ai/offline/tones/bold.js";
import { calm } from "#src/ai/offline/tones/calm.js";
import { hopeful } from "#src/ai/offline/tones/hopeful.js";
import { humorous } from "#src/ai/offline/tones/humorous.js";
import { inspiring } from "#src/ai/offline/tones/inspiring.js";
import { melancholic } from "#src/ai/offline/tones/melancholic.js";
import { neutral } from "#src/ai/offline/tones/neutral.js";
import { playful } from "#src/ai/offline/tones/playful.js";
import { reflective } from "#src/ai/offline/tones/reflective.js";
import { serious } from "#src/ai/offline/tones/serious.js";
import { solemn } from "#src/ai/offline/tones/solemn.js";

export const toneLexicons = {
  hopeful,
  inspiring,
  humorous,
  solemn,
  calm,
  bold,
  reflective,
  playful,
  serious,
  melancholic,
  neutral,
} as const satisfies Record<string, ToneLexicon>;

export type Tone = keyof typeof toneLexicons;

const synonyms: Readonly<Record<Tone, string>> = {
  hopeful:
    "hopeful hope optimistic uplifting encouraging positive warm kind tender loving romantic grateful comforting",
  inspiring:
    "inspiring inspirational inspire inspired motivational motivating empowering energetic energising energizing passionate enthusiastic heroic",
  humorous: "humorous humourous humor humour funny witty ironic sarcastic wry comic comedic amusing dry satirical",
  solemn: "solemn grave ceremonial dignified reverent sacred majestic epic biblical",
  calm: "calm calming peaceful serene gentle soothing relaxed relaxing mindful tranquil quiet zen soft",
  bold: "bold confident daring fierce defiant assertive courageous strong provocative edgy rebellious angry aggressive powerful",
  reflective: "reflective thoughtful contemplative philosophical wise introspective pensive poetic deep curious",
  playful: "playful whimsical lighthearted light-hearted cheerful joyful happy fun quirky lively silly cute",
  serious: "serious formal professional earnest stern academic authoritative critical businesslike",
  melancholic: "melancholic melancholy sad wistful nostalgic bittersweet somber sombre sorrowful gloomy mournful",
  neutral: "neutral plain balanced simple matter-of-fact objective factual",
};

const toneOf = new Map(
  Object.entries(synonyms).flatMap(([tone, words]) => words.split(" ").map((word) => [word, tone as Tone] as const)),
);

/** The first word of `text` that names a tone decides: `warm and funny` is hopeful. */
export function findTone(text: string): Tone | undefined {
  const words = text.toLowerCase().match(/[\p{L}-]+/gu) ?? [];
  return words.map((word) => toneOf.get(word)).find((tone) => tone !== undefined);
}

/** An unknown tone is neutral rather than an error: the caller may have invented it. */
export const resolveTone = (text: string | undefined): Tone => findTone(text ?? "") ?? "neutral";
