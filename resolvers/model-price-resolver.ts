import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { ModelPrice, SetModelPriceInput } from "#src/ai/model-price.js";
import { maxShownPrices, type Prices } from "#src/ai/prices.js";
import { AtMost } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver(() => ModelPrice)
export class ModelPriceResolver {
  constructor(private readonly prices: Prices) {}

  @Authorized("provider:read")
  @AtMost(maxShownPrices)
  @Query(() => [ModelPrice], {
    description: "Prices of models: those that were set here, the newest first, at most 400, then the published ones.",
  })
  modelPrices() {
    return this.prices.list();
  }

  @Authorized("system:manage")
  @Mutation(() => ModelPrice, {
    description: "Sets what a model costs from a time on, in all workspaces. For operators.",
  })
  setModelPrice(
    @Arg("input", () => SetModelPriceInput, { description: "The price." }) input: SetModelPriceInput,
    @Ctx() { actor }: Context,
  ) {
    return this.prices.set(actor, input);
  }
}
