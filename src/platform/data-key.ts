import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, PrivateColumn, Stored } from "./column.js";
import { Node } from "./node.js";

/** Encrypts sealed columns, and is itself stored only under a key that follows from ATRIUM_SECRET. */
@Stored({
  table: "data_key",
  description: "A key that secrets in the database are encrypted with. Its bytes are shown to nobody.",
})
@Index({
  name: "data_key_active",
  expression: "create unique index data_key_active on data_key (is_active) where is_active",
})
export class DataKey extends Node {
  /** Its 32 bytes in base64url, sealed by `wrapKey`. */
  @PrivateColumn({ sql: "text" })
  wrapped!: string;

  /** Which ATRIUM_SECRET it opens with: a fingerprint, from which the secret does not follow. */
  @PrivateColumn({ sql: "text" })
  wrappedBy!: string;

  @Column(() => Boolean, { sql: "boolean", description: "True for the one that seals: there is one at a time." })
  isActive!: boolean;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was made." })
  createdAt!: Date;

  /** When the next key took its place. Rows that are sealed by it may be written for some seconds more. */
  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When another key took its place; rows are sealed anew from then on.",
  })
  supersededAt!: Date | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When no row was sealed by it any more. It is kept, to open backups.",
  })
  retiredAt!: Date | null;

  /** The rotation that made it, so that one which is begun again makes no other. */
  @PrivateColumn({ sql: "text", nullable: true, unique: true })
  jobId!: string | null;
}

/** Woken when there is a new one. */
export const dataKeyTopic = "data-keys";
