import { Length, Matches, MaxLength } from "class-validator";
import { Field, ID, InputType } from "type-graphql";
import { Visibility } from "#src/platform/owned-row.js";

/** The form of BCP 47 tags; which of them a transcriber knows is its own business. */
export const languageTag = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;
export const noLanguage = { message: "must be a BCP 47 tag, such as en or pt-BR" };

@InputType({ description: "A recording to be made of an upload." })
export class CreateVoiceRecordingInput {
  @Field(() => ID, { description: "An upload of yours for the purpose RECORDING that is READY." })
  uploadId!: string;

  @Field(() => String, { nullable: true, description: "1 to 200 characters; the file's name when left out." })
  @Length(1, 200, { message: "must have 1 to 200 characters" })
  title?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What is spoken, as a BCP 47 tag such as `en`; left out when it is to be found out.",
  })
  @MaxLength(35, { message: "has more than 35 characters" })
  @Matches(languageTag, noLanguage)
  language?: string | null;
}

@InputType({ description: "What to change; what is left out stays." })
export class UpdateVoiceRecordingInput {
  @Field(() => String, { nullable: true, description: "1 to 200 characters." })
  @Length(1, 200, { message: "must have 1 to 200 characters" })
  title?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What is spoken, as a BCP 47 tag such as `en`; null when it is not known.",
  })
  @MaxLength(35, { message: "has more than 35 characters" })
  @Matches(languageTag, noLanguage)
  language?: string | null;

  @Field(() => Visibility, {
    nullable: true,
    description:
      "Who sees it from now on, with its file, its transcripts, their jobs and what was told of them: for who made it, and for those who manage it.",
  })
  visibility?: Visibility | null;
}
