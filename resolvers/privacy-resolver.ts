import { Arg, Authorized, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { DataExport } from "#src/identity/data-export.js";
import type { ErasureService } from "#src/identity/erasure-service.js";
import type { ExportService } from "#src/identity/export-service.js";
import { EraseAccountInput } from "#src/identity/privacy-inputs.js";
import { OncePerDocument } from "#src/platform/field-bounds.js";
import { Job } from "#src/platform/job.js";
import type { Context } from "./context.js";

@Resolver(() => DataExport)
export class PrivacyResolver {
  constructor(
    private readonly exports: ExportService,
    private readonly erasure: ErasureService,
  ) {}

  @Authorized("account:manage")
  @Query(() => DataExport, {
    nullable: true,
    description: "The last export of your data; null when there is none, or it was deleted.",
  })
  dataExport(@Ctx() { actor }: Context) {
    return this.exports.last(actor);
  }

  @OncePerDocument()
  @Authorized("account:manage")
  @Mutation(() => Job, {
    description:
      "Gathers everything that is stored about you. The job's result is a `DataExport`, which takes the place of the last one.",
  })
  exportMyData(@Ctx() { actor }: Context) {
    return this.exports.request(actor);
  }

  @OncePerDocument()
  @Authorized("account:manage")
  @Mutation(() => Job, {
    description:
      "Erases you: the account is shut at once, and nothing brings it back. Workspaces in which you are alone go with all they hold; in shared ones your work stays, by nobody. CONFLICT while others depend on you as their last owner.",
  })
  eraseMyAccount(
    @Arg("input", () => EraseAccountInput, { description: "That you mean it." }) input: EraseAccountInput,
    @Ctx() { actor }: Context,
  ) {
    return this.erasure.request(actor, input);
  }

  @FieldResolver(() => String, {
    description: "Where its owner downloads it, with the same `Authorization` as here.",
  })
  url(@Root() { id }: DataExport, @Ctx() { app }: Context): string {
    return `${app.address.url}/exports/${id}`;
  }
}
