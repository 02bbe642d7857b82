import { sql } from "kysely";
import { z } from "zod";
import type { Answered } from "#src/ai/answered.js";
import type { Generation } from "#src/ai/generation.js";
import type { GenerationService } from "#src/ai/generation-service.js";
import type { PromptService } from "#src/ai/prompt-service.js";
import { ProviderError } from "#src/ai/provider.js";
import { renderPrompt } from "#src/ai/render-prompt.js";
import { requestOf } from "#src/ai/request-of.js";
import { candidatesOf } from "#src/ai/route.js";
import { silent } from "#src/ai/writing.js";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { DomainError, notFound } from "#src/platform/errors.js";
import { findOwned } from "#src/platform/find-owned.js";
import { newId, parseId } from "#src/platform/ids.js";
import type { Job } from "#src/platform/job.js";
import type { Run } from "#src/platform/run.js";
import { Quote } from "../quote.js";
import type { AnalyzeQuoteInput } from "../quote-inputs.js";
import { analysisPrompt, analysisSchema, readAnalysis } from "./analysis-prompt.js";
import { analyzeByLexicon } from "./analyze-by-lexicon.js";
import type { QuoteAnalysis } from "./psychological-profile.js";
import type { TextReader } from "./text-reader.js";

/** Without a generation it is the lexicon's. */
const analyzeQuotePayload = z.object({ quoteId: z.string(), generationId: z.string().nullable() });
type AnalyzeQuotePayload = z.infer<typeof analyzeQuotePayload>;

export const AnalyzeQuote = defineJob("quotes.analyze", analyzeQuotePayload, {
  lane: "interactive",
  timeoutMs: 120_000,
});

interface Deps {
  readonly database: Database;
  readonly generations: GenerationService;
  readonly prompts: PromptService;
  readonly reader: TextReader;
}

/** Finds out how quotes feel: by a lexicon, or by a model where there is one. */
export class QuoteAnalysisService {
  constructor(private readonly deps: Deps) {}

  /** Asks for an analysis. Who it is left to is decided here: what is wrong with the wish is said at once. */
  async request(actor: Actor, input: AnalyzeQuoteInput): Promise<Job> {
    const { database, generations } = this.deps;
    const id = parseId(input.id, "quote", "input.id");
    const asked = await this.#asked(actor, input);
    return database.write(actor, async (change) => {
      const quote = await findOwned(change, Quote, id, AccessLevel.WRITE);
      const generationId = asked === undefined ? null : newId("generation");
      const job = change.enqueue(AnalyzeQuote, { quoteId: quote.id, generationId }, quote.visibility);
      if (asked === undefined || generationId === null) return job;
      const { version, model } = asked;
      const variables = { text: quote.text };
      generations.ask(change, job, {
        id: generationId,
        purpose: AnalyzeQuote.kind,
        request: requestOf({
          messages: renderPrompt(version, variables, "input"),
          ...{ model, advice: version, schema: analysisSchema },
        }),
        prompt: { versionId: version.id, variables },
        cache: input.cache,
      });
      return job;
    });
  }

  analyze(run: Run, { quoteId, generationId }: AnalyzeQuotePayload): Promise<Quote | Generation> {
    return generationId === null ? this.#byLexicon(run, quoteId) : this.#byModel(run, quoteId, generationId);
  }

  /** The version to ask with, and whom; nothing where there is nobody but the offline grammar, which knows nothing of texts. */
  async #asked(actor: Actor, { provider, model, modelClass }: AnalyzeQuoteInput) {
    const { generations, prompts } = this.deps;
    const isOffline = (name: string) =>
      candidatesOf(generations.routed, name).every(({ provider }) => provider.offline);
    const named = provider || model || modelClass ? generations.modelFor(provider, model, modelClass) : undefined;
    if (named !== undefined && isOffline(named)) return undefined;
    if (generations.providers.every(({ offline }) => offline)) return undefined;
    const version = await prompts.labelled(actor, analysisPrompt.name);
    const chosen = named ?? generations.modelFor(null, null, version.modelClass);
    return isOffline(chosen) ? undefined : { version, model: chosen };
  }

  async #byLexicon(run: Run, quoteId: string): Promise<Quote> {
    const text = await this.#textOf(run.actor, quoteId);
    const analysis = await analyzeByLexicon(this.deps.reader, text);
    // It takes no time to begin again, with the text as it is then.
    return run.finish((change) => store(change, quoteId, { text, analysis, mayRepeat: true }));
  }

  /** The answer is stored whole, with what it has cost, or the attempt fails: nothing else stands in for a model that was asked. */
  async #byModel(run: Run, quoteId: string, generationId: string): Promise<Quote | Generation> {
    const { generations } = this.deps;
    const answered = await generations.generate(silent(run), generationId);
    if (!answered.isComplete) return run.finish(async (change) => generations.end(change, answered));
    try {
      const { text, analysis } = readAnswer(answered);
      return await run.finish(async (change) => {
        const quote = await store(change, quoteId, { text, analysis, mayRepeat: false });
        generations.end(change, answered);
        return quote;
      });
    } catch (error) {
      await answered.spending.keep(answered.routing);
      throw error;
    }
  }

  async #textOf({ workspaceId }: Actor, quoteId: string): Promise<string> {
    const row = await this.deps.database.row(sql<{ text: string }>`
      select text from quote where id = ${quoteId} and workspace_id = ${workspaceId}`);
    if (row === undefined) throw notFound("quote", quoteId);
    return row.text;
  }
}

interface Analyzed {
  /** What was analysed. */
  readonly text: string;
  readonly analysis: QuoteAnalysis;
}

const readAnswer = ({ generation, provider, model, text: said }: Answered): Analyzed => {
  if (provider?.offline) {
    const fault =
      "No model has answered, and the offline grammar cannot read: name the provider offline for the lexicon.";
    throw new DomainError("PROVIDER_UNAVAILABLE", fault, {}, { transient: true });
  }
  const name = provider?.name ?? "cache";
  const text = String(generation.variables?.text);
  try {
    return { text, analysis: { ...readAnalysis(said, text), analyzedBy: `${name}/${model}`.slice(0, 160) } };
  } catch (cause) {
    throw new ProviderError(name, "invalid_answer", { cause });
  }
};

/** Writes an analysis into its quote, if that still says what was analysed. */
const store = async (
  change: Change,
  quoteId: string,
  { text, analysis, mayRepeat }: Analyzed & { readonly mayRepeat: boolean },
): Promise<Quote> => {
  const quote = await findOwned(change, Quote, quoteId, AccessLevel.WRITE);
  if (quote.text !== text) {
    const fault = "The text was changed while it was analysed: ask for an analysis of what it says now.";
    throw new DomainError("CONFLICT", fault, {}, { transient: mayRepeat });
  }
  Object.assign(quote, analysis, { updatedAt: change.now });
  const { id, sentimentScore, emotionalTone, analyzedBy } = quote;
  change.record("quote.analyzed", quote, { id, sentimentScore, emotionalTone, analyzedBy });
  return quote;
};
