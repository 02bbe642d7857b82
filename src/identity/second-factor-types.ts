import { MaxLength } from "class-validator";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, InputType, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "An authenticator app that is being set up. This is shown once." })
export class TotpSetup {
  @Field(() => String, { description: "The secret in base 32, for typing." })
  secret!: string;

  @Field(() => String, { description: "The same as an `otpauth:` address, for a QR code." })
  otpauthUrl!: string;

  @Field(() => GraphQLDateTimeISO, { description: "Until when `confirmTotp` accepts a code for it: 10 minutes." })
  expiresAt!: Date;
}

@ObjectType({ description: "What you are asked for beside your password." })
export class SecondFactor {
  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: "Since when an authenticator app is asked for; null when none is.",
  })
  totpSince!: Date | null;

  @Field(() => Int, { description: "Recovery codes that are still good, 0 to 10." })
  recoveryCodesLeft!: number;
}

@ObjectType({ description: "New recovery codes. Earlier ones are not good any more. They are shown once." })
export class NewRecoveryCodes {
  @Field(() => [String], { description: "Ten codes, each good once instead of a code of the app." })
  codes!: string[];
}

@InputType({ description: "Shows that the app has the secret." })
export class ConfirmTotpInput {
  @Field(() => String, { description: "The 6 digits that it shows now." })
  @MaxLength(40, { message: "has more than 40 characters" })
  code!: string;
}

@InputType({ description: "Proves once more who you are." })
export class ReauthenticateInput {
  @Field(() => String, { description: "Your password." })
  @MaxLength(256, { message: "has more than 256 characters" })
  password!: string;

  @Field(() => String, { nullable: true, description: "Code of the second factor, where there is one." })
  @MaxLength(40, { message: "has more than 40 characters" })
  code?: string | null;
}
