import { AzureOpenAIEmbeddings, OpenAIEmbeddings } from "@langchain/openai";
import type { CountedVectors } from "./langchain-provider.js";

type Ask = OpenAIEmbeddings["embeddingWithRetry"];

/** LangChain keeps what embeddings cost to itself: the answers underneath are read here. An instance serves one call. */
export class CountedOpenAiEmbeddings extends OpenAIEmbeddings {
  private readonly tokens = new TokenSum();

  protected override embeddingWithRetry(...[request]: Parameters<Ask>): ReturnType<Ask> {
    return this.tokens.add(super.embeddingWithRetry(request));
  }

  async embed(texts: readonly string[]): Promise<CountedVectors> {
    return { vectors: await this.embedDocuments([...texts]), inputTokens: this.tokens.sum };
  }
}

/** The same for Azure. */
export class CountedAzureEmbeddings extends AzureOpenAIEmbeddings {
  private readonly tokens = new TokenSum();

  protected override embeddingWithRetry(...[request]: Parameters<Ask>): ReturnType<Ask> {
    return this.tokens.add(super.embeddingWithRetry(request));
  }

  async embed(texts: readonly string[]): Promise<CountedVectors> {
    return { vectors: await this.embedDocuments([...texts]), inputTokens: this.tokens.sum };
  }
}

/** Many texts are several requests. Not a number as soon as one of them does not say what it was. */
class TokenSum {
  sum = 0;

  async add(answer: ReturnType<Ask>): ReturnType<Ask> {
    const told = await answer;
    const tokens: unknown = told.usage?.prompt_tokens;
    this.sum += typeof tokens === "number" ? tokens : Number.NaN;
    return told;
  }
}
