import { Arg, Authorized, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { AccessLevel } from "#src/platform/access-level.js";
import { Job } from "#src/platform/job.js";
import type { QuoteAnalysisService } from "#src/quotes/analysis/quote-analysis-service.js";
import { Quote } from "#src/quotes/quote.js";
import { AnalyzeQuoteInput, CreateQuoteInput, GenerateQuoteInput, UpdateQuoteInput } from "#src/quotes/quote-inputs.js";
import type { QuoteService } from "#src/quotes/quote-service.js";
import type { Context } from "./context.js";
import { OrGrant } from "./guards/or-grant.js";

const idArg = { description: "The quote." };

@Resolver(() => Quote)
export class QuoteResolver {
  constructor(
    private readonly quotes: QuoteService,
    private readonly analyses: QuoteAnalysisService,
  ) {}

  @Authorized("quote:generate")
  @Mutation(() => Job, {
    description:
      "Has a quote written. Follow the job with `jobEvents`; its result is the quote, or the partial generation when cancelled.",
  })
  generateQuote(
    @Arg("input", () => GenerateQuoteInput, { description: "What the quote shall be like." }) input: GenerateQuoteInput,
    @Ctx() { actor }: Context,
  ) {
    return this.quotes.requestGeneration(actor, input);
  }

  @Authorized("quote:generate")
  @Mutation(() => Job, {
    description:
      "Finds sentiment, tone and psychological profile of a quote, and stores them with it. The job's result is the quote, or the partial generation when cancelled.",
  })
  analyzeQuote(
    @Arg("input", () => AnalyzeQuoteInput, { description: "The quote, and who analyses it." }) input: AnalyzeQuoteInput,
    @Ctx() { actor }: Context,
  ) {
    return this.analyses.request(actor, input);
  }

  @Authorized("quote:write")
  @Mutation(() => Quote, { description: "Stores a quote." })
  createQuote(
    @Arg("input", () => CreateQuoteInput, { description: "The quote." }) input: CreateQuoteInput,
    @Ctx() { actor }: Context,
  ) {
    return this.quotes.create(actor, input);
  }

  @Authorized("quote:write")
  @OrGrant("id", AccessLevel.WRITE)
  @Mutation(() => Quote, { description: "Changes a quote. A grant of the level WRITE on it is as good as the role." })
  updateQuote(
    @Arg("id", () => ID, idArg) id: string,
    @Arg("input", () => UpdateQuoteInput, { description: "What to change." }) input: UpdateQuoteInput,
    @Ctx() { actor }: Context,
  ) {
    return this.quotes.update(actor, id, input);
  }

  @Authorized("quote:write")
  @OrGrant("id", AccessLevel.MANAGE)
  @Mutation(() => Quote, {
    description:
      "Deletes a quote and returns it as it was. A grant of the level MANAGE on it is as good as the role, and is needed for the private quote of somebody else.",
  })
  deleteQuote(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.quotes.delete(actor, id);
  }

  @Authorized("quote:read")
  @Mutation(() => Quote, { description: "Marks a quote as a favourite of yours." })
  favouriteQuote(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.quotes.setFavourite(actor, id, true);
  }

  @Authorized("quote:read")
  @Mutation(() => Quote, { description: "Takes a quote off your favourites." })
  unfavouriteQuote(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.quotes.setFavourite(actor, id, false);
  }
}
