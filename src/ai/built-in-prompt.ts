import type { PromptText } from "./render-prompt.js";

/**
 * A prompt that the product brings along. Each workspace gets it as its first version when it is first needed, and may put
 * `production` on one of its own. Those have to do with the variables of the first: nobody gives them others.
 */
export interface BuiltInPrompt extends PromptText {
  readonly name: string;
  readonly description: string;
  readonly temperature: number;
  readonly maxTokens: number;
}
