import { GraphQLDateTimeISO } from "graphql-scalars";
import { ObjectType } from "type-graphql";
import { Column, PrivateColumn } from "./column.js";
import { Node } from "./node.js";

/** What every stored row has: an id, a workspace that it belongs to, and the time it was made. */
@ObjectType()
export abstract class Row extends Node {
  @PrivateColumn({ sql: "text" })
  workspaceId!: string;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When it was stored.",
    filter: true,
    sort: true,
  })
  createdAt!: Date;
}
