import { MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

@InputType({ description: "Who erases their account: nothing brings it back." })
export class EraseAccountInput {
  @Field(() => String, { description: "Your password." })
  @MaxLength(256, { message: "has more than 256 characters" })
  password!: string;

  @Field(() => String, { description: "Your e-mail address once more, so that nobody does this by mistake." })
  @MaxLength(255, { message: "has more than 255 characters" })
  confirmEmail!: string;
}
