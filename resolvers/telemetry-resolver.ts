import { Arg, Authorized, Ctx, Mutation, Resolver } from "type-graphql";
import { TakesMany } from "#src/platform/field-bounds.js";
import { TelemetryPointInput, TelemetryReceipt } from "#src/telemetry/telemetry-inputs.js";
import type { TelemetryService } from "#src/telemetry/telemetry-service.js";
import type { Context } from "./context.js";

@Resolver()
export class TelemetryResolver {
  constructor(private readonly telemetry: TelemetryService) {}

  @Authorized("telemetry:write")
  @TakesMany()
  @Mutation(() => TelemetryReceipt, {
    description:
      "Stores points, all of them or none. Sending the same ones again changes nothing, so whoever is not sure sends again.",
  })
  ingestTelemetry(
    @Arg("points", () => [TelemetryPointInput], { description: "The points, 1 to 10,000, in any order." })
    points: TelemetryPointInput[],
    @Ctx() { actor }: Context,
  ) {
    return this.telemetry.ingest(actor, points);
  }
}
