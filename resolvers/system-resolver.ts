import { Authorized, Field, ObjectType, Query, Resolver } from "type-graphql";
import type { GenerationService } from "#src/ai/generation-service.js";
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

@ObjectType({ description: "A source of generated text." })
class Provider {
  @Field(() => String, { description: "Its name in requests and records." })
  name!: string;

  @Field(() => Boolean, { description: "True when answers come from this machine, without any model." })
  offline!: boolean;

  @Field(() => [String], { description: "Its text models, the default first." })
  models!: readonly string[];

  @Field(() => Boolean, { description: "True for the one that is asked when a request names none." })
  isDefault!: boolean;
}

@Resolver()
export class SystemResolver {
  constructor(
    private readonly listed: readonly PlatformEngine[],
    private readonly generations: GenerationService,
  ) {}

  @Authorized("workspace:read")
  @AtMost(20)
  @Query(() => [Engine], { description: "What the platform runs on, and the settings that change it." })
  engines(): readonly Engine[] {
    return this.listed;
  }

  @Authorized("workspace:read")
  @AtMost(20)
  @Query(() => [Provider], { description: "The configured providers of generated text." })
  providers(): Provider[] {
    const { providers, defaultProvider } = this.generations;
    return providers.map(({ name, offline, models }) => ({
      name,
      offline,
      models,
      isDefault: name === defaultProvider.name,
    }));
  }
}
