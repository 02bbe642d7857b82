import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import type { AccountService } from "#src/identity/account-service.js";
import { SignInInput, SignUpInput } from "#src/identity/credentials.js";
import { Session } from "#src/identity/session.js";
import type { SessionService } from "#src/identity/session-service.js";
import { TokenPair } from "#src/identity/token-pair.js";
import { User } from "#src/identity/user.js";
import { AtMost, LimitedBy, OncePerDocument } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver(() => User)
export class AccountResolver {
  constructor(
    private readonly accounts: AccountService,
    private readonly sessions: SessionService,
  ) {}

  @OncePerDocument()
  @LimitedBy("sign-up")
  @Mutation(() => TokenPair, { description: "Makes an account with a workspace of its own, and signs in." })
  signUp(
    @Arg("input", () => SignUpInput, { description: "The account." }) input: SignUpInput,
    @Ctx() { origin }: Context,
  ) {
    return this.accounts.signUp(input, origin);
  }

  @OncePerDocument()
  @Mutation(() => TokenPair, {
    description: "Opens a session. A wrong password and an unknown address give the same error.",
  })
  signIn(
    @Arg("input", () => SignInInput, { description: "Who signs in." }) input: SignInInput,
    @Ctx() { origin }: Context,
  ) {
    return this.accounts.signIn(input, origin);
  }

  @OncePerDocument()
  @Mutation(() => TokenPair, {
    description:
      "Exchanges a refresh token for the next pair. Parallel calls with the same token get the same pair for 10 seconds; later use of it ends the session.",
  })
  refreshSession(
    @Arg("refreshToken", () => String, { description: "The refresh token of the last pair." }) refreshToken: string,
    @Ctx() { origin }: Context,
  ) {
    return this.sessions.refresh(refreshToken, origin);
  }

  @Authorized("session:manage")
  @Mutation(() => Session, { description: "Ends the session of this request." })
  signOut(@Ctx() { actor }: Context) {
    return this.sessions.signOut(actor);
  }

  @Authorized("session:manage")
  @Mutation(() => Session, {
    description: "Ends one of your sessions: its next request fails and its open sockets close.",
  })
  revokeSession(@Arg("id", () => ID, { description: "The session." }) id: string, @Ctx() { actor }: Context) {
    return this.sessions.revoke(actor, id);
  }

  @Authorized("session:manage")
  @AtMost(100)
  @Query(() => [Session], { name: "sessions", description: "Your live sessions, the last used first, at most 100." })
  listSessions(@Ctx() { actor }: Context) {
    return this.sessions.list(actor);
  }

  @Authorized("workspace:read")
  @Query(() => User, { description: "You." })
  me(@Ctx() { actor }: Context) {
    return this.sessions.user(actor.userId);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: "Whether you run the installation; null for everybody but yourself.",
  })
  isOperator(@Root() { id }: User, @Ctx() { caller }: Context): boolean | null {
    return caller?.userId === id ? caller.isOperator : null;
  }
}
