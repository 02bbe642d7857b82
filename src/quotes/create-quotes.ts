import type { Ai } from "#src/ai/create-ai.js";
import type { Bus } from "#src/platform/bus.js";
import type { Database } from "#src/platform/database.js";
import type { Logger } from "#src/platform/logger.js";
import { openVectorIndex } from "#src/platform/vectors/open-vector-index.js";
import { poolSession } from "#src/platform/vectors/sql-session.js";
import { QuoteAnalysisService } from "./analysis/quote-analysis-service.js";
import { TextReader } from "./analysis/text-reader.js";
import { QuoteIndexer } from "./quote-indexer.js";
import { QuoteSearch } from "./quote-search.js";
import { QuoteService } from "./quote-service.js";

interface Deps {
  readonly database: Database;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly ai: Ai;
  /** Most memory for vectors, in bytes. */
  readonly maxVectorBytes: number;
}

export interface Quotes {
  readonly quotes: QuoteService;
  readonly quoteSearch: QuoteSearch;
  readonly quoteAnalyses: QuoteAnalysisService;
}

/** The collection of quotes. Their vectors are kept up to date from `follow` on; before it, where somebody searches. */
export const createQuotes = async ({
  database,
  bus,
  logger,
  ai,
  maxVectorBytes,
}: Deps): Promise<{ quotes: Quotes; searchEngine: string; follow(): void; stop(): Promise<void> }> => {
  const { embedder } = ai;
  const session = poolSession(await database.pool());
  const index = await openVectorIndex(session, maxVectorBytes);
  const indexer = new QuoteIndexer({ database, bus, logger, embedder });
  return {
    quotes: {
      quotes: new QuoteService(database, ai.generations, ai.prompts, ai.quality),
      quoteSearch: new QuoteSearch({ database, embedder, indexer, index, query: session.query }),
      quoteAnalyses: new QuoteAnalysisService({ ...ai, database, reader: new TextReader() }),
    },
    searchEngine: index.name,
    follow: () => indexer.start(),
    stop: async () => {
      await indexer.stop();
      index.close();
    },
  };
};
