import { IsEmail, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";
import { Role } from "./membership.js";

@InputType({ description: "Whom to invite." })
export class InviteMemberInput {
  @Field(() => String, { description: "E-mail address, at most 255 characters; the case does not matter." })
  @MaxLength(255, { message: "has more than 255 characters" })
  @IsEmail({}, { message: "is not an e-mail address" })
  email!: string;

  @Field(() => Role, { description: "What the person may do here; at most what you may." })
  role!: Role;
}
