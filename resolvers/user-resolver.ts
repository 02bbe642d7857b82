import { Arg, Authorized, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { User } from "#src/identity/user.js";
import type { UserService } from "#src/identity/user-service.js";
import type { Context } from "./context.js";

const idArg = { description: "The user." };

@Resolver()
export class UserResolver {
  constructor(private readonly users: UserService) {}

  @Authorized("system:users")
  @Query(() => User, { nullable: true, description: "Whose address this is; null when nobody's. For operators." })
  userByEmail(@Arg("email", () => String, { description: "The address; its case does not matter." }) email: string) {
    return this.users.byEmail(email);
  }

  @Authorized("system:users")
  @Mutation(() => User, {
    description:
      "Shuts an account: its sessions, API keys and mailed links end, its sockets close within a second. Its data stays. For operators.",
  })
  deactivateUser(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.users.deactivate(actor, id);
  }

  @Authorized("system:users")
  @Mutation(() => User, {
    description: "Opens an account again that was deactivated; what had ended stays ended. For operators.",
  })
  reactivateUser(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.users.reactivate(actor, id);
  }
}
