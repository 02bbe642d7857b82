/** What a profile measures, each from 0 to 1: the keys of `Quote.psychologicalProfile`. */
export const traits = [
  "agency",
  "communion",
  "certainty",
  "selfFocus",
  "futureFocus",
  "arousal",
  "complexity",
] as const;

export type Trait = (typeof traits)[number];

/** Words of the text that speak for a trait, in lower case. */
export type Evidence = Readonly<Record<Trait, readonly string[]>>;

export type PsychologicalProfile = Readonly<Record<Trait, number>> & { readonly evidence: Evidence };

/** Most words that are named for one trait. */
export const mostEvidence = 5;

/** What each means, as a model is told and docs/analysis.md has it. */
export const traitMeanings: Readonly<Record<Trait, string>> = {
  agency: "0: nobody acts or decides; 1: it is all about acting, deciding and achieving",
  communion: "0: nobody else matters; 1: it is all about others, care and belonging",
  certainty: "0: all is doubt and maybe; 0.5: neither; 1: nothing is left open",
  selfFocus: "0: the speaker is not in it; 1: it is all about the speaker",
  futureFocus: "0: it is about what was or is; 1: it is all about what will be",
  arousal: "0: at rest; 1: stirred up",
  complexity: "0: short and plain; 1: long, nested and abstract",
};

/** An analysis as it is stored. */
export interface QuoteAnalysis {
  /** −1 to 1. */
  readonly sentimentScore: number;
  readonly emotionalTone: string;
  readonly psychologicalProfile: PsychologicalProfile;
  /** `lexicon`, or `provider/model`. */
  readonly analyzedBy: string;
}
