import type { App } from "#src/app.js";
import { handle } from "#src/platform/job-handler.js";
import { AnalyzeQuote } from "#src/quotes/analysis/quote-analysis-service.js";
import { GenerateQuote } from "#src/quotes/quote-service.js";

export const quoteWorker = ({ quotes, quoteAnalyses }: App) => [
  handle(GenerateQuote, (wish, run) => quotes.generate(run, wish)),
  handle(AnalyzeQuote, (wish, run) => quoteAnalyses.analyze(run, wish)),
];
