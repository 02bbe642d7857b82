import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, PrivateColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";

/** Names differ by more than the case of their letters. */
export const usernameIndex = "user_username";

/** A person. Users stand above workspaces: one login, any number of memberships. */
@Stored({
  table: "user",
  description: "A person who can sign in.",
  // Seen by themselves and by those with whom they share the workspace of the request.
  visible: (row, { workspace }) => `${workspace} = any(${row}.workspace_ids)`,
  changeable: (row, { user }) => `${row}.id = ${user}`,
})
@Index({
  name: usernameIndex,
  expression: `create unique index ${usernameIndex} on "user" (lower(username))`,
})
export class User extends Node {
  @Column(() => String, {
    sql: "varchar(255)",
    unique: true,
    personal: true,
    description: "Unique, in lower case, at most 255 characters.",
  })
  email!: string;

  @Column(() => String, {
    sql: "varchar(100)",
    personal: true,
    description: "Unique name, whatever its case; at most 100 characters.",
    filter: true,
  })
  username!: string;

  @Column(() => String, {
    sql: "varchar(100)",
    nullable: true,
    personal: true,
    description: "How they are called, at most 100 characters; null when the username is meant.",
  })
  displayName!: string | null;

  @Column(() => String, {
    sql: "text",
    nullable: true,
    personal: true,
    description: "What they say of themselves, at most 1,000 characters.",
  })
  bio!: string | null;

  @Column(() => String, {
    sql: "text",
    defaultRaw: "'en'",
    personal: true,
    description: "Language and region by BCP 47, such as `de-AT`.",
  })
  locale!: string;

  @Column(() => String, {
    sql: "text",
    defaultRaw: "'UTC'",
    personal: true,
    description: "Time zone by its IANA name, such as `Europe/Vienna`.",
  })
  timeZone!: string;

  @PrivateColumn({ sql: "jsonb", defaultRaw: "'{}'" })
  preferences!: Record<string, unknown>;

  /** Null for somebody who has always come by an issuer. */
  @PrivateColumn({ sql: "text", nullable: true })
  passwordHash!: string | null;

  /** Of the user's memberships, kept by a trigger of theirs: who may see a user is asked for every row that names one. */
  @PrivateColumn({ sql: "text[]", nullable: true })
  workspaceIds!: string[] | null;

  @Column(() => Boolean, { sql: "boolean", defaultRaw: "true", description: "False once the account was deactivated." })
  isActive!: boolean;

  @Column(() => Boolean, {
    sql: "boolean",
    defaultRaw: "false",
    description: "True once the e-mail address was confirmed.",
  })
  isVerified!: boolean;

  /** Runs the installation. Nobody becomes one through the API: the first account is one, and the one of the settings. */
  @PrivateColumn({ sql: "boolean", defaultRaw: "false" })
  isOperator!: boolean;

  /** When the person was taken out of this row, which stays because what they made in shared workspaces names it. */
  @PrivateColumn({ sql: "timestamptz", nullable: true })
  erasedAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When the account was made." })
  createdAt!: Date;
}
