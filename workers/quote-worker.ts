import type { App } from "#src/app.js";
import { handle } from "#src/platform/job-handler.js";
import { GenerateQuote } from "#src/quotes/quote-service.js";

export const quoteWorker = ({ quotes }: App) => [handle(GenerateQuote, (wish, run) => quotes.generate(run, wish))];
