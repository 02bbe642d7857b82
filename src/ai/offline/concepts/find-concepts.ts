import { characterConcepts } from "#src/ai/offline/concepts/character-concepts.js";
import { lifeConcepts } from "#src/ai/offline/concepts/life-concepts.js";
import { workConcepts } from "#src/ai/offline/concepts/work-concepts.js";
import { stemWord } from "#src/ai/offline/stem-word.js";

export const concepts = { ...characterConcepts, ...lifeConcepts, ...workConcepts };

const conceptsByStem = new Map<string, string[]>();
for (const [concept, words] of Object.entries(concepts)) {
  for (const stem of new Set(words.split(" ").map(stemWord))) {
    conceptsByStem.set(stem, [...(conceptsByStem.get(stem) ?? []), concept]);
  }
}

/** The concepts that a stemmed word belongs to; most words belong to none, a few to several. */
export const findConcepts = (stem: string): readonly string[] => conceptsByStem.get(stem) ?? [];
