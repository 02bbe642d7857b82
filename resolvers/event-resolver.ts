import { Arg, Authorized, Ctx, Int, Query, Resolver, Root, Subscription } from "type-graphql";
import { Event } from "#src/platform/event.js";
import type { EventLog } from "#src/platform/event-log.js";
import { AtMost } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver()
export class EventResolver {
  constructor(private readonly events: EventLog) {}

  @Authorized("event:read")
  @AtMost(1_000, "first")
  @Query(() => [Event], {
    name: "events",
    description: "What happened in the workspace, in the order in which it became true.",
  })
  page(
    @Ctx() { actor }: Context,
    @Arg("after", () => String, { nullable: true, description: "Only events behind this cursor." }) after?: string,
    @Arg("first", () => Int, { defaultValue: 100, description: "At most so many, 1 to 1,000." }) first = 100,
  ) {
    return this.events.page(actor, after, first);
  }

  @Authorized("event:read")
  @Subscription(() => Event, {
    name: "events",
    description: "What is stored behind the cursor, then what comes; without a cursor what comes from now on.",
    subscribe: ({ args, context }: { args: { after?: string | null }; context: Context }) =>
      context.app.events.follow(context.actor, args.after),
  })
  follow(
    @Root() event: Event,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the last event that was seen." })
    _after?: string,
  ): Event {
    return event;
  }
}
