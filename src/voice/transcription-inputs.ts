import { Length, Matches, MaxLength } from "class-validator";
import { Field, ID, InputType } from "type-graphql";
import { languageTag, noLanguage } from "./recording-inputs.js";

/** Who is to listen, and to what language. */
@InputType()
export abstract class ListeningInput {
  @Field(() => String, {
    nullable: true,
    description: "Name of a configured transcriber; the default one when left out.",
  })
  @MaxLength(50, { message: "has more than 50 characters" })
  transcriber?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What is spoken, as a BCP 47 tag such as `en`; what the recording says when left out.",
  })
  @MaxLength(35, { message: "has more than 35 characters" })
  @Matches(languageTag, noLanguage)
  language?: string | null;
}

@InputType({ description: "What to write down, and who does it." })
export class TranscribeRecordingInput extends ListeningInput {
  @Field(() => ID, { description: "The recording." })
  recordingId!: string;

  @Field(() => String, { nullable: true, description: "One of the transcriber's models; its default when left out." })
  @MaxLength(100, { message: "has more than 100 characters" })
  model?: string | null;
}

@InputType({ description: "What was said, and what the quote that is made of it shall be like." })
export class VoiceToQuoteInput extends ListeningInput {
  @Field(() => ID, {
    nullable: true,
    description: "An upload of yours for the purpose RECORDING, all bytes of which are there. Or `recordingId`.",
  })
  uploadId?: string | null;

  @Field(() => ID, { nullable: true, description: "A recording that is there already. Or `uploadId`." })
  recordingId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What a new recording is called, 1 to 200 characters; the file's name when left out.",
  })
  @Length(1, 200, { message: "must have 1 to 200 characters" })
  title?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "One of the transcriber's models; its default when left out.",
  })
  @MaxLength(100, { message: "has more than 100 characters" })
  transcriptionModel?: string | null;

  @Field(() => String, { nullable: true, description: "How the quote sounds, such as `hopeful`: 1 to 50 characters." })
  @Length(1, 50, { message: "must have 1 to 50 characters" })
  tone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "For whom the quote is, such as `young engineers`: 1 to 200 characters.",
  })
  @Length(1, 200, { message: "must have 1 to 200 characters" })
  audience?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Name of a configured provider: only that one writes the quote.",
  })
  @MaxLength(50, { message: "has more than 50 characters" })
  provider?: string | null;

  @Field(() => String, { nullable: true, description: "One of the provider's models; its default when left out." })
  @MaxLength(100, { message: "has more than 100 characters" })
  model?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "A class of models, such as `fast`. Not together with a provider or a model.",
  })
  @MaxLength(40, { message: "has more than 40 characters" })
  modelClass?: string | null;
}
