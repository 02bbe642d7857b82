import { Arg, Authorized, Resolver, Root, Subscription } from "type-graphql";
import { ResourceUsage } from "#src/telemetry/platform/resource-usage.js";
import type { Context } from "./context.js";

@Resolver(() => ResourceUsage)
export class ResourceUsageResolver {
  @Authorized("system:read")
  @Subscription(() => ResourceUsage, {
    description:
      "What the hosts of the installation have in use: each as it is, then again whenever it was measured, by default every 5 seconds. Behind a cursor come those that were measured since, as they are now. For operators.",
    subscribe: ({ args, context }: { args: { after?: string | null }; context: Context }) =>
      context.app.resourceUsage.follow(args.after),
  })
  resourceUsage(
    @Root() usage: ResourceUsage,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the last measurement that was seen." })
    _after?: string,
  ): ResourceUsage {
    return usage;
  }
}
