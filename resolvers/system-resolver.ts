import { Authorized, Field, ObjectType, Query, Resolver } from "type-graphql";
import type { Engine as PlatformEngine } from "#src/platform/engines.js";
import { AtMost } from "#src/platform/field-bounds.js";

@ObjectType({ description: "A part of the platform and what does its work." })
class Engine {
  @Field(() => String, { description: "The part, such as `database`." })
  part!: string;

  @Field(() => String, { description: "What does its work now." })
  engine!: string;

  @Field(() => String, { description: "The setting that puts something else in its place." })
  setting!: string;

  @Field(() => Boolean, { description: "False while an embedded default stands in." })
  configured!: boolean;
}

@Resolver()
export class SystemResolver {
  constructor(private readonly listed: readonly PlatformEngine[]) {}

  @Authorized("workspace:read")
  @AtMost(20)
  @Query(() => [Engine], { description: "What the platform runs on, and the settings that change it." })
  engines(): readonly Engine[] {
    return this.listed;
  }
}
