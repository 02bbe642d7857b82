import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { contentHashes } from "#src/ai/content-hashes.js";
import { Generation } from "#src/ai/generation.js";
import { Lineage, toLineage } from "#src/ai/lineage.js";
import { PromptVersion } from "#src/ai/prompt.js";
import type { Context } from "./context.js";

@Resolver(() => Generation)
export class GenerationLineageResolver {
  @FieldResolver(() => Lineage, {
    nullable: true,
    description: "Where the text came from; null until it ended with one.",
  })
  async lineage(@Root() generation: Generation, @Ctx() context: Context) {
    return toLineage(generation, await contentHashOf(generation, context));
  }
}

@Resolver(() => Lineage)
export class LineageResolver {
  @FieldResolver(() => PromptVersion, {
    nullable: true,
    description: "The version of a prompt that it was asked with; null for a text without one.",
  })
  promptVersion(@Root() { promptVersionId }: Lineage, @Ctx() context: Context) {
    return promptVersionId ? context.load(PromptVersion, promptVersionId) : null;
  }

  @FieldResolver(() => Generation, {
    nullable: true,
    description:
      "The generation that it replays, or whose text the cache gave it; null when it stands for itself, or when that is not for you.",
  })
  parent(@Root() { parentId }: Lineage, @Ctx() context: Context) {
    return parentId ? context.load(Generation, parentId) : null;
  }
}

const contentHashOf = async ({ promptVersionId }: Generation, context: Context): Promise<string | null> => {
  if (!promptVersionId) return null;
  const { app, actor } = context;
  const read = (ids: string[]) => contentHashes(app.database, actor, ids);
  return (await context.batch("content hashes", promptVersionId, read)) ?? null;
};
