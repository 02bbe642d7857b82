import { Arg, Authorized, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { AccessGrant } from "#src/identity/access-grant.js";
import type { GrantService } from "#src/identity/grant-service.js";
import { AccessLevel } from "#src/platform/access-level.js";
import type { Context } from "./context.js";

const resourceArg = { description: "The thing: a quote, a job or a generation." };
const userArg = { description: "The member." };

@Resolver(() => AccessGrant)
export class GrantResolver {
  constructor(private readonly grants: GrantService) {}

  @Authorized("access:grant")
  @Mutation(() => AccessGrant, {
    description: "Gives a member access to one thing, or another level. For who made it, and for those who manage it.",
  })
  grantAccess(
    @Arg("resourceId", () => ID, resourceArg) resourceId: string,
    @Arg("userId", () => ID, userArg) userId: string,
    @Arg("level", () => AccessLevel, { description: "What the member may do with it." }) level: AccessLevel,
    @Ctx() { actor }: Context,
  ) {
    return this.grants.grant(actor, resourceId, userId, level);
  }

  @Authorized("access:grant")
  @Mutation(() => AccessGrant, {
    description:
      "Takes a member's access to one thing away, and returns it as it was. Everybody may give up their own.",
  })
  revokeAccess(
    @Arg("resourceId", () => ID, resourceArg) resourceId: string,
    @Arg("userId", () => ID, userArg) userId: string,
    @Ctx() { actor }: Context,
  ) {
    return this.grants.revoke(actor, resourceId, userId);
  }
}
