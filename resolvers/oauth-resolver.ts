import { Arg, Authorized, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { LinkedIdentity } from "#src/identity/linked-identity.js";
import { type LinkedIdentityService, mostIdentities } from "#src/identity/linked-identity-service.js";
import {
  CompleteOAuthInput,
  LinkOAuthInput,
  OAuthIssuer,
  OAuthStart,
  StartOAuthInput,
} from "#src/identity/oauth-inputs.js";
import type { OAuthService } from "#src/identity/oauth-service.js";
import { TokenPair } from "#src/identity/token-pair.js";
import { AtMost, LimitedBy, OncePerDocument } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver()
export class OAuthResolver {
  constructor(
    private readonly oauth: OAuthService,
    private readonly identities: LinkedIdentityService,
  ) {}

  @AtMost(100)
  @Query(() => [OAuthIssuer], { description: "Issuers whose users may sign in, in the order of the settings." })
  oauthProviders() {
    return this.oauth.issuers();
  }

  @OncePerDocument()
  @LimitedBy("sign-in-start")
  @Mutation(() => OAuthStart, { description: "Begins a sign-in by an issuer. It ends with `completeOAuth`." })
  startOAuth(
    @Arg("input", () => StartOAuthInput, { description: "By which issuer." }) input: StartOAuthInput,
    @Ctx() { origin }: Context,
  ) {
    return this.oauth.start(input, origin);
  }

  @OncePerDocument()
  @Mutation(() => TokenPair, {
    description:
      "Opens a session for whom the issuer sent back: the same user every time. An unknown identity becomes a new account. It never opens an existing account that has its e-mail address, unless both sides have confirmed the address and no second factor is set up.",
  })
  completeOAuth(
    @Arg("input", () => CompleteOAuthInput, { description: "What came back." }) input: CompleteOAuthInput,
    @Ctx() { origin }: Context,
  ) {
    return this.oauth.complete(input, origin);
  }

  @Authorized("account:manage")
  @AtMost(mostIdentities)
  @Query(() => [LinkedIdentity], { description: "Your identities at issuers, the oldest first, at most 50." })
  linkedIdentities(@Ctx() { actor }: Context) {
    return this.identities.list(actor);
  }

  @Authorized("account:manage")
  @OncePerDocument()
  @Mutation(() => OAuthStart, {
    description:
      "Begins to link an identity to your account. It ends with `linkOAuth`. Needs a sign-in of the last 10 minutes.",
  })
  startOAuthLink(
    @Arg("input", () => StartOAuthInput, { description: "By which issuer." }) input: StartOAuthInput,
    @Ctx() { actor, origin }: Context,
  ) {
    return this.identities.start(actor, input, origin);
  }

  @Authorized("account:manage")
  @OncePerDocument()
  @Mutation(() => LinkedIdentity, {
    description: "Links the identity that the issuer sent back, so that you can sign in by it.",
  })
  linkOAuth(
    @Arg("input", () => LinkOAuthInput, { description: "What came back." }) input: LinkOAuthInput,
    @Ctx() { actor, origin }: Context,
  ) {
    return this.identities.complete(actor, input, origin);
  }

  @Authorized("account:manage")
  @Mutation(() => LinkedIdentity, {
    description:
      "Takes an identity away, unless it is your last way to sign in. Needs a sign-in of the last 10 minutes.",
  })
  unlinkOAuth(@Arg("id", () => ID, { description: "The linked identity." }) id: string, @Ctx() { actor }: Context) {
    return this.identities.unlink(actor, id);
  }
}
