import { closers, figures, questionSalutations, statementSalutations } from "#src/ai/offline/figures.js";
import { type Tone, toneLexicons } from "#src/ai/offline/resolve-tone.js";
import type { Random } from "#src/ai/offline/seeded-random.js";
import { sentenceWriter } from "#src/ai/offline/sentence-writer.js";

export interface QuoteSubject {
  readonly topic: string;
  readonly tone: Tone;
  readonly audience?: string;
}

const salutations = { statement: statementSalutations, question: questionSalutations };

/** One or two sentences about the topic. The topic stands in the first one, the audience in either. */
export function composeQuote({ topic, tone, audience }: QuoteSubject, random: Random): string {
  const lexicon = toneLexicons[tone];
  const bindings: Record<string, string> = audience === undefined ? { topic } : { topic, audience };
  const writer = sentenceWriter({ ...lexicon }, bindings, random);

  const byTone = random.next() < 0.2;
  const greets = audience !== undefined && random.next() < 0.5;
  const first = writer.sentence(byTone ? lexicon.opener : random.pick(figures), greets ? salutations : undefined);

  if (audience !== undefined && !first.includes(audience)) return `${first} ${writer.sentence(lexicon.address)}`;
  const standsAlone = first.length > 60 && !byTone && random.next() < 0.15;
  return standsAlone ? first : `${first} ${writer.sentence(random.next() < 0.6 ? lexicon.closer : closers)}`;
}
