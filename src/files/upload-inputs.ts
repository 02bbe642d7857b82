import { MaxLength } from "class-validator";
import { GraphQLSafeInt } from "graphql-scalars";
import { Field, InputType } from "type-graphql";
import { Visibility } from "#src/platform/owned-row.js";
import { UploadPurpose } from "./upload.js";

@InputType({ description: "What is about to be uploaded." })
export class CreateUploadInput {
  @Field(() => String, {
    description:
      "What the file is called. It is a label, and nothing is stored under it: of a path the last part is taken, without what cannot be shown, at most 255 characters; `file` when nothing remains.",
  })
  @MaxLength(4_096, { message: "has more than 4,096 characters" })
  fileName!: string;

  @Field(() => UploadPurpose, { nullable: true, description: "What it is for; RECORDING when left out." })
  purpose?: UploadPurpose | null;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: "Bytes that it will have, at least 1; left out when that is not known yet.",
  })
  size?: number | null;

  @Field(() => Visibility, {
    nullable: true,
    description: "Who sees the upload and its file; WORKSPACE when left out.",
  })
  visibility?: Visibility | null;
}
