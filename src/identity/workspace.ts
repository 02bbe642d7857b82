import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";

@Stored({
  table: "workspace",
  description: "A tenant: every quote, job and event belongs to exactly one.",
  visible: (row, { user }) =>
    `exists (select 1 from membership m where m.workspace_id = ${row}.id and m.user_id = ${user})`,
})
export class Workspace extends Node {
  @Column(() => String, {
    sql: "text",
    description: "Name for people, 1 to 100 characters.",
    filter: true,
    sort: true,
    personal: true,
  })
  name!: string;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was made.", filter: true, sort: true })
  createdAt!: Date;
}
