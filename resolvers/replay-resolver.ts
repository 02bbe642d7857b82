import { Arg, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { Generation } from "#src/ai/generation.js";
import { PromptVersion } from "#src/ai/prompt.js";
import { Replay } from "#src/ai/replay.js";
import { ReplayGenerationsInput } from "#src/ai/replay-inputs.js";
import type { ReplayService } from "#src/ai/replay-service.js";
import type { Context } from "./context.js";

@Resolver(() => Replay)
export class ReplayResolver {
  constructor(private readonly replays: ReplayService) {}

  @Authorized("generation:write")
  @Mutation(() => Replay, {
    description:
      "Asks for texts of the past again, on another prompt or model, by one job. No original is changed. What could go beyond the cap is skipped; cancelling the job skips what is left.",
  })
  replayGenerations(
    @Arg("input", () => ReplayGenerationsInput, { description: "What to replay." }) input: ReplayGenerationsInput,
    @Ctx() { actor }: Context,
  ) {
    return this.replays.request(actor, input);
  }

  @FieldResolver(() => PromptVersion, {
    nullable: true,
    description: "The version of a prompt that is asked with; null for that of each original.",
  })
  promptVersion(@Root() { promptVersionId }: Replay, @Ctx() context: Context) {
    return promptVersionId ? context.load(PromptVersion, promptVersionId) : null;
  }
}

@Resolver(() => Generation)
export class GenerationReplayResolver {
  @FieldResolver(() => Replay, { nullable: true, description: "The replay that it is a part of; null for all others." })
  replay(@Root() { replayId }: Generation, @Ctx() context: Context) {
    return replayId ? context.load(Replay, replayId) : null;
  }

  @FieldResolver(() => Generation, {
    nullable: true,
    description: "The generation that it replays; null for all others, and when that is gone or not for you.",
  })
  replayOf(@Root() { replayOfId }: Generation, @Ctx() context: Context) {
    return replayOfId ? context.load(Generation, replayOfId) : null;
  }
}
