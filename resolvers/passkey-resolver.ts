import { Arg, Authorized, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { Passkey } from "#src/identity/passkey.js";
import { mostPasskeys, type PasskeyService } from "#src/identity/passkey-service.js";
import {
  FinishPasskeyRegistrationInput,
  FinishPasskeySignInInput,
  PasskeyOptions,
  RenamePasskeyInput,
} from "#src/identity/passkey-types.js";
import { TokenPair } from "#src/identity/token-pair.js";
import { AtMost, LimitedBy, OncePerDocument } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver()
export class PasskeyResolver {
  constructor(private readonly passkeys: PasskeyService) {}

  @OncePerDocument()
  @LimitedBy("sign-in-start")
  @Mutation(() => PasskeyOptions, { description: "Begins a sign-in by a passkey, whoever it will be." })
  startPasskeySignIn(@Ctx() { origin }: Context) {
    return this.passkeys.startSignIn(origin);
  }

  @OncePerDocument()
  @Mutation(() => TokenPair, {
    description: "Opens a session for the owner of the passkey. It is both factors: no code is asked for.",
  })
  finishPasskeySignIn(
    @Arg("input", () => FinishPasskeySignInInput, { description: "What it signed." }) input: FinishPasskeySignInInput,
    @Ctx() { origin }: Context,
  ) {
    return this.passkeys.finishSignIn(input, origin);
  }

  @Authorized("account:manage")
  @AtMost(mostPasskeys)
  @Query(() => [Passkey], { name: "passkeys", description: "Your passkeys, the oldest first, at most 50." })
  list(@Ctx() { actor }: Context) {
    return this.passkeys.list(actor);
  }

  @Authorized("account:manage")
  @OncePerDocument()
  @Mutation(() => PasskeyOptions, {
    description: "Begins to add a passkey. Needs a sign-in of the last 10 minutes.",
  })
  startPasskeyRegistration(@Ctx() { actor }: Context) {
    return this.passkeys.startRegistration(actor);
  }

  @Authorized("account:manage")
  @OncePerDocument()
  @Mutation(() => Passkey, { description: "Adds the passkey that the browser has made." })
  finishPasskeyRegistration(
    @Arg("input", () => FinishPasskeyRegistrationInput, { description: "The passkey." })
    input: FinishPasskeyRegistrationInput,
    @Ctx() { actor }: Context,
  ) {
    return this.passkeys.finishRegistration(actor, input);
  }

  @Authorized("account:manage")
  @Mutation(() => Passkey, { description: "Gives a passkey of yours another name." })
  renamePasskey(
    @Arg("id", () => ID, { description: "The passkey." }) id: string,
    @Arg("input", () => RenamePasskeyInput, { description: "The name." }) { name }: RenamePasskeyInput,
    @Ctx() { actor }: Context,
  ) {
    return this.passkeys.rename(actor, id, name);
  }

  @Authorized("account:manage")
  @Mutation(() => Passkey, {
    description: "Takes a passkey away, unless it is your last way to sign in. Needs a sign-in of the last 10 minutes.",
  })
  removePasskey(@Arg("id", () => ID, { description: "The passkey." }) id: string, @Ctx() { actor }: Context) {
    return this.passkeys.remove(actor, id);
  }
}
