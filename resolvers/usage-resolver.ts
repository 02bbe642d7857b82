import { Arg, Authorized, Ctx, Int, Query, Resolver } from "type-graphql";
import { Usage, UsageKey, UsageRange } from "#src/ai/usage.js";
import { maxUsageGroups, type UsageService } from "#src/ai/usage-service.js";
import { AtMost } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver()
export class UsageResolver {
  constructor(private readonly service: UsageService) {}

  @Authorized("usage:read")
  @AtMost(maxUsageGroups, "first")
  @Query(() => [Usage], {
    description:
      "What the workspace has used of providers and what that has cost, in the order of the groups. The sums are those of all generations, private ones included.",
  })
  usage(
    @Ctx() { actor }: Context,
    @Arg("groupBy", () => [UsageKey], {
      nullable: true,
      description: "What to tell apart, in this order; all as one when left out.",
    })
    groupBy?: UsageKey[] | null,
    @Arg("range", () => UsageRange, { nullable: true, description: "Requests that began in it; all when left out." })
    range?: UsageRange | null,
    @Arg("first", () => Int, {
      defaultValue: 100,
      description: "Groups at most, 1 to 1,000; with more than that it is an error, so that no sum is short.",
    })
    first = 100,
  ) {
    return this.service.usage(actor, groupBy ?? [], range ?? {}, first);
  }
}
