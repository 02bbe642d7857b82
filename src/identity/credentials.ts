import { IsEmail, Length, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

@InputType({ description: "A new account." })
export class SignUpInput {
  @Field(() => String, { description: "E-mail address, at most 255 characters; the case does not matter." })
  @MaxLength(255, { message: "has more than 255 characters" })
  @IsEmail({}, { message: "is not an e-mail address" })
  email!: string;

  @Field(() => String, { description: "8 to 256 characters." })
  @Length(8, 256, { message: "must have 8 to 256 characters" })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: "1 to 100 characters; the part of the address before @ when left out.",
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
  @MaxLength(256, { message: "has more than 256 characters" })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Code of the second factor, where the account has one: 6 digits of the app, or a recovery code. Once the password is right, an error with `secondFactor` asks for it.",
  })
  @MaxLength(40, { message: "has more than 40 characters" })
  code?: string | null;
}
