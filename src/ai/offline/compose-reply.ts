import { composeQuote } from "#src/ai/offline/compose-quote.js";
import type { Prompt } from "#src/ai/offline/read-prompt.js";
import type { Random } from "#src/ai/offline/seeded-random.js";

const asksWho =
  /\b(?:who|what)(?: exactly)? (?:are|r) (?:you|u)\b|\bare you (?:an? |the )?(?:real|human|person|robot|bot|chatbot|machine|ai|model|assistant|llm|\w*gpt\w*|claude|gemini|llama|alive|conscious)|\b(?:what|which) (?:\w+ )?model\b|\byour name\b|\bintroduce yourself\b|\bwho (?:made|built|created|trained) you\b|\bwhat can you do\b/i;

const greets = /^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings)\b/i;

const thanks = /^\W*(?:thanks|thank you|cheers)\b/i;

const setting = "Set OPENAI_API_KEY, ANTHROPIC_API_KEY or another provider's key to connect a model.";

const introductions: readonly string[] = [
  "This is Atrium's built-in offline grammar: hand-written sentence patterns and a bit of chance, with nothing behind them that understands.",
  "You are reading Atrium's built-in offline grammar. It puts together sentences from hand-written patterns and works without a key or a network.",
  "No model is connected here. These words come from Atrium's built-in offline grammar, a collection of hand-written sentence patterns.",
];

const notes: readonly string[] = [
  "That is as far as Atrium's built-in offline grammar goes.",
  "Atrium's built-in offline grammar can offer a thought, but not an answer.",
  "This is a line from Atrium's built-in offline grammar, not a researched answer.",
  "Atrium is answering from its built-in offline grammar, which only knows how to turn a phrase.",
];

/** A short answer to a free message that never pretends to have understood it. */
export function composeReply(message: string, { topic, tone }: Prompt, random: Random): string {
  if (asksWho.test(message)) return `${random.pick(introductions)} ${setting}`;
  if (topic === undefined) {
    const opening = thanks.test(message)
      ? "You are welcome."
      : greets.test(message)
        ? "Hello, and welcome to Atrium."
        : "";
    return `${opening} Name a topic, and Atrium's built-in offline grammar will write a line about it. ${setting}`.trimStart();
  }
  return `${composeQuote({ topic, tone }, random)} ${random.pick(notes)} ${setting}`;
}
