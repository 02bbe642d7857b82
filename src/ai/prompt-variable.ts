import { Field, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "What a prompt leaves open, to be said by who uses it." })
export class PromptVariable {
  @Field(() => String, { description: "Its name between `{{` and `}}`." })
  name!: string;

  @Field(() => String, { nullable: true, description: "What to give for it." })
  description!: string | null;

  @Field(() => Boolean, { description: "True when it has to be given." })
  required!: boolean;

  @Field(() => String, { nullable: true, description: "Its value when none is given." })
  default!: string | null;

  @Field(() => Int, { description: "The longest value, in characters." })
  maxLength!: number;
}
