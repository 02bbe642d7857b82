import { GraphQLDuration } from "graphql-scalars";
import { Arg, Authorized, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { ApiKey, NewApiKey } from "#src/identity/api-key.js";
import { CreateApiKeyInput } from "#src/identity/api-key-inputs.js";
import type { ApiKeyService } from "#src/identity/api-key-service.js";
import type { Context } from "./context.js";

const idArg = { description: "The key." };

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  constructor(private readonly apiKeys: ApiKeyService) {}

  @Authorized("key:manage")
  @Mutation(() => NewApiKey, {
    description: "Makes a key for a program, which acts for you within its scopes. Its secret is shown this once.",
  })
  createApiKey(
    @Arg("input", () => CreateApiKeyInput, { description: "The key." }) input: CreateApiKeyInput,
    @Ctx() { actor }: Context,
  ) {
    return this.apiKeys.create(actor, input);
  }

  @Authorized("key:manage")
  @Mutation(() => NewApiKey, {
    description: "Gives a key of yours a new secret, shown this once. One from before the last rotation ends at once.",
  })
  rotateApiKey(
    @Arg("id", () => ID, idArg) id: string,
    @Arg("overlap", () => GraphQLDuration, {
      defaultValue: "P1D",
      description: "How long the old secret stays good, from PT0S to P7D.",
    })
    overlap: string,
    @Ctx() { actor }: Context,
  ) {
    return this.apiKeys.rotate(actor, id, overlap);
  }

  @Authorized("key:manage")
  @Mutation(() => ApiKey, {
    description: "Ends a key, whoever made it: its next request fails and its open sockets close.",
  })
  revokeApiKey(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.apiKeys.revoke(actor, id);
  }
}
