import { Arg, Authorized, Ctx, Mutation, Query, Resolver, Root, Subscription } from "type-graphql";
import type { ProviderService } from "#src/ai/provider-service.js";
import { ProviderStatus } from "#src/ai/provider-status.js";
import { AtMost } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver(() => ProviderStatus)
export class ProviderResolver {
  constructor(private readonly statuses: ProviderService) {}

  @Authorized("provider:read")
  @AtMost(20)
  @Query(() => [ProviderStatus], { description: "The configured providers of generated text, and how they are." })
  providers() {
    return this.statuses.list();
  }

  @Authorized("provider:read")
  @Query(() => ProviderStatus, { nullable: true, description: "One provider; null when it is not configured." })
  provider(@Arg("name", () => String, { description: "Its name, such as `openai`." }) name: string) {
    return this.statuses.find(name);
  }

  @Authorized("system:manage")
  @Mutation(() => ProviderStatus, {
    description:
      "Closes a provider's circuit at once and in all processes, so that it is asked again. Requests that are under way do not count any more. For operators.",
  })
  resetCircuit(
    @Arg("provider", () => String, { description: "The provider's name, such as `openai`." }) provider: string,
    @Ctx() { actor }: Context,
  ) {
    return this.statuses.resetCircuit(actor, provider);
  }

  @Authorized("provider:read")
  @Subscription(() => ProviderStatus, {
    description:
      "Each provider as it is, then each whose circuit or health has changed. Behind a cursor come those that have changed since, as they are now. A circuit becomes half-open by time alone: that is told when it is tried.",
    subscribe: ({ args, context }: { args: { after?: string | null }; context: Context }) =>
      context.app.providers.follow(args.after),
  })
  providerHealth(
    @Root() status: ProviderStatus,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the last status that was seen." })
    _after?: string,
  ): ProviderStatus {
    return status;
  }
}
