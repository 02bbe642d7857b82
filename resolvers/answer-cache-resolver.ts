import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Arg, Authorized, Ctx, Field, Int, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import type { AnswerCache } from "#src/ai/answer-cache.js";
import type { Context } from "./context.js";

@ObjectType({ description: "What the cache of answers did, counted over the generations that you may see." })
class AiCacheStats {
  @Field(() => GraphQLDateTimeISO, { description: "From when on is counted." })
  since!: Date;

  @Field(() => Int, { description: "Answers that could be given to you now." })
  entries!: number;

  @Field(() => GraphQLSafeInt, { description: "Generations that took the answer to the same request." })
  exactHits!: number;

  @Field(() => GraphQLSafeInt, { description: "Generations that took the answer to the same in other words." })
  similarHits!: number;

  @Field(() => GraphQLSafeInt, { description: "Generations that looked for an answer, and had a provider write one." })
  misses!: number;
}

@Resolver()
export class AnswerCacheResolver {
  constructor(private readonly answers: AnswerCache) {}

  @Authorized("generation:read")
  @Query(() => AiCacheStats, {
    description: "How often the cache of answers spared a request to a provider, over all processes.",
  })
  aiCacheStats(
    @Arg("since", () => GraphQLDateTimeISO, {
      nullable: true,
      description: "From when on is counted; the last 24 hours when left out.",
    })
    since: Date | null,
    @Ctx() { actor }: Context,
  ) {
    return this.answers.stats(actor, since);
  }

  @Authorized("generation:write")
  @Mutation(() => Int, {
    description:
      "Forgets all answers that are kept in this workspace, whoever asked for them, and says how many they were. The generations stay.",
  })
  purgeAiCache(@Ctx() { actor }: Context) {
    return this.answers.purge(actor);
  }
}
