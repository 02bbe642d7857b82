import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import { Report, ReportSection } from "#src/analytics/report.js";
import { CreateReportInput, maxSections } from "#src/analytics/report-inputs.js";
import type { ReportService } from "#src/analytics/report-service.js";
import { AccessLevel } from "#src/platform/access-level.js";
import { AtMost } from "#src/platform/field-bounds.js";
import { Job } from "#src/platform/job.js";
import type { Context } from "./context.js";
import { OrGrant } from "./guards/or-grant.js";

@Resolver(() => Report)
export class ReportResolver {
  constructor(private readonly reports: ReportService) {}

  @Authorized("report:write")
  @Mutation(() => Job, {
    description:
      "Has figures of a time written down as a file. Follow the job with `jobEvents`: `StepFinished` tells of each section, and its result is the report, whose `file` has the bytes. Cancelled or failed it leaves no file; `retryJob` writes it anew.",
  })
  createReport(
    @Arg("input", () => CreateReportInput, { description: "What it is to be about." }) input: CreateReportInput,
    @Ctx() { actor }: Context,
  ) {
    return this.reports.create(actor, input);
  }

  @Authorized("report:write")
  @OrGrant("id", AccessLevel.MANAGE)
  @Mutation(() => Report, {
    description:
      "Deletes a report with its file, and returns it as it was; who still writes it is stopped. A grant of the level MANAGE on it is as good as the role, and is needed for the private report of somebody else.",
  })
  deleteReport(@Arg("id", () => ID, { description: "The report." }) id: string, @Ctx() { actor }: Context) {
    return this.reports.delete(actor, id);
  }

  @AtMost(maxSections)
  @FieldResolver(() => [ReportSection], { description: "Its parts in their order." })
  sections(@Root() { sections }: Report) {
    return sections;
  }
}
