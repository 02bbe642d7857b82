import { normaliseTopic } from "#src/ai/offline/normalise-topic.js";
import { findTone, resolveTone, type Tone } from "#src/ai/offline/resolve-tone.js";
import { salientPhrase } from "#src/ai/offline/salient-phrase.js";

export interface Prompt {
  /** True when the message has a `Topic:` line, as the prompt templates for quotes do. */
  readonly labelled: boolean;
  /** Undefined when the message has no word that could be one. */
  readonly topic: string | undefined;
  readonly tone: Tone;
  readonly audience?: string;
}

const longest = 20_000;

const nobodyInParticular =
  /^(?:|any|anyone|anybody|all|everyone|everybody|general|(?:a |the )?general (?:public|audience)|none|n\/a|-)$/i;

const label = (name: string, text: string): string | undefined =>
  text.match(new RegExp(`^[ \\t>*•-]*${name}[ \\t]*\\**[ \\t]*[:：][ \\t]*\\**[ \\t]*(\\S.*)$`, "imu"))?.[1];

/** Finds out what a user message asks for: labelled lines first, the message's own words otherwise. */
export function readPrompt(message: string): Prompt {
  const text = message.slice(0, longest);
  const named = label("topic", text);
  if (named === undefined) {
    return { labelled: false, topic: salientPhrase(text), tone: findTone(text) ?? "reflective" };
  }
  const audience = normaliseTopic(label("audience", text) ?? "");
  return {
    labelled: true,
    topic: normaliseTopic(named) || "small beginnings",
    tone: resolveTone(label("tone", text)),
    ...(nobodyInParticular.test(audience) ? {} : { audience }),
  };
}
