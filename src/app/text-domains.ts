import type { Database } from "../platform/database.js";
import { analysisPrompt } from "../quotes/analysis/analysis-prompt.js";
import { quotePrompt, unframe } from "../quotes/quote-prompt.js";
import { quoteFilters } from "../quotes/quote-service.js";
import { similarQuotes } from "../quotes/similar-quotes.js";
import { voicePrompt } from "../voice/voice-prompt.js";
import { VoiceToQuote } from "../voice/voice-quote-service.js";

/** What the domains bring to those who write texts: what new ones are compared with, prompts, and how answers are cleaned. */
export const textDomains = (database: Database) => ({
  collection: similarQuotes(database),
  builtIns: [quotePrompt, analysisPrompt, voicePrompt],
  filters: { ...quoteFilters, [VoiceToQuote.kind]: unframe },
});
