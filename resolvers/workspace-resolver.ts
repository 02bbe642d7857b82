import { Arg, Authorized, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { Role } from "#src/identity/membership.js";
import { Workspace } from "#src/identity/workspace.js";
import { CreateWorkspaceInput, UpdateWorkspaceInput } from "#src/identity/workspace-inputs.js";
import type { WorkspaceRemoval } from "#src/identity/workspace-removal.js";
import type { WorkspaceService } from "#src/identity/workspace-service.js";
import type { Context } from "./context.js";

@Resolver(() => Workspace)
export class WorkspaceResolver {
  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly removal: WorkspaceRemoval,
  ) {}

  @Authorized("workspace:read")
  @Query(() => Workspace, { description: "The workspace of this request: the one in `X-Workspace-Id`, or your first." })
  workspace(@Ctx() { actor }: Context) {
    return this.workspaces.current(actor);
  }

  @Authorized("workspace:create")
  @Mutation(() => Workspace, { description: "Makes a workspace that you own." })
  createWorkspace(
    @Arg("input", () => CreateWorkspaceInput, { description: "The workspace." }) input: CreateWorkspaceInput,
    @Ctx() { actor }: Context,
  ) {
    return this.workspaces.create(actor, input);
  }

  @Authorized("workspace:manage")
  @Mutation(() => Workspace, { description: "Changes the workspace of this request." })
  updateWorkspace(
    @Arg("input", () => UpdateWorkspaceInput, { description: "What to change." }) input: UpdateWorkspaceInput,
    @Ctx() { actor }: Context,
  ) {
    return this.workspaces.update(actor, input);
  }

  @Authorized("workspace:delete")
  @Mutation(() => Workspace, {
    description:
      "Deletes the workspace of this request and returns it as it was. Everybody in it is out at once; a job removes its rows. What was recorded for the audit stays.",
  })
  deleteWorkspace(
    @Arg("name", () => String, { description: "The workspace's name, to say that this one is meant." }) name: string,
    @Ctx() { actor }: Context,
  ) {
    return this.removal.delete(actor, name);
  }

  @FieldResolver(() => Role, { nullable: true, description: "Your role in it; null where you are no member." })
  role(@Root() { id }: Workspace, @Ctx() context: Context) {
    return context.batch("role in workspace", id, (ids) => this.workspaces.roles(context.actor, ids));
  }
}
