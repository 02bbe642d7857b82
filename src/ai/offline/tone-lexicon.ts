/**
 * The vocabulary of one tone. Entries start in lower case and carry no final full stop; the writer finishes them.
 * Every slot keeps one grammatical shape, so that any entry fits wherever its slot stands.
 */
export interface ToneLexicon {
  /** Uncountable noun without article, something one can bring: `patience`. */
  readonly quality: readonly string[];
  /** Uncountable noun without article, attractive and not enough: `applause`. */
  readonly lure: readonly string[];
  /** Verb phrase in its base form, without possessives: `begin again`. */
  readonly deed: readonly string[];
  /** Gerund phrase that gets nobody anywhere: `waiting for perfect weather`. */
  readonly delay: readonly string[];
  /** Noun phrase with its article, what remains in the end: `a longer view`. */
  readonly gift: readonly string[];
  /** A singular noun phrase, then a sentence that explains it: `a lamp | it lights one step`. */
  readonly image: readonly string[];
  /** Something well known, then what holds for it as well: `gardens | the quiet work comes up last`. */
  readonly likeness: readonly string[];
  /** A sentence about `{topic}` that only this tone would say. */
  readonly opener: readonly string[];
  /** A sentence that can follow any other. */
  readonly closer: readonly string[];
  /** A closing sentence that names `{audience}`. */
  readonly address: readonly string[];
}
