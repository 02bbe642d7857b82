import type { Generation } from "./generation.js";
import type { CacheHit, GenerateRequest, Provider, Usage } from "./provider.js";
import type { Routing } from "./routing.js";
import type { Spending } from "./spending.js";

/** What came of a generation, ready to be stored. */
export interface Answered {
  readonly generation: Generation;
  /** The provider that answered. */
  readonly provider: Provider | undefined;
  readonly model: string;
  readonly text: string;
  readonly isComplete: boolean;
  readonly usage: Usage | null;
  readonly firstTokenMs: number | null;
  readonly durationMs: number;
  /** Of the version of the prompt that it was asked with, when it was. */
  readonly contentHash: string | null;
  /** Asked before further requests upstream for its sake, such as to judge it. */
  readonly admit: GenerateRequest["admit"] | undefined;
  /** Set when the text is of the cache. */
  readonly hit: CacheHit | undefined;
  /** What it has cost until now: further requests for its sake are noted there. */
  readonly spending: Spending;
  /** Which model was asked, and why. */
  readonly routing: Routing | null;
}
