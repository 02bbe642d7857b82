import { FieldResolver, Resolver, Root } from "type-graphql";
import { Generation } from "#src/ai/generation.js";
import { Quality } from "#src/ai/quality.js";
import { toQuality } from "#src/ai/score-quality.js";

@Resolver(() => Generation)
export class QualityResolver {
  @FieldResolver(() => Quality, {
    nullable: true,
    description: "How well the text is made, part by part; null when incomplete.",
  })
  quality(@Root() { quality }: Generation): Quality | null {
    return quality ? toQuality(quality) : null;
  }
}
