import { ArrayMaxSize, ArrayMinSize, Length, Max, MaxLength, Min, ValidateNested } from "class-validator";
import { GraphQLJSONObject } from "graphql-scalars";
import { Field, Float, ID, InputType, Int } from "type-graphql";
import { Visibility } from "#src/platform/owned-row.js";
import { CacheMode } from "./cache-mode.js";
import { maxAnswerTokens } from "./prompt-inputs.js";

const upTo = (length: number) => ({ message: `must have 1 to ${length.toLocaleString("en")} characters` });
const atMost = (length: number) => ({ message: `has more than ${length.toLocaleString("en")} characters` });
const tokens = { message: `must be 1 to ${maxAnswerTokens.toLocaleString("en")}` };
const temperatures = { message: "must be 0 to 2" };
const items = { message: "must have 1 to 100 items" };

@InputType({ description: "JSON that an answer has to be." })
export class AnswerSchemaInput {
  @Field(() => String, { description: "What it is called: letters, digits, `_` and `-`, at most 64." })
  name!: string;

  @Field(() => GraphQLJSONObject, { description: "A JSON Schema of at most 20,000 characters." })
  schema!: Record<string, unknown>;
}

@InputType({ description: "What a provider is asked: by `promptVersionId`, by `prompt`, or by `text`." })
export class TextInput {
  @Field(() => ID, { nullable: true, description: "A version of a prompt." })
  promptVersionId?: string | null;

  @Field(() => String, { nullable: true, description: "Name of a prompt: the version that `label` points to." })
  @MaxLength(100, atMost(100))
  prompt?: string | null;

  @Field(() => String, { nullable: true, description: "With `prompt`; `production` when left out." })
  @MaxLength(50, atMost(50))
  label?: string | null;

  @Field(() => GraphQLJSONObject, { nullable: true, description: "Texts for the variables of the prompt, by name." })
  variables?: Record<string, unknown> | null;

  @Field(() => String, {
    nullable: true,
    description: "The user message itself, 1 to 50,000 characters, sent as it is.",
  })
  @Length(1, 50_000, upTo(50_000))
  text?: string | null;

  @Field(() => String, { nullable: true, description: "With `text`: the instructions, 1 to 20,000 characters." })
  @Length(1, 20_000, upTo(20_000))
  system?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The class of models to choose from; when left out, that of the prompt, else `default`.",
  })
  @MaxLength(100, atMost(100))
  modelClass?: string | null;

  @Field(() => String, { nullable: true, description: "Name of a configured provider, when it has to be that one." })
  @MaxLength(50, atMost(50))
  provider?: string | null;

  @Field(() => String, { nullable: true, description: "One of the provider's models; its default when left out." })
  @MaxLength(100, atMost(100))
  model?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: "Sampling temperature, 0 to 2; when left out, that of the prompt, else that of the provider.",
  })
  @Min(0, temperatures)
  @Max(2, temperatures)
  temperature?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Longest answer in tokens, 1 to 8,192; when left out, that of the prompt, else 1,024.",
  })
  @Min(1, tokens)
  @Max(maxAnswerTokens, tokens)
  maxTokens?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Same seed, same request, same answer, where the provider can; the offline one always does.",
  })
  seed?: number | null;

  @Field(() => AnswerSchemaInput, { nullable: true, description: "Makes the answer JSON that fits a schema." })
  schema?: AnswerSchemaInput | null;

  @Field(() => CacheMode, {
    nullable: true,
    description: "Whether an answer that was given before will do; BYPASS when left out: a new one each time.",
  })
  cache?: CacheMode | null;
}

@InputType({ description: "A text that a provider shall write." })
export class GenerateTextInput extends TextInput {
  @Field(() => Visibility, {
    nullable: true,
    description: "Who sees the job and the generation; WORKSPACE when left out.",
  })
  visibility?: Visibility | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "True to have a model judge the text as well, which costs a second request; false when left out.",
  })
  judge?: boolean | null;
}

@InputType({ description: "Texts that providers shall write, one by one." })
export class GenerateBatchInput {
  @Field(() => [TextInput], { description: "What is asked, 1 to 100 of them." })
  @ArrayMinSize(1, items)
  @ArrayMaxSize(100, items)
  @ValidateNested({ each: true })
  items!: TextInput[];

  @Field(() => Visibility, {
    nullable: true,
    description: "Who sees the batch, its job and its generations; WORKSPACE when left out.",
  })
  visibility?: Visibility | null;
}
