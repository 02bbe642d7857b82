import { Arg, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { attemptsOf, maxAttempts } from "#src/ai/attempts-of.js";
import { Generation } from "#src/ai/generation.js";
import { GenerationBatch } from "#src/ai/generation-batch.js";
import type { GenerationBatchService } from "#src/ai/generation-batch-service.js";
import { ProviderCall } from "#src/ai/provider-call.js";
import { GenerateBatchInput, GenerateTextInput } from "#src/ai/text-inputs.js";
import type { TextService } from "#src/ai/text-service.js";
import { AtMost } from "#src/platform/field-bounds.js";
import { Job } from "#src/platform/job.js";
import type { Context } from "./context.js";

@Resolver(() => Generation)
export class GenerationResolver {
  constructor(
    private readonly texts: TextService,
    private readonly batches: GenerationBatchService,
  ) {}

  @Authorized("generation:write")
  @Mutation(() => Job, {
    description: "Has a text written. Follow the job with `jobEvents`; its result is the generation.",
  })
  generateText(
    @Arg("input", () => GenerateTextInput, { description: "What is asked." }) input: GenerateTextInput,
    @Ctx() { actor }: Context,
  ) {
    return this.texts.request(actor, input);
  }

  @Authorized("generation:write")
  @Mutation(() => GenerationBatch, {
    description:
      "Has many texts written by one job. Each ends by itself: what fails fails alone. Cancelling the job cancels what is not written yet.",
  })
  generateBatch(
    @Arg("input", () => GenerateBatchInput, { description: "What is asked." }) input: GenerateBatchInput,
    @Ctx() { actor }: Context,
  ) {
    return this.batches.request(actor, input);
  }

  @FieldResolver(() => GenerationBatch, {
    nullable: true,
    description: "The batch that it was asked for in; null when it was asked for alone.",
  })
  batch(@Root() { batchId }: Generation, @Ctx() context: Context) {
    return batchId == null ? null : context.load(GenerationBatch, batchId);
  }

  @AtMost(maxAttempts)
  @FieldResolver(() => [ProviderCall], {
    description: "The requests that it took, with those that failed, in the order in which they began, at most 50.",
  })
  async attempts(@Root() { id }: Generation, @Ctx() context: Context) {
    const { app, actor } = context;
    return (await context.batch("attempts", id, (ids) => attemptsOf(app.database, actor, ids))) ?? [];
  }
}
