import { aiPersonalData } from "../ai/ai-personal-data.js";
import { analyticsPersonalData } from "../analytics/analytics-personal-data.js";
import { eventPersonalData } from "../analytics/event-personal-data.js";
import { filesPersonalData } from "../files/files-personal-data.js";
import { identityPersonalData } from "../identity/identity-personal-data.js";
import type { OtherPersonalData, PersonalData } from "../platform/personal-data.js";
import { platformPersonalData } from "../platform/platform-personal-data.js";
import { quotePersonalData } from "../quotes/quote-personal-data.js";
import { twinPersonalData } from "../twins/twin-personal-data.js";
import { voicePersonalData } from "../voice/voice-personal-data.js";

/** What is stored about people, and what becomes of it when they go: the user's own row comes last. */
export const personalData: readonly PersonalData[] = [
  ...platformPersonalData,
  ...twinPersonalData,
  ...voicePersonalData,
  ...analyticsPersonalData,
  ...aiPersonalData,
  ...quotePersonalData,
  ...filesPersonalData,
  ...identityPersonalData,
];

/** The same with what no class describes. */
export const allPersonalData: readonly (PersonalData | OtherPersonalData)[] = [...eventPersonalData, ...personalData];
