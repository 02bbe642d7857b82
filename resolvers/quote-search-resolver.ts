import { Arg, Authorized, Ctx, Float, Int, Query, Resolver } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";
import { entityFilter } from "#src/platform/lists/filter-inputs.js";
import { Quote } from "#src/quotes/quote.js";
import { QuoteHit, QuoteSearchState } from "#src/quotes/quote-hit.js";
import { leastScore, mostHits, type QuoteSearch } from "#src/quotes/quote-search.js";
import type { Context } from "./context.js";

@Resolver()
export class QuoteSearchResolver {
  constructor(private readonly service: QuoteSearch) {}

  @Authorized("quote:read")
  @AtMost(mostHits, "first")
  @Query(() => [QuoteHit], {
    description:
      "Quotes by what they say, in whatever words: those that you may see, the nearest first. What has just been written is found, unless its model takes more than 2 seconds: `quoteSearch` tells how much is missing.",
  })
  searchQuotes(
    @Ctx() { actor }: Context,
    @Arg("query", () => String, { description: "A word, or what a quote says: 1 to 500 characters." }) query: string,
    @Arg("first", () => Int, { defaultValue: 10, description: "Hits at most, 1 to 100." }) first = 10,
    @Arg("filter", () => entityFilter(Quote), { nullable: true, description: "Only quotes for which this holds." })
    filter?: object | null,
    @Arg("minScore", () => Float, {
      defaultValue: leastScore,
      description: "Leaves out what is less near, −1 to 1.",
    })
    minScore = leastScore,
  ) {
    return this.service.search(actor, { query, first, filter, minScore });
  }

  @Authorized("quote:read")
  @Query(() => QuoteSearchState, { description: "By what quotes are searched, and how much of it is there." })
  quoteSearch(@Ctx() { actor }: Context) {
    return this.service.state(actor);
  }
}
