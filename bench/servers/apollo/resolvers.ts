import { randomUUID } from "node:crypto";
import type { EntityManager } from "@mikro-orm/postgresql";
import DataLoader from "dataloader";
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { Quote, QuoteFavourite, User } from "./entities.js";
import {
  AggregateOrder,
  CreateQuoteInput,
  QuoteAggregate,
  QuoteConnection,
  QuoteFavouriteConnection,
  QuoteGroup,
  QuoteOrder,
} from "./schema.js";

/** One request's: an own identity map, and loaders on it. */
export class Context {
  readonly users = new DataLoader<string, User>(async (ids) => {
    const users = await this.em.find(User, { id: { $in: [...ids] } });
    const byId = new Map(users.map((user) => [user.id, user]));
    return ids.map((id) => byId.get(id) as User);
  });

  readonly favourites = new DataLoader<string, QuoteFavourite[]>(async (ids) => {
    const where = { quote: { $in: [...ids] } };
    const favourites = await this.em.find(QuoteFavourite, where, { orderBy: { createdAt: "desc", id: "desc" } });
    return ids.map((id) => favourites.filter(({ quote }) => quote.id === id));
  });

  constructor(
    readonly em: EntityManager,
    readonly workspaceId: string,
    readonly userId: string,
  ) {}
}

@Resolver(() => Quote)
export class QuoteResolver {
  @Query(() => Quote, { nullable: true })
  quote(@Arg("id", () => ID) id: string, @Ctx() { em, workspaceId }: Context) {
    return em.findOne(Quote, { id, workspaceId });
  }

  @Query(() => QuoteConnection)
  async quotes(
    @Arg("first", () => Int, { defaultValue: 20 }) first: number,
    @Arg("orderBy", () => [QuoteOrder], { nullable: true }) _orderBy: QuoteOrder[] | null,
    @Ctx() { em, workspaceId }: Context,
  ): Promise<QuoteConnection> {
    const orderBy = { createdAt: "desc", id: "desc" } as const;
    const found = await em.find(Quote, { workspaceId }, { orderBy, limit: first + 1 });
    const nodes = found.slice(0, first);
    const edges = nodes.map((node) => ({ node, cursor: Buffer.from(node.id).toString("base64url") }));
    return { nodes, edges, pageInfo: { endCursor: edges.at(-1)?.cursor ?? null, hasNextPage: found.length > first } };
  }

  @Query(() => [QuoteAggregate])
  async quotesAggregate(
    @Arg("groupBy", () => [QuoteGroup]) _groupBy: QuoteGroup[],
    @Arg("orderBy", () => AggregateOrder, { nullable: true }) _orderBy: AggregateOrder | null,
    @Arg("first", () => Int, { nullable: true }) first: number | null,
    @Ctx() { em, workspaceId }: Context,
  ): Promise<QuoteAggregate[]> {
    const rows = await em.execute<{ author: string; count: string }[]>(
      "select author, count(*) from quote where workspace_id = ? group by author order by count(*) desc, author limit ?",
      [workspaceId, first ?? 10],
    );
    return rows.map(({ author, count }) => ({ group: { author }, count: Number(count) }));
  }

  @Mutation(() => Quote)
  async createQuote(
    @Arg("input", () => CreateQuoteInput) input: CreateQuoteInput,
    @Ctx() { em, workspaceId, userId }: Context,
  ) {
    const now = new Date();
    const quote = em.create(Quote, {
      id: `quote_${randomUUID().replaceAll("-", "").slice(6)}`,
      text: input.text,
      author: input.author,
      topic: input.topic ?? null,
      source: "USER",
      workspaceId,
      createdBy: em.getReference(User, userId),
      createdAt: now,
      updatedAt: now,
    });
    await em.flush();
    return quote;
  }

  @FieldResolver(() => User, { nullable: true })
  createdBy(@Root() quote: Quote, @Ctx() { users }: Context) {
    return users.load(quote.createdBy.id);
  }

  @FieldResolver(() => QuoteFavouriteConnection)
  async favourites(
    @Root() quote: Quote,
    @Arg("first", () => Int, { defaultValue: 20 }) first: number,
    @Ctx() { favourites }: Context,
  ): Promise<QuoteFavouriteConnection> {
    return { nodes: (await favourites.load(quote.id)).slice(0, first) };
  }
}

@Resolver(() => QuoteFavourite)
export class QuoteFavouriteResolver {
  @FieldResolver(() => User, { nullable: true })
  user(@Root() favourite: QuoteFavourite, @Ctx() { users }: Context) {
    return users.load(favourite.user.id);
  }
}
