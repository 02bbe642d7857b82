import { ArrayMaxSize, Length, MaxLength } from "class-validator";
import { Field, ID, InputType } from "type-graphql";
import { CacheMode } from "#src/ai/cache-mode.js";
import { Visibility } from "#src/platform/owned-row.js";

const upTo = (length: number) => ({ message: `must have 1 to ${length} characters` });

@InputType({ description: "What a new quote shall be like." })
export class GenerateQuoteInput {
  @Field(() => String, { description: "What it is about: a word or a phrase of 1 to 200 characters." })
  @Length(1, 200, upTo(200))
  topic!: string;

  @Field(() => String, {
    nullable: true,
    description: "How it sounds, such as `hopeful` or `humorous`: 1 to 50 characters.",
  })
  @Length(1, 50, upTo(50))
  tone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "For whom it is, such as `young engineers`: 1 to 200 characters.",
  })
  @Length(1, 200, upTo(200))
  audience?: string | null;

  @Field(() => String, { nullable: true, description: "Name of a configured provider: then only that one is asked." })
  @MaxLength(50, { message: "has more than 50 characters" })
  provider?: string | null;

  @Field(() => String, { nullable: true, description: "One of the provider's models; its default when left out." })
  @MaxLength(100, { message: "has more than 100 characters" })
  model?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "A class of models, such as `fast`: one of them is chosen by how they do. Not together with a provider or a model; `default` when all are left out.",
  })
  @MaxLength(40, { message: "has more than 40 characters" })
  modelClass?: string | null;
  @Field(() => CacheMode, {
    nullable: true,
    description: "Whether a quote that was written before will do; BYPASS when left out: a new one each time.",
  })
  cache?: CacheMode | null;

  @Field(() => Visibility, {
    nullable: true,
    description: "Who sees the job, the generation and the quote; WORKSPACE when left out.",
  })
  visibility?: Visibility | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "True to have a model judge the text as well, which costs a second request; false when left out.",
  })
  judge?: boolean | null;
}

@InputType({ description: "A quote that a person enters." })
export class CreateQuoteInput {
  @Field(() => String, { description: "The quote itself, 1 to 2,000 characters." })
  @Length(1, 2_000, upTo(2_000))
  text!: string;

  @Field(() => String, { description: "Who said or wrote it, 1 to 255 characters." })
  @Length(1, 255, upTo(255))
  author!: string;

  @Field(() => String, { nullable: true, description: "What it is about, 1 to 200 characters." })
  @Length(1, 200, upTo(200))
  topic?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: "Words under which it is filed: at most 20 of 1 to 50 characters each; stored in lower case.",
  })
  @ArrayMaxSize(20, { message: "has more than 20 items" })
  @Length(1, 50, { ...upTo(50), each: true })
  tags?: string[] | null;

  @Field(() => Visibility, { nullable: true, description: "Who sees it; WORKSPACE when left out." })
  visibility?: Visibility | null;
}

@InputType({ description: "What to change; what is left out stays." })
export class UpdateQuoteInput {
  @Field(() => String, { nullable: true, description: "The quote itself, 1 to 2,000 characters." })
  @Length(1, 2_000, upTo(2_000))
  text?: string | null;

  @Field(() => String, { nullable: true, description: "Who said or wrote it, 1 to 255 characters." })
  @Length(1, 255, upTo(255))
  author?: string | null;

  @Field(() => String, { nullable: true, description: "What it is about, 1 to 200 characters; null takes it away." })
  @Length(1, 200, upTo(200))
  topic?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: "Words under which it is filed: at most 20 of 1 to 50 characters each; stored in lower case.",
  })
  @ArrayMaxSize(20, { message: "has more than 20 items" })
  @Length(1, 50, { ...upTo(50), each: true })
  tags?: string[] | null;

  @Field(() => Visibility, {
    nullable: true,
    description:
      "Who sees it from now on, with its generation, its job and what was told of them: for who made it, and for those who manage it.",
  })
  visibility?: Visibility | null;
}

@InputType({ description: "Which quote is to be analysed, and by whom." })
export class AnalyzeQuoteInput {
  @Field(() => ID, { description: "The quote." })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: "Name of a configured provider: then only that one is asked. With `offline` the lexicon analyses it.",
  })
  @MaxLength(50, { message: "has more than 50 characters" })
  provider?: string | null;

  @Field(() => String, { nullable: true, description: "One of the provider's models; its default when left out." })
  @MaxLength(100, { message: "has more than 100 characters" })
  model?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "A class of models, such as `fast`. Not together with a provider or a model; `default` when all are left out, and the lexicon where that has no model.",
  })
  @MaxLength(40, { message: "has more than 40 characters" })
  modelClass?: string | null;

  @Field(() => CacheMode, {
    nullable: true,
    description: "Whether what a model said of the same text before will do; BYPASS when left out.",
  })
  cache?: CacheMode | null;
}
