import { IsEmail, Length, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

const passwordLength = { message: "must have 8 to 256 characters" };
const tooLong = { message: "has more than 256 characters" };

@InputType({ description: "A new account." })
export class SignUpInput {
  @Field(() => String, { description: "E-mail address, at most 255 characters; the case does not matter." })
  @MaxLength(255, { message: "has more than 255 characters" })
  @IsEmail({}, { message: "is not an e-mail address" })
  email!: string;

  @Field(() => String, {
    description: "8 to 256 characters; not one that everybody guesses first, nor one made of your name or address.",
  })
  @Length(8, 256, passwordLength)
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: "Unique, 1 to 100 characters; follows from the part of the address before @ when left out.",
  })
  @Length(1, 100, { message: "must have 1 to 100 characters" })
  username?: string | null;
}

@InputType({ description: "Who signs in." })
export class SignInInput {
  @Field(() => String, { description: "E-mail address of the account." })
  @MaxLength(255, { message: "has more than 255 characters" })
  email!: string;

  @Field(() => String, { description: "Its password." })
  @MaxLength(256, tooLong)
  password!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Code of the second factor, where the account has one: 6 digits of the app, or a recovery code. Once the password is right, an error with `secondFactor` asks for it.",
  })
  @MaxLength(40, { message: "has more than 40 characters" })
  code?: string | null;
}

@InputType({ description: "A new password, by a mailed link." })
export class ResetPasswordInput {
  @Field(() => String, { description: "What stands behind `#reset=` in the link. Good once, for an hour." })
  @MaxLength(256, tooLong)
  token!: string;

  @Field(() => String, { description: "As in `signUp`." })
  @Length(8, 256, passwordLength)
  newPassword!: string;
}

@InputType({ description: "A new password, by the old one or a recent sign-in." })
export class ChangePasswordInput {
  @Field(() => String, {
    nullable: true,
    description: "The password as it is. Without it, the session must be one whose owner signed in within 10 minutes.",
  })
  @MaxLength(256, tooLong)
  currentPassword?: string | null;

  @Field(() => String, { description: "As in `signUp`." })
  @Length(8, 256, passwordLength)
  newPassword!: string;
}

@InputType({ description: "A new e-mail address." })
export class ChangeEmailInput {
  @Field(() => String, { description: "The address that the account shall have, at most 255 characters." })
  @MaxLength(255, { message: "has more than 255 characters" })
  @IsEmail({}, { message: "is not an e-mail address" })
  email!: string;

  @Field(() => String, { description: "Your password: who only finds a screen unlocked takes no account over." })
  @MaxLength(256, tooLong)
  password!: string;
}
