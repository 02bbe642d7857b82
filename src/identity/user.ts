import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, PrivateColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";

/** A person. Users stand above workspaces: one login, any number of memberships. */
@Stored({
  table: "user",
  description: "A person who can sign in.",
  // Seen by themselves and by those with whom they share the workspace of the request.
  visible: (row, { workspace }) =>
    `exists (select 1 from membership m where m.user_id = ${row}.id and m.workspace_id = ${workspace})`,
  changeable: (row, { user }) => `${row}.id = ${user}`,
})
export class User extends Node {
  @Column(() => String, { sql: "text", unique: true, description: "Unique, in lower case, at most 255 characters." })
  email!: string;

  @Column(() => String, { sql: "text", description: "Name that others see, at most 100 characters.", filter: true })
  username!: string;

  @PrivateColumn({ sql: "text" })
  passwordHash!: string;

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
