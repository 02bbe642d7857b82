import { Length } from "class-validator";
import { Field, InputType } from "type-graphql";

const nameLength = { message: "must have 1 to 100 characters" };

@InputType({ description: "A new workspace." })
export class CreateWorkspaceInput {
  @Field(() => String, { description: "Name for people, 1 to 100 characters on one line." })
  @Length(1, 100, nameLength)
  name!: string;
}

@InputType({ description: "What to change of a workspace; what is left out stays." })
export class UpdateWorkspaceInput {
  @Field(() => String, { nullable: true, description: "Name for people, 1 to 100 characters on one line." })
  @Length(1, 100, nameLength)
  name?: string | null;
}
