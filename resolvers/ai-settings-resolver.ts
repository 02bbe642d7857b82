import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { AiSettings } from "#src/ai/ai-settings.js";
import { UpdateAiSettingsInput } from "#src/ai/ai-settings-inputs.js";
import type { AiSettingsService } from "#src/ai/ai-settings-service.js";
import type { Context } from "./context.js";

@Resolver()
export class AiSettingsResolver {
  constructor(private readonly settings: AiSettingsService) {}

  @Authorized("system:read")
  @Query(() => AiSettings, { description: "How providers are chosen and asked. For operators." })
  aiSettings() {
    return this.settings.read();
  }

  @Authorized("system:manage")
  @Mutation(() => AiSettings, {
    description: "Changes how providers are chosen and asked, in all processes within a second. For operators.",
  })
  updateAiSettings(
    @Arg("input", () => UpdateAiSettingsInput, { description: "What to change." }) input: UpdateAiSettingsInput,
    @Ctx() { actor }: Context,
  ) {
    return this.settings.update(actor, input);
  }
}
