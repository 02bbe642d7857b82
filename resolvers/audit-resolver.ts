import { Arg, Args, Authorized, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { AuditCheckpoint } from "#src/audit/audit-checkpoint.js";
import type { AuditService } from "#src/audit/audit-service.js";
import { AuditVerification, KeptCheckpoint } from "#src/audit/audit-verification.js";
import { noWorkspace } from "#src/platform/actor.js";
import { auditList } from "#src/platform/audit-entry.js";
import { OncePerDocument } from "#src/platform/field-bounds.js";
import type { ListArgs } from "#src/platform/lists/list.js";
import type { Lists } from "#src/platform/lists/lists.js";
import type { Context } from "./context.js";

@Resolver()
export class AuditResolver {
  constructor(
    private readonly audit: AuditService,
    private readonly lists: Lists,
  ) {}

  @Authorized("audit:read")
  @OncePerDocument()
  @Query(() => AuditVerification, {
    description:
      "Goes through the whole audit log of the workspace and names the first thing that is wrong with it. A log that takes longer than a request may is verified from its export.",
  })
  verifyAuditLog(
    @Ctx() { actor }: Context,
    @Arg("checkpoint", () => KeptCheckpoint, {
      nullable: true,
      description: "One that was kept elsewhere: it finds even a log that was cut off or written anew.",
    })
    kept?: KeptCheckpoint,
  ) {
    return this.audit.verify(actor, kept ?? undefined);
  }

  @Authorized("audit:checkpoint")
  @OncePerDocument()
  @Mutation(() => AuditCheckpoint, {
    description: "Seals and signs the audit log as it is now. Keep the answer where the database cannot reach.",
  })
  createAuditCheckpoint(@Ctx() { actor }: Context) {
    return this.audit.createCheckpoint(actor);
  }

  @Authorized("system:read")
  @Query(() => auditList.Connection, {
    description:
      "The audit log of the installation: what belongs to no workspace, such as sign-ins to no account. For operators.",
  })
  systemAuditLog(@Args(() => auditList.Args, { validate: false }) args: ListArgs, @Ctx() { actor }: Context) {
    return this.lists.page(auditList, { ...actor, workspaceId: noWorkspace }, args);
  }
}
