import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { Generation } from "#src/ai/generation.js";
import { User } from "#src/identity/user.js";
import { Job } from "#src/platform/job.js";
import type { ListArgs } from "#src/platform/lists/list.js";
import { Quote } from "#src/quotes/quote.js";
import { CreateQuoteInput, GenerateQuoteInput, UpdateQuoteInput } from "#src/quotes/quote-inputs.js";
import { type QuoteService, quoteList } from "#src/quotes/quote-service.js";
import type { Context } from "./context.js";

const idArg = { description: "The quote." };

@Resolver(() => Quote)
export class QuoteResolver {
  constructor(private readonly quotes: QuoteService) {}

  @Authorized("quote:read")
  @Query(() => Quote, { nullable: true, description: "One quote; null when there is none that you may see." })
  quote(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.quotes.find(actor, id);
  }

  @Authorized("quote:read")
  @Query(() => quoteList.Connection, { name: "quotes", description: "The quotes of the workspace." })
  list(@Args(() => quoteList.Args) args: ListArgs, @Ctx() { actor }: Context) {
    return this.quotes.list(actor, args);
  }

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

  @Authorized("quote:write")
  @Mutation(() => Quote, { description: "Stores a quote." })
  createQuote(
    @Arg("input", () => CreateQuoteInput, { description: "The quote." }) input: CreateQuoteInput,
    @Ctx() { actor }: Context,
  ) {
    return this.quotes.create(actor, input);
  }

  @Authorized("quote:write")
  @Mutation(() => Quote, { description: "Changes a quote." })
  updateQuote(
    @Arg("id", () => ID, idArg) id: string,
    @Arg("input", () => UpdateQuoteInput, { description: "What to change." }) input: UpdateQuoteInput,
    @Ctx() { actor }: Context,
  ) {
    return this.quotes.update(actor, id, input);
  }

  @Authorized("quote:write")
  @Mutation(() => Quote, { description: "Deletes a quote and returns it as it was." })
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

  @FieldResolver(() => User, {
    nullable: true,
    description: "Who entered it or asked for it; null once that person has left.",
  })
  createdBy(@Root() quote: Quote, @Ctx() context: Context) {
    return context.batch(User, quote.createdById, (ids) => context.app.accounts.colleagues(context.actor, ids));
  }

  @FieldResolver(() => Generation, { nullable: true, description: "How it was written; null for an entered quote." })
  generation(@Root() { generationId }: Quote, @Ctx() context: Context) {
    return generationId === null ? null : context.load(Generation, generationId);
  }

  @FieldResolver(() => Boolean, { description: "Whether it is a favourite of yours." })
  async isFavourite(@Root() quote: Quote, @Ctx() context: Context) {
    const found = await context.batch("isFavourite", quote.id, async (ids) => {
      const favourites = await this.quotes.favouritesAmong(context.actor, ids);
      return new Map(ids.map((id) => [id, favourites.has(id)]));
    });
    return found ?? false;
  }
}
