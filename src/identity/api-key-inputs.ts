import { ArrayMaxSize, ArrayMinSize, Length } from "class-validator";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, InputType } from "type-graphql";

@InputType({ description: "A new API key." })
export class CreateApiKeyInput {
  @Field(() => String, { description: "What it is for, 1 to 100 characters." })
  @Length(1, 100, { message: "must have 1 to 100 characters" })
  name!: string;

  @Field(() => [String], {
    description: "Permissions, 1 to 50, such as `quote:read`: of your own, and of those that are not kept to people.",
  })
  @ArrayMinSize(1, { message: "must have at least 1 item" })
  @ArrayMaxSize(50, { message: "has more than 50 items" })
  scopes!: string[];

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: "When it ends by itself; never when left out." })
  expiresAt?: Date | null;
}
