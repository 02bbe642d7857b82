import { ArrayMaxSize, Length, Max, MaxLength, Min } from "class-validator";
import { Field, Float, InputType, Int } from "type-graphql";

const upTo = (length: number) => ({ message: `must have 1 to ${length.toLocaleString("en")} characters` });
const atMost = (length: number) => ({ message: `has more than ${length.toLocaleString("en")} characters` });

/** Longest answer that can be asked for, in tokens. */
export const maxAnswerTokens = 8_192;
const tokens = { message: `must be 1 to ${maxAnswerTokens.toLocaleString("en")}` };
const temperatures = { message: "must be 0 to 2" };

@InputType({ description: "What a prompt leaves open, to be said by who uses it." })
export class PromptVariableInput {
  @Field(() => String, {
    description: "Its name between `{{` and `}}`: letters, digits and `_`, not beginning with a digit, at most 50.",
  })
  name!: string;

  @Field(() => String, { nullable: true, description: "What to give for it, at most 500 characters." })
  description?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether it has to be given; when left out, true without a default.",
  })
  required?: boolean | null;

  @Field(() => String, { nullable: true, description: "Its value when none is given." })
  default?: string | null;

  @Field(() => Int, { nullable: true, description: "The longest value in characters, 1 to 20,000; 2,000 if left out." })
  maxLength?: number | null;
}

@InputType({ description: "What a version of a prompt says." })
export class PromptVersionInput {
  @Field(() => String, {
    nullable: true,
    description: "The instructions, 1 to 20,000 characters. Variables are not for here, but for the template.",
  })
  @Length(1, 20_000, upTo(20_000))
  system?: string | null;

  @Field(() => String, {
    description:
      "The user message, 1 to 20,000 characters, with `{{name}}` in the place of each variable. A line whose variable has no value is left out; `\\{{` is `{{` itself.",
  })
  @Length(1, 20_000, upTo(20_000))
  template!: string;

  @Field(() => [PromptVariableInput], { nullable: true, description: "The variables of the template, at most 50." })
  @ArrayMaxSize(50, { message: "has more than 50 items" })
  variables?: PromptVariableInput[] | null;

  @Field(() => String, { nullable: true, description: "The class of models that it is made for, such as `default`." })
  @MaxLength(100, atMost(100))
  modelClass?: string | null;

  @Field(() => Float, { nullable: true, description: "The sampling temperature that it is made for, 0 to 2." })
  @Min(0, temperatures)
  @Max(2, temperatures)
  temperature?: number | null;

  @Field(() => Int, { nullable: true, description: "The longest answer that it is made for, 1 to 8,192 tokens." })
  @Min(1, tokens)
  @Max(maxAnswerTokens, tokens)
  maxTokens?: number | null;

  @Field(() => String, { nullable: true, description: "What is different in it, at most 500 characters." })
  @MaxLength(500, atMost(500))
  note?: string | null;
}

@InputType({ description: "A new prompt with its first version." })
export class CreatePromptInput extends PromptVersionInput {
  @Field(() => String, {
    description: "Its name, 1 to 100 characters: words of small letters and digits, apart by `.`, `-` or `_`.",
  })
  @Length(1, 100, upTo(100))
  name!: string;

  @Field(() => String, { nullable: true, description: "What it is for, at most 500 characters." })
  @MaxLength(500, atMost(500))
  description?: string | null;
}

@InputType({ description: "What to change; what is left out stays." })
export class UpdatePromptInput {
  @Field(() => String, {
    nullable: true,
    description: "Its name, 1 to 100 characters: words of small letters and digits, apart by `.`, `-` or `_`.",
  })
  @Length(1, 100, upTo(100))
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What it is for, at most 500 characters; null takes it away.",
  })
  @MaxLength(500, atMost(500))
  description?: string | null;
}
