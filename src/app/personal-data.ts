import { aiPersonalData } from "../ai/ai-personal-data.js";
import { filesPersonalData } from "../files/files-personal-data.js";
import { identityPersonalData } from "../identity/identity-personal-data.js";
import type { PersonalData } from "../platform/personal-data.js";
import { platformPersonalData } from "../platform/platform-personal-data.js";
import { quotePersonalData } from "../quotes/quote-personal-data.js";
import { voicePersonalData } from "../voice/voice-personal-data.js";

/** What is stored about people, and what becomes of it when they go: the user's own row comes last. */
export const personalData: readonly PersonalData[] = [
  ...platformPersonalData,
  ...voicePersonalData,
  ...aiPersonalData,
  ...quotePersonalData,
  ...filesPersonalData,
  ...identityPersonalData,
];
