import { Length, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

const upTo = (length: number) => ({ message: `must have 1 to ${length} characters` });

@InputType({ description: "What to change of your profile; what is left out stays." })
export class UpdateProfileInput {
  @Field(() => String, { nullable: true, description: "Unique name, whatever its case: 1 to 100 characters." })
  @Length(1, 100, upTo(100))
  username?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "How you are called, at most 100 characters; null for your username.",
  })
  @MaxLength(100, { message: "has more than 100 characters" })
  displayName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "A few words about you, at most 1,000 characters; null for none.",
  })
  @MaxLength(1_000, { message: "has more than 1,000 characters" })
  bio?: string | null;

  @Field(() => String, { nullable: true, description: "Language and region as BCP 47 writes them, such as `de-AT`." })
  @MaxLength(35, { message: "has more than 35 characters" })
  locale?: string | null;

  @Field(() => String, { nullable: true, description: "A name of the IANA time zones, such as `Europe/Vienna`." })
  @MaxLength(64, { message: "has more than 64 characters" })
  timeZone?: string | null;
}
