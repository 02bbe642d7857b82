import { countTokens } from "./offline/count-tokens.js";
import type { GenerateRequest } from "./provider.js";

/** Tokens that the rest of an answer may always have. */
const leastTokens = 16;
/** An overlap that is shorter may be there by chance. */
const leastOverlap = 12;

const goOn =
  "Your last message was cut off. Go on from exactly where it stops, with the very next character: when it stops inside a " +
  "word, with the rest of that word; when it stops behind a word, with a space. Repeat nothing, explain nothing.";

/** Asks for the rest of an answer that was cut behind `said`. */
export const restOf = (request: GenerateRequest, said: string): GenerateRequest => ({
  ...request,
  messages: [...request.messages, { role: "assistant", text: said }, { role: "user", text: goOn }],
  ...(request.maxTokens === undefined
    ? {}
    : { maxTokens: Math.max(leastTokens, request.maxTokens - countTokens(said)) }),
});

/** Takes from the rest of an answer what repeats the end of `said`, or all of it: not every model does as it is told. */
export class Seam {
  #held = "";
  #isPassed = false;

  constructor(private readonly said: string) {}

  /** What of the next piece belongs to the answer; what may still turn out to repeat it is held back. */
  push(piece: string): string {
    if (this.#isPassed) return piece;
    this.#held += piece;
    return this.said.includes(this.#held) ? "" : this.end();
  }

  /** What was held back. */
  end(): string {
    const held = this.#held;
    this.#held = "";
    if (this.#isPassed) return held;
    this.#isPassed = true;
    const most = Math.min(held.length, this.said.length);
    for (let length = most; length >= leastOverlap; length -= 1)
      if (this.said.endsWith(held.slice(0, length))) return held.slice(length);
    return held;
  }
}
