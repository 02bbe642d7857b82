import { IsInt, Length, MaxLength, Min } from "class-validator";
import { GraphQLJSONObject } from "graphql-scalars";
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { Twin, TwinStatus } from "./twin.js";
import { TwinRelation } from "./twin-relation.js";

const upTo = (length: number) => ({ message: `must have 1 to ${length} characters` });
const atMost = (length: number) => ({ message: `has more than ${length} characters` });

@InputType({ description: "A thing to be registered." })
export class CreateTwinInput {
  @Field(() => String, { description: "What it is called, 1 to 200 characters." })
  @Length(1, 200, upTo(200))
  name!: string;

  @Field(() => String, { description: "What kind of thing it is, such as `pump`: 1 to 100 characters." })
  @Length(1, 100, upTo(100))
  type!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "What other systems call it, 1 to 200 characters that no other twin of the workspace has; left out when they do not know it.",
  })
  @Length(1, 200, upTo(200))
  externalId?: string | null;

  @Field(() => String, { nullable: true, description: "Where it is, at most 500 characters." })
  @MaxLength(500, atMost(500))
  location?: string | null;

  @Field(() => TwinStatus, { defaultValue: TwinStatus.ACTIVE, description: "Where it is in its life." })
  status!: TwinStatus;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description:
      "Whatever else is known of it: at most 64 KiB as JSON and 16 levels. A field that is null is left out.",
  })
  metadata?: Record<string, unknown> | null;
}

@InputType({ description: "What to change; what is left out stays." })
export class UpdateTwinInput {
  @Field(() => Int, {
    description:
      "The `revision` of the twin that the change is about. CONFLICT when it has another one by now, whose number the error says.",
  })
  @IsInt({ message: "must be a whole number" })
  @Min(1, { message: "must be at least 1" })
  revision!: number;

  @Field(() => String, { nullable: true, description: "1 to 200 characters." })
  @Length(1, 200, upTo(200))
  name?: string | null;

  @Field(() => String, { nullable: true, description: "1 to 100 characters." })
  @Length(1, 100, upTo(100))
  type?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "1 to 200 characters that no other twin of the workspace has; null for none.",
  })
  @Length(1, 200, upTo(200))
  externalId?: string | null;

  @Field(() => String, { nullable: true, description: "At most 500 characters; null when it is not known." })
  @MaxLength(500, atMost(500))
  location?: string | null;

  @Field(() => TwinStatus, { nullable: true, description: "Where it is in its life." })
  status?: TwinStatus | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description:
      "A JSON Merge Patch (RFC 7396): what it does not name stays, null takes a field away, objects are merged, all else replaces. The result has at most 64 KiB and 16 levels.",
  })
  metadata?: Record<string, unknown> | null;
}

@InputType({ description: "Two twins and how they relate." })
export class TwinLinkInput {
  @Field(() => ID, { description: "The one that contains, needs or feeds." })
  parentId!: string;

  @Field(() => ID, { description: "The other one." })
  childId!: string;

  @Field(() => TwinRelation, { description: "How they relate." })
  relation!: TwinRelation;
}

@ObjectType({
  description:
    "A twin after something of it has changed: what is said of it, its links, or its telemetry. Changes that follow each other closely come as one.",
})
export class TwinChange {
  @Field(() => String, { description: "Give it as `after` to go on behind this change." })
  cursor!: string;

  @Field(() => ID, { description: "The twin." })
  twinId!: string;

  @Field(() => Twin, { nullable: true, description: "The twin as it is now; null when it is deleted." })
  twin!: Twin | null;

  @Field(() => Boolean, { description: "True when it is gone: nothing more comes of it." })
  deleted!: boolean;
}
