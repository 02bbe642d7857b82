import { Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { Session } from "#src/identity/session.js";
import type { SessionService } from "#src/identity/session-service.js";
import { AtMost } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver(() => Session)
export class SessionResolver {
  constructor(private readonly sessions: SessionService) {}

  @FieldResolver(() => Boolean, { description: "True for the session of this request." })
  isCurrent(@Root() { id }: Session, @Ctx() { caller }: Context): boolean {
    return caller?.credential.id === id;
  }

  @Authorized("session:manage")
  @AtMost(100)
  @Mutation(() => [Session], {
    description: "Ends all of your sessions but the one of this request, and shows the last used ones of them.",
  })
  revokeOtherSessions(@Ctx() { actor }: Context) {
    return this.sessions.revokeAll(actor, { exceptOwn: true });
  }

  @Authorized("session:manage")
  @AtMost(100)
  @Mutation(() => [Session], {
    description: "Ends all of your sessions, the one of this request too, and shows the last used ones of them.",
  })
  revokeAllSessions(@Ctx() { actor }: Context) {
    return this.sessions.revokeAll(actor, { exceptOwn: false });
  }
}
