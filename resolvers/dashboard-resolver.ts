import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Resolver, Root, Subscription } from "type-graphql";
import { Dashboard } from "#src/analytics/dashboard.js";
import { CreateDashboardInput, DashboardChange, UpdateDashboardInput } from "#src/analytics/dashboard-inputs.js";
import type { DashboardService } from "#src/analytics/dashboard-service.js";
import { DashboardWidget, maxWidgets } from "#src/analytics/dashboard-widget.js";
import { AccessLevel } from "#src/platform/access-level.js";
import { AtMost } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";
import { OrGrant } from "./guards/or-grant.js";

const idArg = { description: "The dashboard." };

@Resolver(() => Dashboard)
export class DashboardResolver {
  constructor(private readonly dashboards: DashboardService) {}

  @Authorized("dashboard:write")
  @Mutation(() => Dashboard, { description: "Makes a dashboard." })
  createDashboard(
    @Arg("input", () => CreateDashboardInput, { description: "The dashboard." }) input: CreateDashboardInput,
    @Ctx() { actor }: Context,
  ) {
    return this.dashboards.create(actor, input);
  }

  @Authorized("dashboard:write")
  @OrGrant("id", AccessLevel.WRITE)
  @Mutation(() => Dashboard, {
    description: "Changes a dashboard. A grant of the level WRITE on it is as good as the role.",
  })
  updateDashboard(
    @Arg("id", () => ID, idArg) id: string,
    @Arg("input", () => UpdateDashboardInput, { description: "What to change." }) input: UpdateDashboardInput,
    @Ctx() { actor }: Context,
  ) {
    return this.dashboards.update(actor, id, input);
  }

  @Authorized("dashboard:write")
  @OrGrant("id", AccessLevel.MANAGE)
  @Mutation(() => Dashboard, {
    description:
      "Deletes a dashboard, and returns it as it was. A grant of the level MANAGE on it is as good as the role, and is needed for the private dashboard of somebody else.",
  })
  deleteDashboard(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.dashboards.delete(actor, id);
  }

  @Authorized("dashboard:read")
  @Subscription(() => DashboardChange, {
    description:
      "A dashboard each time that it is changed, or a twin that it looks at or what is measured of it, at most once a second: behind the cursor, then what comes. Its widgets have what they show then.",
    subscribe: ({ args, context }: { args: { id: string; after?: string | null }; context: Context }) =>
      context.app.dashboards.follow(context.actor, args.id, args.after),
  })
  dashboardChanged(
    @Root() change: DashboardChange,
    @Arg("id", () => ID, idArg) _id: string,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the last change that was seen." })
    _after?: string,
  ): DashboardChange {
    return change;
  }

  @AtMost(maxWidgets)
  @FieldResolver(() => [DashboardWidget], { description: "What it shows, at most 30." })
  widgets(@Root() dashboard: Dashboard, @Ctx() { actor }: Context) {
    return this.dashboards.widgetsOf(actor, dashboard);
  }
}
