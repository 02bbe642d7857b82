import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, PrivateColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";

/** A person. Users stand above workspaces: one login, any number of memberships. */
@Stored({
  table: "user",
  description: "A person who can sign in.",
  // Seen by themselves and by those with whom they share the workspace of the request.
  visible: (row, { workspace }) => `${workspace} = any(${row}.workspace_ids)`,
  changeable: (row, { user }) => `${row}.id = ${user}`,
})
export class User extends Node {
  @Column(() => String, { sql: "text", unique: true, description: "Unique, in lower case, at most 255 characters." })
  email!: string;

  @Column(() => String, { sql: "text", description: "Name that others see, at most 100 characters.", filter: true })
  username!: string;

  @PrivateColumn({ sql: "text" })
  passwordHash!: string;

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

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When the account was made." })
  createdAt!: Date;
}
