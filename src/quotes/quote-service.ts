import { sql } from "kysely";
import { z } from "zod";
import type { BuiltInPrompt } from "#src/ai/built-in-prompt.js";
import type { Generation } from "#src/ai/generation.js";
import type { GenerationService, GenerationWish } from "#src/ai/generation-service.js";
import type { PromptVersion } from "#src/ai/prompt.js";
import type { PromptService } from "#src/ai/prompt-service.js";
import type { QualityService } from "#src/ai/quality-service.js";
import { renderPrompt } from "#src/ai/render-prompt.js";
import { requestOf } from "#src/ai/request-of.js";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Actor } from "#src/platform/actor.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { defineJob } from "#src/platform/define-job.js";
import { badInput } from "#src/platform/errors.js";
import { findOwned, requireLevel } from "#src/platform/find-owned.js";
import { newId } from "#src/platform/ids.js";
import type { Job } from "#src/platform/job.js";
import { defineList } from "#src/platform/lists/list.js";
import { Visibility } from "#src/platform/owned-row.js";
import { accessTopic } from "#src/platform/resource-watch.js";
import type { Run } from "#src/platform/run.js";
import { Quote, QuoteFavourite, QuoteSource } from "./quote.js";
import type { CreateQuoteInput, GenerateQuoteInput, UpdateQuoteInput } from "./quote-inputs.js";
import { quotePrompt, unframe } from "./quote-prompt.js";

const generateQuotePayload = z.object({
  generationId: z.string(),
  topic: z.string().nullable(),
  tone: z.string().nullish(),
  audience: z.string().nullish(),
  judge: z.boolean().default(false),
});
type GenerateQuotePayload = z.infer<typeof generateQuotePayload>;

export const GenerateQuote = defineJob("quotes.generate", generateQuotePayload, {
  lane: "interactive",
  timeoutMs: 120_000,
});

/** How the answers for a purpose are cleaned, for those who ask for them again. */
export const quoteFilters = { [GenerateQuote.kind]: unframe };

export const favouriteList = defineList(QuoteFavourite, { plural: "quoteFavourites" });
export const quoteList = defineList(Quote, { plural: "quotes" });

/** The collection of quotes: entered by people, or written by a provider in a job. */
export class QuoteService {
  constructor(
    private readonly database: Database,
    private readonly generations: GenerationService,
    private readonly prompts: PromptService,
    private readonly quality: QualityService,
  ) {}

  create(actor: Actor, input: CreateQuoteInput): Promise<Quote> {
    return this.database.write(actor, async (change) => {
      const quote = change.create(Quote, {
        text: filled(input.text, "input.text"),
        author: filled(input.author, "input.author"),
        topic: input.topic ?? null,
        tags: cleanTags(input.tags),
        visibility: input.visibility ?? Visibility.WORKSPACE,
        source: QuoteSource.USER,
        createdById: actor.userId,
        updatedAt: change.now,
      });
      change.record("quote.created", quote, shown(quote));
      return quote;
    });
  }

  update(actor: Actor, id: string, input: UpdateQuoteInput): Promise<Quote> {
    return this.database.write(actor, async (change) => {
      const quote = await findOwned(change, Quote, id, AccessLevel.WRITE);
      if (input.visibility !== undefined) await setVisibility(change, quote, input.visibility);
      if (input.text !== undefined) setText(quote, filled(input.text, "input.text"));
      if (input.author !== undefined) quote.author = filled(input.author, "input.author");
      if (input.topic !== undefined) quote.topic = input.topic;
      if (input.tags !== undefined) quote.tags = cleanTags(input.tags);
      quote.updatedAt = change.now;
      change.record("quote.updated", quote, shown(quote));
      return quote;
    });
  }

  delete(actor: Actor, id: string): Promise<Quote> {
    return this.database.write(actor, async (change) => {
      const quote = await findOwned(change, Quote, id, AccessLevel.MANAGE);
      const deleted = Object.assign(new Quote(), quote);
      change.remove(quote);
      await change.systemSql(sql`delete from access_grant where resource_id = ${quote.id}`);
      change.record("quote.deleted", deleted, shown(deleted));
      return deleted;
    });
  }

  setFavourite(actor: Actor, id: string, wanted: boolean): Promise<Quote> {
    return this.database.write(actor, async (change) => {
      const quote = await findOwned(change, Quote, id, AccessLevel.READ);
      const favourite = await change.find(QuoteFavourite, { userId: actor.userId, quoteId: quote.id });
      if (wanted === (favourite !== null)) return quote;
      const { visibility } = quote;
      if (wanted) change.create(QuoteFavourite, { userId: actor.userId, quoteId: quote.id, visibility });
      if (favourite !== null) change.remove(favourite);
      const states = { before: { isFavourite: !wanted }, after: { isFavourite: wanted } };
      change.audit(wanted ? "quote.favourited" : "quote.unfavourited", quote, states);
      return quote;
    });
  }

  /** Asks for a quote. What can be wrong with the wish is said here, so that it fails at once and not in a worker. */
  async requestGeneration(actor: Actor, input: GenerateQuoteInput): Promise<Job> {
    const { provider, model, modelClass, tone, audience } = input;
    const named = provider || model || modelClass ? this.generations.modelFor(provider, model, modelClass) : undefined;
    const wish = { topic: filled(input.topic, "input.topic"), tone, audience };
    const asked = await this.askWith(actor, quotePrompt, wish, named);
    return this.database.write(actor, async (change) => {
      const visibility = input.visibility ?? Visibility.WORKSPACE;
      const generationId = newId("generation");
      const { cache, judge } = input;
      const job = change.enqueue(GenerateQuote, { ...wish, generationId, judge: judge ?? false }, visibility);
      this.generations.ask(change, job, { id: generationId, purpose: GenerateQuote.kind, ...asked, cache });
      return job;
    });
  }

  /** What a provider is asked: the wish in the workspace's words for it, of a model that was named or the prompt's own. */
  async askWith(
    actor: Actor,
    { name }: BuiltInPrompt,
    wish: Readonly<Record<string, unknown>>,
    model: string | undefined,
  ): Promise<Pick<GenerationWish, "request" | "prompt">> {
    const version = await this.prompts.labelled(actor, name);
    const variables = variablesOf(version, wish);
    const request = requestOf({
      messages: renderPrompt(version, variables, "input"),
      model: model ?? this.generations.modelFor(null, null, version.modelClass),
      advice: version,
    });
    return { request, prompt: { versionId: version.id, variables } };
  }

  /**
   * Writes the quote. Its end and its rows are one commit, so however often it is begun, one quote comes of it; `also` adds
   * to that commit.
   */
  async generate(
    run: Run,
    { generationId, judge, ...wish }: GenerateQuotePayload,
    also: (change: Change, quote: Quote) => Promise<void> = async () => {},
  ): Promise<Quote | Generation> {
    const answered = await this.generations.generate(run, generationId, unframe());
    // Written; what remains is to rate and to store it.
    if (answered.isComplete) run.progress(0.9);
    const rating = await this.quality.rate(answered, { judge, signal: run.signal });
    return run.finish(async (change) => {
      const generation = this.generations.end(change, answered, { rating });
      if (!answered.isComplete) return generation;
      const quote = change.create(Quote, {
        text: answered.text,
        author: answered.provider?.offline ? "Atrium (offline grammar)" : answered.model,
        source: QuoteSource.AI_GENERATED,
        topic: wish.topic,
        tags: [],
        tone: wish.tone ?? null,
        audience: wish.audience ?? null,
        aiModel: answered.model,
        qualityScore: generation.qualityScore,
        createdById: run.actor.userId,
        visibility: run.job.visibility,
        generationId: generation.id,
        updatedAt: change.now,
      });
      change.record("quote.created", quote, shown(quote));
      await also(change, quote);
      return quote;
    });
  }
}

/** What was found out about a text holds for no other one. */
const setText = (quote: Quote, text: string): void => {
  if (text === quote.text) return;
  const unknown = { emotionalTone: null, sentimentScore: null, psychologicalProfile: null, analyzedBy: null };
  Object.assign(quote, { text, ...unknown });
};

/** What a version asks for of a wish: one of the workspace's own may leave some of it out. */
const variablesOf = ({ variables }: PromptVersion, wish: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(variables.flatMap(({ name }) => (wish[name] == null ? [] : [[name, wish[name]]])));

/**
 * Changes who sees a quote, and with it all that would tell of it: who likes it, how it was written, the job with its
 * streamed text, and what was recorded of them.
 */
const setVisibility = async (change: Change, quote: Quote, visibility: Visibility | null): Promise<void> => {
  if (visibility === null) throw badInput("is WORKSPACE or PRIVATE.", "input.visibility");
  if (visibility === quote.visibility) return;
  await requireLevel(change, quote, AccessLevel.MANAGE);
  quote.visibility = visibility;
  await change.systemSql(sql`update quote_favourite set visibility = ${visibility} where quote_id = ${quote.id}`);
  const [made] = await change.systemSql(sql<{ jobId: string }>`update generation set visibility = ${visibility}
    where id = ${quote.generationId} returning job_id as "jobId"`);
  if (made !== undefined)
    await change.systemSql(sql`update job set visibility = ${visibility} where id = ${made.jobId}`);
  const told = [quote.id, quote.generationId, made?.jobId].filter((id) => typeof id === "string");
  await change.systemSql(sql`update event set visibility = ${visibility}, owner_id = ${quote.createdById}
    where subject_id = any(${told}::text[]) and workspace_id = ${quote.workspaceId}`);
  for (const id of [...told, ...(await hideAnalyses(change, quote))]) change.wake(accessTopic(id));
};

/** What was asked of models about a quote tells what it says. Each stays with whoever asked. */
const hideAnalyses = async (change: Change, { id, workspaceId, visibility }: Quote): Promise<string[]> => {
  const rows = await change.systemSql(sql<{ ids: string[] }>`with analysis as (
      update job set visibility = ${visibility} where workspace_id = ${workspaceId} and kind = 'quotes.analyze'
        and payload ->> 'quoteId' = ${id} returning id, created_by_id),
    asked as (update generation g set visibility = ${visibility} from analysis a where g.job_id = a.id returning g.id, a.created_by_id),
    told as (update event e set visibility = ${visibility}, owner_id = s.created_by_id
      from (select * from analysis union all select * from asked) s
      where e.subject_id = s.id and e.workspace_id = ${workspaceId})
    select array(select id from analysis union all select id from asked) as ids`);
  return rows[0]?.ids ?? [];
};

const filled = (text: string | null, field: string): string => {
  if (text === null || text.trim() === "") throw badInput("must not be empty.", field);
  return text.trim();
};

/** In lower case, each once, in the order in which they were given. */
const cleanTags = (tags: readonly string[] | null | undefined): string[] => {
  const clean = [...new Set((tags ?? []).map((tag) => tag.trim().toLowerCase()))];
  if (clean.includes("")) throw badInput("A tag must not be empty.", "input.tags");
  return clean;
};

const shown = ({ id, text, author, source, topic }: Quote) => ({ id, text, author, source, topic });
