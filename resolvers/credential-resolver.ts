import { Arg, Authorized, Ctx, Mutation, Resolver } from "type-graphql";
import type { AddressService } from "#src/identity/address-service.js";
import { ChangeEmailInput, ChangePasswordInput, ResetPasswordInput } from "#src/identity/credentials.js";
import { MailNotice } from "#src/identity/mail-notice.js";
import type { PasswordService } from "#src/identity/password-service.js";
import { User } from "#src/identity/user.js";
import { LimitedBy, OncePerDocument } from "#src/platform/field-bounds.js";
import type { Context } from "./context.js";

@Resolver()
export class CredentialResolver {
  constructor(
    private readonly addresses: AddressService,
    private readonly passwords: PasswordService,
  ) {}

  @OncePerDocument()
  @Mutation(() => User, {
    description: "Confirms an e-mail address by the link that was mailed to it: of a new account, or a changed one.",
  })
  verifyEmail(
    @Arg("token", () => String, { description: "What stands behind `#verify=` in the link. Good once." }) token: string,
    @Ctx() { origin }: Context,
  ) {
    return this.addresses.verify(token, origin);
  }

  @OncePerDocument()
  @Authorized("account:manage")
  @Mutation(() => MailNotice, {
    description: "Mails the link that confirms your address once more, at most once a minute; older links end.",
  })
  requestEmailVerification(@Ctx() { actor }: Context) {
    return this.addresses.requestVerification(actor);
  }

  @OncePerDocument()
  @LimitedBy("mail")
  @Mutation(() => MailNotice, {
    description:
      "Mails a link to reset the password, if there is such an account: the answer and its time are the same when there is none.",
  })
  requestPasswordReset(
    @Arg("email", () => String, { description: "Address of the account." }) email: string,
    @Ctx() { origin }: Context,
  ) {
    return this.passwords.requestReset(email, origin);
  }

  @OncePerDocument()
  @Mutation(() => User, {
    description: "Sets a new password by a mailed link and ends all sessions: sign in with it then.",
  })
  resetPassword(
    @Arg("input", () => ResetPasswordInput, { description: "The link and the password." }) input: ResetPasswordInput,
    @Ctx() { origin }: Context,
  ) {
    return this.passwords.reset(input, origin);
  }

  @OncePerDocument()
  @Authorized("account:manage")
  @Mutation(() => User, { description: "Sets a new password and ends all of your sessions but this one." })
  changePassword(
    @Arg("input", () => ChangePasswordInput, { description: "The passwords." }) input: ChangePasswordInput,
    @Ctx() { actor }: Context,
  ) {
    return this.passwords.change(actor, input);
  }

  @OncePerDocument()
  @Authorized("account:manage")
  @Mutation(() => MailNotice, {
    description:
      "Mails a link to a new address; the account has it once the link is used. The old address gets a notice.",
  })
  changeEmail(
    @Arg("input", () => ChangeEmailInput, { description: "The address." }) input: ChangeEmailInput,
    @Ctx() { actor }: Context,
  ) {
    return this.addresses.requestChange(actor, input);
  }
}
