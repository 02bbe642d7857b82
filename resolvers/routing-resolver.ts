import { Authorized, Ctx, FieldResolver, Float, Query, Resolver, Root } from "type-graphql";
import { ModelClass, maxListedClasses } from "#src/ai/ai-settings.js";
import type { AiSettingsService } from "#src/ai/ai-settings-service.js";
import { Generation } from "#src/ai/generation.js";
import { ProviderStatus } from "#src/ai/provider-status.js";
import { Routing, RoutingFactors } from "#src/ai/routing.js";
import { AtMost } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver(() => Generation)
export class RoutingResolver {
  constructor(private readonly settings: AiSettingsService) {}

  @Authorized("provider:read")
  @AtMost(maxListedClasses)
  @Query(() => [ModelClass], { description: "The classes of models that a request can name." })
  modelClasses() {
    return this.settings.current().modelClasses;
  }

  @FieldResolver(() => Routing, {
    nullable: true,
    description: "Which model was asked, and why; null until one was.",
  })
  routing(@Root() { routing }: Generation) {
    return routing;
  }
}

/** How a provider's model in the class `default` stands now; all providers of an operation are scored together. */
const standingOf = ({ name }: ProviderStatus, context: Context) =>
  context.batch("routing", name, async () => {
    const standing = await context.app.routed.standing("default");
    return new Map(standing.map((candidate) => [candidate.provider, candidate]));
  });

@Resolver(() => ProviderStatus)
export class ProviderRoutingResolver {
  @FieldResolver(() => Float, {
    nullable: true,
    description: "Its factors by their weights, 0 to 1; null when none of its models is in the class `default`.",
  })
  async score(@Root() provider: ProviderStatus, @Ctx() context: Context) {
    return (await standingOf(provider, context))?.score ?? null;
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: "Share of the requests for the class `default` that it gets now, 0 to 1; null when it is not in it.",
  })
  async share(@Root() provider: ProviderStatus, @Ctx() context: Context) {
    return (await standingOf(provider, context))?.share ?? null;
  }

  @FieldResolver(() => RoutingFactors, { nullable: true, description: "What `score` is made of." })
  async factors(@Root() provider: ProviderStatus, @Ctx() context: Context) {
    return (await standingOf(provider, context))?.factors ?? null;
  }
}
