import { GraphQLJSONObject } from "graphql-scalars";
import { Arg, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { UpdateProfileInput } from "#src/identity/profile-inputs.js";
import type { ProfileService } from "#src/identity/profile-service.js";
import { User } from "#src/identity/user.js";
import type { Context } from "./context.js";

@Resolver(() => User)
export class ProfileResolver {
  constructor(private readonly profiles: ProfileService) {}

  @Authorized("account:manage")
  @Mutation(() => User, { description: "Changes your profile." })
  updateProfile(
    @Arg("input", () => UpdateProfileInput, { description: "What to change." }) input: UpdateProfileInput,
    @Ctx() { actor }: Context,
  ) {
    return this.profiles.update(actor, input);
  }

  @Authorized("account:manage")
  @Mutation(() => User, {
    description:
      "Changes your preferences by a JSON merge patch (RFC 7396): null takes a field away, objects are merged, all else replaces.",
  })
  updatePreferences(
    @Arg("patch", () => GraphQLJSONObject, { description: "The patch. What comes of it is at most 16 KB." })
    patch: Record<string, unknown>,
    @Ctx() { actor }: Context,
  ) {
    return this.profiles.updatePreferences(actor, patch);
  }

  @FieldResolver(() => GraphQLJSONObject, {
    nullable: true,
    description: "How you like things, as your clients have stored it. Yours alone: null for everybody else.",
  })
  preferences(@Root() user: User, @Ctx() { caller }: Context) {
    return caller?.userId === user.id ? user.preferences : null;
  }
}
