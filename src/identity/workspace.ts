import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";

@Stored({
  table: "workspace",
  description: "A tenant: every quote, job and event belongs to exactly one.",
  // Those of the user, and not that of the request alone: who belongs to several lists all of them.
  visible: (row, { user }) => `${row}.id in (select unnest(u.workspace_ids) from "user" u where u.id = ${user})`,
  changeable: (row, { workspace }) => `${row}.id = ${workspace}`,
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
