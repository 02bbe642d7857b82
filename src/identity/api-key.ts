import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, ObjectType } from "type-graphql";
import { Column, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Row } from "#src/platform/row.js";
import { User } from "./user.js";

@Stored({
  table: "api_key",
  description:
    "A credential of a program: acts for who made it, in one workspace, within its scopes and what that person may do there.",
})
@Index({ name: "api_key_workspace", properties: ["workspaceId", "id"] })
@Index({ name: "api_key_creator", properties: ["createdById"] })
export class ApiKey extends Row {
  @Column(() => String, {
    sql: "varchar(100)",
    description: "What it is for, 1 to 100 characters.",
    filter: true,
    sort: true,
  })
  name!: string;

  @Column(() => String, {
    sql: "text",
    unique: true,
    description: "The part between the underscores of the key: names it where it is met, and is no secret.",
    filter: true,
  })
  prefix!: string;

  @Column(() => [String], {
    sql: "text[]",
    description: "Permissions that it has at most. What its maker may not do now, it may not do either.",
    filter: true,
  })
  scopes!: string[];

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When it ends by itself; null for never.",
    filter: true,
  })
  expiresAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When it was last used, to the minute; null until then.",
    filter: true,
  })
  lastUsedAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When it was revoked; null while it is good.",
    filter: true,
  })
  revokedAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "Until when the secret before the last rotation is good as well; null before the first rotation.",
  })
  overlapEndsAt!: Date | null;

  @Reference(() => User, {
    field: "createdBy",
    description: "For whom it acts; null once that person has left, and with them the key has ended.",
    deleteRule: "cascade",
  })
  createdById!: string;

  /** SHA-256 in base64url: of 256 random bits, so that nothing slower is needed. */
  @PrivateColumn({ sql: "text" })
  secretHash!: string;

  /** Of the secret before the last rotation. */
  @PrivateColumn({ sql: "text", nullable: true })
  previousHash!: string | null;

  /** Counts the rotations: which secret a connection was opened with. */
  @PrivateColumn({ sql: "integer" })
  version!: number;
}

@ObjectType({ description: "An API key with its secret, which is shown this once." })
export class NewApiKey {
  @Field(() => ApiKey, { description: "The key." })
  apiKey!: ApiKey;

  @Field(() => String, {
    description:
      "Send it as `Authorization: Bearer atk_…`. Only a hash of it is stored: whoever loses it rotates the key.",
  })
  secret!: string;
}

/** Woken when a key may have ended. By its prefix, which is known of a request before anything is read. */
export const keyTopic = (prefix: string) => `api_key:${prefix}`;
