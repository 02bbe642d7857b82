import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";

@Stored({
  table: "workspace",
  description: "A tenant: every quote, job and event belongs to exactly one.",
  visible: (row, { workspace }) => `${row}.id = ${workspace}`,
})
export class Workspace extends Node {
  @Column(() => String, { sql: "text", description: "Name for people, at most 100 characters." })
  name!: string;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was made." })
  createdAt!: Date;
}
