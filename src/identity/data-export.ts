import { Index, ManyToOne } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Int } from "type-graphql";
import { Column, SealedColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";
import { User } from "./user.js";

/** Days that an export can be downloaded. */
export const exportDays = 7;

@Stored({
  table: "data_export",
  description: "Everything that was stored about you, at one moment, as JSON. Seen by its owner alone.",
  visible: (row, { user }) => `${row}.user_id = ${user}`,
})
@Index({ name: "data_export_user", properties: ["userId"] })
@Index({ name: "data_export_expires", properties: ["expiresAt"] })
export class DataExport extends Node {
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade" })
  userId!: string;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was made." })
  createdAt!: Date;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it is deleted: after 7 days." })
  expiresAt!: Date;

  @Column(() => Int, { sql: "integer", description: "Bytes of the download." })
  size!: number;

  @Column(() => String, { sql: "text", description: "SHA-256 of the download, in hexadecimal digits." })
  sha256!: string;

  @SealedColumn()
  content!: string;
}
