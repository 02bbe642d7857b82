import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from "type-graphql";
import type { ReauthenticationService } from "#src/identity/reauthentication-service.js";
import type { SecondFactorService } from "#src/identity/second-factor-service.js";
import {
  ConfirmTotpInput,
  NewRecoveryCodes,
  ReauthenticateInput,
  SecondFactor,
  TotpSetup,
} from "#src/identity/second-factor-types.js";
import { Session } from "#src/identity/session.js";
import { OncePerDocument } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver()
export class SecondFactorResolver {
  constructor(
    private readonly secondFactors: SecondFactorService,
    private readonly reauthentication: ReauthenticationService,
  ) {}

  @Authorized("account:manage")
  @OncePerDocument()
  @Mutation(() => Session, {
    description:
      "Proves once more who you are, for what needs a sign-in of the last 10 minutes. Without a password, sign in again instead.",
  })
  reauthenticate(
    @Arg("input", () => ReauthenticateInput, { description: "The proof." }) input: ReauthenticateInput,
    @Ctx() { actor }: Context,
  ) {
    return this.reauthentication.reauthenticate(actor, input);
  }

  @Authorized("account:manage")
  @Query(() => SecondFactor, { description: "What you are asked for beside your password." })
  secondFactor(@Ctx() { actor }: Context) {
    return this.secondFactors.state(actor);
  }

  @Authorized("account:manage")
  @Mutation(() => TotpSetup, {
    description:
      "Begins to set up an authenticator app. It ends with `confirmTotp`. Needs a sign-in of the last 10 minutes.",
  })
  startTotp(@Ctx() { actor }: Context) {
    return this.secondFactors.start(actor);
  }

  @Authorized("account:manage")
  @OncePerDocument()
  @Mutation(() => NewRecoveryCodes, {
    description: "Turns the second factor on: from now on signing in needs a code of the app, or a recovery code.",
  })
  confirmTotp(
    @Arg("input", () => ConfirmTotpInput, { description: "The first code." }) { code }: ConfirmTotpInput,
    @Ctx() { actor }: Context,
  ) {
    return this.secondFactors.confirm(actor, code);
  }

  @Authorized("account:manage")
  @Mutation(() => SecondFactor, {
    description: "Turns the second factor off, recovery codes included. Needs a sign-in of the last 10 minutes.",
  })
  disableTotp(@Ctx() { actor }: Context) {
    return this.secondFactors.disable(actor);
  }

  @Authorized("account:manage")
  @Mutation(() => NewRecoveryCodes, {
    description: "Gives new recovery codes in place of all earlier ones. Needs a sign-in of the last 10 minutes.",
  })
  regenerateRecoveryCodes(@Ctx() { actor }: Context) {
    return this.secondFactors.regenerate(actor);
  }
}
