import { GraphQLSafeInt } from "graphql-scalars";
import { Authorized, Ctx, Field, Float, Mutation, ObjectType, Query, Resolver, registerEnumType } from "type-graphql";
import { CacheLevelName, CacheLevelState, type LevelStats, ratioOf } from "#src/platform/cache-level.js";
import type { Database } from "#src/platform/database.js";
import { AtMost } from "#src/platform/field-bounds.js";
import type { QueryCache } from "#src/platform/query-cache.js";
import type { Context } from "./context.js";

registerEnumType(CacheLevelName, {
  name: "CacheLevelName",
  description: "Where answers are kept.",
  valuesConfig: {
    PROCESS: { description: "In the memory of the process that answers." },
    REDIS: { description: "In Redis, shared by all processes." },
  },
});

registerEnumType(CacheLevelState, {
  name: "CacheLevelState",
  description: "Whether a level of the cache is used.",
  valuesConfig: {
    READY: { description: "It is used." },
    BYPASSED: { description: "Its connection is gone; queries are answered past it until that is back." },
    OFF: { description: "A setting has turned it off." },
  },
});

@ObjectType({ description: "One level of the query cache, as the process that answers sees it." })
class CacheLevel {
  @Field(() => CacheLevelName, { description: "Which one." })
  level!: CacheLevelName;

  @Field(() => CacheLevelState, { description: "Whether it is used." })
  state!: CacheLevelState;

  @Field(() => GraphQLSafeInt, { description: "Reads that it answered." })
  hits!: number;

  @Field(() => GraphQLSafeInt, { description: "Reads that it had no answer for." })
  misses!: number;

  @Field(() => GraphQLSafeInt, { description: "Reads that went past it." })
  bypasses!: number;

  @Field(() => Float, { nullable: true, description: "Hits by hits and misses, 0 to 1; null before the first." })
  ratio!: number | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      "Answers that it holds, with those that a write has outdated and nobody has asked for since; null for Redis.",
  })
  entries!: number | null;

  @Field(() => GraphQLSafeInt, { nullable: true, description: "Memory that they take, at most; null for Redis." })
  bytes!: number | null;

  @Field(() => GraphQLSafeInt, { description: "Answers that had to make room for others." })
  evictions!: number;
}

@ObjectType({ description: "How the query cache does, in the process that answers, since it started." })
class CacheStats {
  @Field(() => GraphQLSafeInt, { description: "Queries answered without reading rows." })
  hits!: number;

  @Field(() => GraphQLSafeInt, { description: "Queries that read rows because nothing was kept." })
  misses!: number;

  @Field(() => GraphQLSafeInt, { description: "Queries that read rows past the cache." })
  bypasses!: number;

  @Field(() => Float, { nullable: true, description: "Hits by hits and misses, 0 to 1; null before the first." })
  ratio!: number | null;

  @AtMost(Object.keys(CacheLevelName).length)
  @Field(() => [CacheLevel], { description: "Its levels, in the order in which they are asked." })
  levels!: CacheLevel[];
}

@Resolver()
export class CacheResolver {
  constructor(
    private readonly cache: QueryCache,
    private readonly database: Database,
  ) {}

  @Authorized("system:read")
  @Query(() => CacheStats, { description: "How the query cache does, in the process that answers. For operators." })
  cacheStats(): CacheStats {
    return this.#stats();
  }

  @Authorized("system:manage")
  @Mutation(() => CacheStats, {
    description:
      "Drops all kept answers of the workspace in every process; they are read anew. Needed after changes past the API alone, which operators make.",
  })
  async clearCache(@Ctx() { actor }: Context): Promise<CacheStats> {
    await this.database.write(actor, async (change) => change.audit("cache.cleared", { id: actor.workspaceId }));
    await this.cache.clear(actor.workspaceId);
    return this.#stats();
  }

  #stats(): CacheStats {
    const { HIT: hits, MISS: misses, BYPASS: bypasses } = this.cache.totals;
    const levels = this.cache.levels.map((level: LevelStats) => ({ ...level, ratio: ratioOf(level) }));
    return { hits, misses, bypasses, ratio: ratioOf({ hits, misses }), levels };
  }
}
