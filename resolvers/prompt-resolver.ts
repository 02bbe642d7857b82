import { GraphQLJSONObject } from "graphql-scalars";
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { Prompt, PromptVersion } from "#src/ai/prompt.js";
import { CreatePromptInput, PromptVersionInput, UpdatePromptInput } from "#src/ai/prompt-inputs.js";
import { PromptPreview } from "#src/ai/prompt-preview.js";
import type { PromptService } from "#src/ai/prompt-service.js";
import { PromptVariable } from "#src/ai/prompt-variable.js";
import { AtMost } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

const idArg = { description: "The prompt." };

@Resolver(() => PromptVersion)
export class PromptResolver {
  constructor(private readonly prompts: PromptService) {}

  @Authorized("prompt:write")
  @Mutation(() => Prompt, { description: "Makes a prompt with its first version, which no label points to yet." })
  createPrompt(
    @Arg("input", () => CreatePromptInput, { description: "The prompt." }) input: CreatePromptInput,
    @Ctx() { actor }: Context,
  ) {
    return this.prompts.create(actor, input);
  }

  @Authorized("prompt:write")
  @Mutation(() => PromptVersion, { description: "Adds a version to a prompt. It is used once a label points to it." })
  createPromptVersion(
    @Arg("prompt", () => String, { description: "Name of the prompt, such as `quotes.generate`." }) prompt: string,
    @Arg("input", () => PromptVersionInput, { description: "What it says." }) input: PromptVersionInput,
    @Ctx() { actor }: Context,
  ) {
    return this.prompts.createVersion(actor, prompt, input);
  }

  @Authorized("prompt:write")
  @Mutation(() => PromptVersion, {
    description:
      "Points a label to a version, away from where it pointed. `production` is used where nobody names one.",
  })
  labelPromptVersion(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("label", () => String, {
      description: "The label: small letters and digits, apart by `-`, at most 50 characters.",
    })
    label: string,
    @Ctx() { actor }: Context,
  ) {
    return this.prompts.label(actor, id, label);
  }

  @Authorized("prompt:write")
  @Mutation(() => Prompt, { description: "Changes the name or the description of a prompt; its versions stay." })
  updatePrompt(
    @Arg("id", () => ID, idArg) id: string,
    @Arg("input", () => UpdatePromptInput, { description: "What to change." }) input: UpdatePromptInput,
    @Ctx() { actor }: Context,
  ) {
    return this.prompts.update(actor, id, input);
  }

  @Authorized("prompt:write")
  @Mutation(() => Prompt, {
    description:
      "Deletes a prompt with its versions and returns it as it was. One that is built in, or that a generation was made with, stays.",
  })
  deletePrompt(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.prompts.delete(actor, id);
  }

  @Authorized("prompt:read")
  @Query(() => PromptPreview, { description: "What a provider would be asked with these values. Nobody is asked." })
  previewPrompt(
    @Arg("promptVersionId", () => ID, { description: "The version." }) promptVersionId: string,
    @Arg("variables", () => GraphQLJSONObject, { nullable: true, description: "Texts by the names of variables." })
    variables: Record<string, unknown> | null,
    @Ctx() { actor }: Context,
  ) {
    return this.prompts.preview(actor, promptVersionId, variables ?? {});
  }

  @AtMost(50)
  @FieldResolver(() => [PromptVariable], { description: "What has to be, or can be, said by who uses it." })
  variables(@Root() { variables }: PromptVersion) {
    return variables;
  }
}
