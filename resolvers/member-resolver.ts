import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import { Invitation } from "#src/identity/invitation.js";
import { InviteMemberInput } from "#src/identity/invitation-inputs.js";
import type { InvitationService } from "#src/identity/invitation-service.js";
import type { MemberService } from "#src/identity/member-service.js";
import { Membership, Role } from "#src/identity/membership.js";
import { Workspace } from "#src/identity/workspace.js";
import type { Context } from "./context.js";

const userArg = { description: "The member's user." };

@Resolver(() => Membership)
export class MemberResolver {
  constructor(
    private readonly members: MemberService,
    private readonly invitations: InvitationService,
  ) {}

  @Authorized("member:manage")
  @Mutation(() => Invitation, {
    description:
      "Invites somebody by mail; the same address again gets a new mail, and the one before is void. The answer is the same whether or not anybody has that address.",
  })
  inviteMember(
    @Arg("input", () => InviteMemberInput, { description: "Whom." }) input: InviteMemberInput,
    @Ctx() { actor }: Context,
  ) {
    return this.invitations.invite(actor, input);
  }

  @Authorized("member:manage")
  @Mutation(() => Invitation, { description: "Takes an invitation back that nobody has accepted." })
  revokeInvitation(@Arg("id", () => ID, { description: "The invitation." }) id: string, @Ctx() { actor }: Context) {
    return this.invitations.revoke(actor, id);
  }

  @Authorized("invitation:accept")
  @Mutation(() => Membership, {
    description: "Joins the workspace that invited the e-mail address of your account. Good once.",
  })
  acceptInvitation(
    @Arg("token", () => String, { description: "The secret from the mail." }) token: string,
    @Ctx() { actor }: Context,
  ) {
    return this.invitations.accept(actor, token);
  }

  @Authorized("member:manage")
  @Mutation(() => Membership, {
    description:
      "Gives a member another role; neither the old nor the new one may be above yours. One owner must stay.",
  })
  assignRole(
    @Arg("userId", () => ID, userArg) userId: string,
    @Arg("role", () => Role, { description: "The new role." }) role: Role,
    @Ctx() { actor }: Context,
  ) {
    return this.members.assign(actor, userId, role);
  }

  @Authorized("member:manage")
  @Mutation(() => Membership, {
    description: "Ends a membership, and the API keys that the member made here, and returns it as it was.",
  })
  removeMember(@Arg("userId", () => ID, userArg) userId: string, @Ctx() { actor }: Context) {
    return this.members.remove(actor, userId);
  }

  @Authorized("member:leave")
  @Mutation(() => Membership, {
    description: "Ends your own membership of the workspace of this request, and returns it as it was.",
  })
  leaveWorkspace(@Ctx() { actor }: Context) {
    return this.members.leave(actor);
  }

  @FieldResolver(() => Workspace, { nullable: true, description: "The workspace, for its members." })
  workspace(@Root() { workspaceId }: Membership, @Ctx() context: Context) {
    return context.load(Workspace, workspaceId);
  }
}
